/**
 * The seven agents as they are when agents.yaml says nothing: roles, skills, flat rules, schedules. Plain data.
 * Read by `load.ts`, by the edits of agents.yaml, and by the default text that `init` writes, so that all three agree.
 * Must hold: no flat rule contradicts a mode of `builtin-permissions.ts` (tests/permissions).
 */
import type { AgentConfig } from './model.ts'

export type BuiltinAgent = Pick<AgentConfig, 'name' | 'role' | 'skills' | 'heartbeat' | 'canRead' | 'canWrite' | 'cannotAccess' | 'shell'>

export const basicSkills: readonly string[] = ['filesystem-conventions', 'context-discipline', 'self-improvement', 'requests']

const hidden: readonly string[] = ['scenarios/', 'tasks/building/']
const everyone: readonly string[] = ['skills/', 'memory/shared/', 'learnings/']

const agent = (name: string, protocol: string, rest: Omit<BuiltinAgent, 'name' | 'skills'>): BuiltinAgent => ({
  name, ...rest, skills: { always: [...basicSkills, protocol], available: ['agent-reflection'] }, canRead: [...rest.canRead, ...everyone],
})

export const builtinAgents: readonly BuiltinAgent[] = [
  agent('researcher', 'research-protocol', {
    role: 'Answers research requests with briefs that others can build on.', heartbeat: '0 9 * * *', shell: 'read-only',
    canRead: ['tasks/research/', 'tasks/research-done/', 'specs/drafting/', 'specs/ready/', 'specs/archive/', 'projects/'],
    canWrite: ['tasks/research-done/'], cannotAccess: hidden,
  }),
  agent('spec', 'spec-writing', {
    role: 'Turns intents into specs that can be built and checked without asking back.', heartbeat: '0 8 * * *', shell: 'none',
    canRead: ['specs/inbox/', 'specs/drafting/', 'specs/ready/', 'specs/archive/', 'tasks/research/', 'tasks/research-done/', 'tasks/decisions/', 'projects/'],
    canWrite: ['specs/inbox/', 'specs/drafting/', 'specs/ready/', 'tasks/research/', 'tasks/decisions/'], cannotAccess: hidden,
  }),
  agent('builder', 'build-protocol', {
    role: 'Plans and builds what a spec asks for, and hands it over for review.', heartbeat: '*/30 * * * *', shell: 'full',
    canRead: ['specs/ready/', 'specs/archive/', 'tasks/planning/', 'tasks/review/', 'tasks/failed/', 'tasks/decisions/', 'tasks/research-done/', 'projects/'],
    canWrite: ['tasks/planning/', 'tasks/review/', 'projects/'], cannotAccess: ['scenarios/'],
  }),
  agent('verifier', 'verification-protocol', {
    role: 'Judges what was built against its spec and the hidden scenarios.', heartbeat: '*/15 * * * *', shell: 'read-only',
    canRead: ['specs/ready/', 'specs/archive/', 'tasks/planning/', 'tasks/review/', 'tasks/verified/', 'tasks/failed/', 'tasks/decisions/', 'scenarios/', 'projects/'],
    canWrite: ['tasks/planning/*/VALIDATION.md', 'tasks/verified/', 'tasks/failed/', 'scenarios/*/satisfaction.md'], cannotAccess: ['tasks/building/'],
  }),
  agent('librarian', 'documentation-protocol', {
    role: 'Keeps what was learned: shared knowledge, skills, learnings.', heartbeat: '0 22 * * *', shell: 'none',
    canRead: ['specs/archive/', 'tasks/review/', 'tasks/verified/', 'tasks/failed/', 'tasks/resolved/', 'tasks/decisions/', 'tasks/research-done/', 'projects/'],
    canWrite: ['skills/shared/', 'skills/*/', 'memory/shared/', 'learnings/'], cannotAccess: hidden,
  }),
  agent('operator', 'maintenance-protocol', {
    role: 'Looks after projects that run: small repairs, checks, upkeep.', heartbeat: '0 * * * *', shell: 'full',
    canRead: ['specs/archive/', 'tasks/maintenance/', 'projects/'],
    canWrite: ['tasks/maintenance/', 'projects/'], cannotAccess: [...hidden, 'specs/drafting/'],
  }),
  agent('reviewer', 'review-protocol', {
    role: 'Looks at how the factory itself works and proposes what would make it better.', heartbeat: '0 6 * * *', shell: 'read-only',
    canRead: ['specs/inbox/', 'specs/archive/', 'specs/factory-internal/', 'tasks/verified/', 'tasks/failed/', 'tasks/resolved/', 'tasks/decisions/', 'projects/'],
    canWrite: ['specs/inbox/'], cannotAccess: hidden,
  }),
]

/** What an agent has that the file only names. */
export const plainAgent = (name: string): BuiltinAgent =>
  ({ name, role: `The agent ${name}.`, skills: { always: basicSkills, available: [] }, heartbeat: null, canRead: everyone, canWrite: [], cannotAccess: hidden, shell: 'none' })

export const builtinAgent = (name: string): BuiltinAgent | undefined => builtinAgents.find(candidate => candidate.name === name)
