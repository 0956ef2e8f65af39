/** `factory resolve`: closes a failure without rebuilding. */
import { dryRun } from '../command.ts'
import type { CommandSpec } from '../command.ts'
import { say } from '../messages.ts'

export const resolve: CommandSpec = {
  name: 'resolve',
  group: 'operate',
  summary: 'close a failure without rebuilding',
  arguments: [{ name: 'TASK', summary: 'the name of the failed spec' }],
  options: [{ flags: '--reason <text>', summary: 'why it is closed (also @FILE or -)', required: true }, dryRun],
  examples: [{ command: 'factory resolve login-page --reason "no longer needed"', does: 'close it' }],
  exits: [{ code: 1, when: 'no such spec, or it has not failed' }],
  needs: 'workspace',
  run: async call => {
    const [{ resolveFailure }, { change, changeJson }, { specNamed }] = await Promise.all([
      import('../../deciders/rebuilds.ts'), import('../changing.ts'), import('../../deciders/deciding.ts'),
    ])
    const task = call.required('TASK')
    const reason = (await call.text(call.option('reason') ?? '')).trim()
    const changed = await change(call, `resolve ${task}`, on => resolveFailure(on.state, { spec: task, reason }, on))
    const { name, stage } = specNamed(changed.state, task)
    return { json: changeJson(changed, call, { spec: name, stage, reason }), text: say('resolve.done', { spec: name }) }
  },
}
