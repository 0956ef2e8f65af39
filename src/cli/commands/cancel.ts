/** `factory cancel`: ends a run in progress. */
import type { CommandSpec } from '../command.ts'
import { say } from '../messages.ts'

export const cancel: CommandSpec = {
  name: 'cancel',
  group: 'operate',
  summary: 'end a run in progress; what it had made is kept',
  arguments: [{ name: 'RUN', summary: 'the id of the run, as status shows it' }],
  options: [{ flags: '--reason <text>', summary: 'why (also @FILE or -)' }],
  examples: [{ command: 'factory cancel run-k3f9ab-42', does: 'end it' }],
  exits: [{ code: 1, when: 'no such run in progress' }],
  needs: 'workspace',
  run: async call => {
    const { cancel: end } = await import('../../dispatch/run-command.ts')
    const reason = call.option('reason')
    const why = reason === undefined ? undefined : (await call.text(reason)).trim()
    const { run } = await end(await call.open(), { run: call.required('RUN'), ...(why === undefined ? {} : { why }) }, { actor: call.actor })
    return { json: { run, cancelled: true }, text: say('run.cancel', { run }) }
  },
}
