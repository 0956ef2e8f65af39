/** `factory rebuild`: queues a failed spec again, with a brief of what to mend. */
import { dryRun } from '../command.ts'
import type { CommandSpec } from '../command.ts'
import { say } from '../messages.ts'

export const rebuild: CommandSpec = {
  name: 'rebuild',
  group: 'operate',
  summary: 'queue a failed spec again, with a brief of what to mend',
  arguments: [{ name: 'TASK', summary: 'the name of the failed spec' }],
  options: [{ flags: '--override-limit', summary: 'once more although the limit of rebuilds is reached' }, dryRun],
  examples: [
    { command: 'factory rebuild login-page', does: 'build it again' },
    { command: 'factory rebuild login-page --override-limit', does: 'even after three rebuilds' },
  ],
  exits: [{ code: 1, when: 'no such spec, or it has not failed' }, { code: 2, when: 'it is already queued' }, { code: 3, when: 'the limit of rebuilds is reached' }],
  needs: 'workspace',
  run: async call => {
    const [{ queueRebuildOf }, { change, changeJson }, { specNamed }] = await Promise.all([
      import('../../dispatch/kernel-steps.ts'), import('../changing.ts'), import('../../deciders/deciding.ts'),
    ])
    const task = call.required('TASK')
    const changed = await change(call, `rebuild ${task}`, on => {
      queueRebuildOf(on, specNamed(on.state, task), { override: call.flag('overrideLimit'), actor: call.actor })
      return undefined
    })
    const { name, stage } = specNamed(changed.state, task)
    const attempt = changed.drafts.find(draft => draft.type === 'rebuild.queued')?.data.attempt ?? null
    return { json: changeJson(changed, call, { spec: name, attempt, stage }), text: say('rebuild.queued', { spec: name, attempt: attempt ?? '' }) }
  },
}
