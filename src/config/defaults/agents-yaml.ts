/** The agents.yaml that `init` writes: everything there is, with its default, and no backend that would run by itself. */
import { builtinAgents } from '../builtin-agents.ts'
import type { BuiltinAgent } from '../builtin-agents.ts'

const list = (values: readonly string[]): string => (values.length === 0 ? '[]' : `[${values.map(value => (/[*{]/.test(value) ? `"${value}"` : value)).join(', ')}]`)

const agentText = (agent: BuiltinAgent): string => `  ${agent.name}:
    role: ${JSON.stringify(agent.role)}
    skills:
      always: ${list(agent.skills.always)}
      available: ${list(agent.skills.available)}
    canRead: ${list(agent.canRead)}
    canWrite: ${list(agent.canWrite)}
    cannotAccess: ${list(agent.cannotAccess)}
    shell: ${agent.shell}
    heartbeat: "${agent.heartbeat ?? 'off'}"`

export const defaultAgentsYaml = `# Who works here, with what, and within which bounds. Whatever is left out has the value shown.
# Durations are 500ms, 30s, 10m, 2h or 1d. In texts, \${NAME} and \${NAME:-default} come from the environment.
# docs/configuration.md explains every key; \`factory config check\` reads this file and says what is wrong.
version: 1

# Programs and services that run agents. None is chosen yet: until one is, nothing is dispatched.
# An executable gets its prompt on standard input, works in its view, and answers on standard output:
#
#   backends:
#     mine: { kind: command, command: [node, ../agents/mine.mjs] }
#
# and below, in defaults: backend: mine. Paths are relative to this file; no shell is involved.
backends: {}

defaults:
  # backend: mine
  # model: name-of-a-model
  timeout: 30m    # the longest a run may take
  silence: 10m    # the longest a run may say nothing

# The lists of an agent replace its defaults. canRead and canWrite count where permissions.yaml is silent;
# cannotAccess wins over everything. Every agent reads and writes its own memory and may propose skills.
agents:
${builtinAgents.map(agentText).join('\n\n')}

limits:
  slots: 1               # runs at the same time
  rebuilds: 3            # then a person is asked
  noProgress: 3
  planRounds: 3
  reserveUsd: 1          # counted for a run until its cost is known
  reserveTokens: 100000
  fileBytes: 1MiB        # larger files are not imported
  viewFiles: 20000
  promotePerDay: 3
  lease: 2h
  criterion: 5m          # the longest one verification criterion may take
  keepRuns: 30d
  keepRecords: 1d
  keepResolved: 30d
  budgets:
    - { scope: workspace, window: 1d, runs: 200, usd: 50 }

policy:
  promoteLowObservations: off    # on: small observations become intents by themselves
  deliver: merge                 # merge, pull-request or none
  wall: auto                     # auto, required or off
  git: commit                    # commit or off

# Projects by name: how a fresh clone is set up, where verified changes go.
#   shop: { setup: npm ci, target: main, deliver: merge }
projects: {}

# Specs that name no app are built straight from ready. \`default: gsd\` has all of them planned first.
apps:
  default: null
  settings: {}

notifications:
  recipient: null
`
