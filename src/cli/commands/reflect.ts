/** `factory reflect`: agents examine themselves and record what they notice. */
import type { CommandSpec } from '../command.ts'

export const reflect: CommandSpec = {
  name: 'reflect',
  group: 'operate',
  summary: 'agents examine themselves and record observations',
  arguments: [{ name: '[AGENT]', summary: 'this agent only' }],
  examples: [{ command: 'factory reflect', does: 'all agents, one after another' }, { command: 'factory reflect builder', does: 'one' }],
  exits: [{ code: 1, when: 'no such agent' }, { code: 2, when: 'every agent failed' }],
  needs: 'workspace',
  run: async call => {
    const [{ reflect: examine }, { renderReflect, claimLine }, { afterRun }] = await Promise.all([
      import('../../dispatch/run-command.ts'), import('../render/start.ts'), import('../after-run.ts'),
    ])
    const workspace = await call.open()
    const agent = call.argument('AGENT')
    const report = await examine(workspace, agent === undefined ? {} : { agent }, {
      actor: call.actor, signal: call.signal, env: call.env, onProgress: call.progress, onClaim: claim => { call.progress(claimLine(claim)) }, afterRun: afterRun(workspace, call.env),
    })
    return { exit: report.exitCode, json: report, text: () => renderReflect(report) }
  },
}
