/** `factory withdraw`: takes an intent or a spec back. */
import { dryRun } from '../command.ts'
import type { CommandSpec } from '../command.ts'
import { say } from '../messages.ts'

export const withdraw: CommandSpec = {
  name: 'withdraw',
  group: 'operate',
  summary: 'take an intent or spec back',
  details: ['Its files leave view; its history stays. A run in progress on it is cancelled.'],
  arguments: [{ name: 'SPEC', summary: 'the name of the spec' }],
  options: [{ flags: '--reason <text>', summary: 'why (also @FILE or -)' }, dryRun],
  examples: [{ command: 'factory withdraw login-page --reason "done elsewhere"', does: 'take it back' }],
  exits: [{ code: 1, when: 'no such spec, or it is over already' }],
  needs: 'workspace',
  run: async call => {
    const [{ withdrawSpec }, { change, changeJson }, { specNamed }] = await Promise.all([
      import('../../deciders/specs.ts'), import('../changing.ts'), import('../../deciders/deciding.ts'),
    ])
    const name = call.required('SPEC')
    const reason = (await call.text(call.option('reason') ?? '')).trim()
    const changed = await change(call, `withdraw ${name}`, on => withdrawSpec(on.state, { spec: specNamed(on.state, name).id, reason }, on))
    return { json: changeJson(changed, call, { spec: name }), text: say('withdraw.done', { spec: name }) }
  },
}
