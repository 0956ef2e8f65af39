/** `factory run`, `advance` and `docs`: one run of one agent. */
import type { CommandSpec, ExitSpec, Outcome } from '../command.ts'
import type { Invocation } from '../invocation.ts'
import type { RunOptions, RunReport } from '../../dispatch/run-command.ts'
import type { Workspace } from '../../workspace/session.ts'
import { notInThisVersion } from './reserved.ts'

const exits: readonly ExitSpec[] = [
  { code: 1, when: 'no such agent or spec, or it is not its turn' },
  { code: 3, when: 'it waits at a gate; what is needed is printed' },
  { code: 4, when: 'the run failed' },
  { code: 5, when: 'the run timed out' },
]

export const run: CommandSpec = {
  name: 'run',
  group: 'operate',
  summary: 'one run of an agent',
  details: [
    'With a spec: what the agent does at that stage of it. With neither spec, message nor task: a heartbeat. The name of an agent goes before a directory of the same name; ./DIR forces the directory.',
  ],
  arguments: [{ name: 'AGENT', summary: 'an agent of agents.yaml' }, { name: '[SPEC]', summary: 'the spec to work on' }],
  options: [
    { flags: '-m, --message <text>', summary: 'what to do (also @FILE or -)' },
    { flags: '--task <file>', summary: 'a file that says what to do' },
  ],
  examples: [
    { command: 'factory run spec login-page', does: 'draft it' },
    { command: 'factory run librarian -m "Tidy the shared knowledge."', does: 'a message' },
    { command: 'factory run operator', does: 'a heartbeat' },
  ],
  exits,
  needs: 'workspace',
  run: async call => {
    const agent = call.required('AGENT')
    if (/^\.{0,2}\//.test(agent) || agent === '.' || agent === '..') throw notInThisVersion('ceo')
    const message = call.option('message')
    const task = call.option('task')
    const { resolve } = await import('node:path')
    const { decodeText, fileBytes } = await import('../text-argument.ts')
    const request = {
      agent, ...optional('spec', call.argument('SPEC')),
      ...optional('message', message === undefined ? undefined : await call.text(message)),
      ...optional('taskText', task === undefined ? undefined : decodeText(await fileBytes(resolve(call.cwd, task)), task)),
    }
    const { runAgent } = await import('../../dispatch/run-command.ts')
    return once(call, (workspace, options) => runAgent(workspace, request, options))
  },
}

const optional = <Key extends string>(key: Key, value: string | undefined): { readonly [K in Key]?: string } =>
  (value === undefined ? {} : { [key]: value }) as { readonly [K in Key]?: string }

export const advance: CommandSpec = {
  name: 'advance',
  group: 'operate',
  summary: 'take a spec its next step: gather briefs and decisions, finalise a draft',
  arguments: [{ name: 'SPEC', summary: 'the name of the spec' }],
  examples: [{ command: 'factory advance login-page', does: 'its next step' }],
  exits,
  needs: 'workspace',
  run: async call => {
    const { advance: step } = await import('../../dispatch/run-command.ts')
    return once(call, (workspace, options) => step(workspace, { spec: call.required('SPEC') }, options))
  },
}

export const docs: CommandSpec = {
  name: 'docs',
  group: 'operate',
  summary: 'run documentation for a verified spec',
  arguments: [{ name: 'SPEC', summary: 'the name of a verified spec' }],
  examples: [{ command: 'factory docs login-page', does: 'document it' }],
  exits,
  needs: 'workspace',
  run: async call => {
    const { docs: document } = await import('../../dispatch/run-command.ts')
    return once(call, (workspace, options) => document(workspace, { spec: call.required('SPEC') }, options))
  },
}

async function once(call: Invocation, work: (workspace: Workspace, options: RunOptions) => Promise<RunReport>): Promise<Outcome> {
  const [{ renderRun, claimLine }, { afterRun }] = await Promise.all([import('../render/start.ts'), import('../after-run.ts')])
  const workspace = await call.open()
  const report = await work(workspace, {
    actor: call.actor, signal: call.signal, env: call.env, onProgress: call.progress, onClaim: claim => { call.progress(claimLine(claim)) }, afterRun: afterRun(workspace, call.env),
  })
  for (const warning of report.warnings) call.warn(warning)
  return { exit: report.exitCode, json: { run: report.outcome, warnings: report.warnings, next: report.next }, text: () => renderRun(report) }
}
