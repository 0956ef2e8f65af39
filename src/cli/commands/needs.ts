/** `factory needs`: what waits for a person, and saying that it is done. */
import type { CommandSpec, Outcome } from '../command.ts'
import type { Invocation } from '../invocation.ts'
import { say } from '../messages.ts'

export const needs: CommandSpec = {
  name: 'needs',
  group: 'operate',
  summary: 'blockers that wait for a person',
  details: ['Resolving a need says that it is met, or no longer wanted. Of a change that was held back it declines the change; factory trust PATH lets it take effect.'],
  options: [
    { flags: '--all', summary: 'resolved ones too' },
    { flags: '--resolve <id>', summary: 'say that this one is done' },
    { flags: '--note <text>', summary: 'what was done (also @FILE or -)' },
    { flags: '--blockers-only', summary: 'what this list is anyway', hidden: true },
  ],
  examples: [
    { command: 'factory needs', does: 'what is open' },
    { command: 'factory needs --resolve builder-npm-token', does: 'done with one' },
  ],
  exits: [{ code: 1, when: 'no open need with that id' }],
  needs: 'workspace',
  run: call => {
    const id = call.option('resolve')
    return id === undefined ? show(call) : resolve(call, id)
  },
}

async function show(call: Invocation): Promise<Outcome> {
  const [{ needsView }, { renderNeeds }] = await Promise.all([import('../../../projections/needs-view.ts'), import('../render/needs.ts')])
  const { state } = await (await call.open()).look()
  const view = needsView(state, { all: call.flag('all') })
  return { json: view, text: () => renderNeeds(view.needs, call.now()) }
}

async function resolve(call: Invocation, id: string): Promise<Outcome> {
  const [{ resolveNeed }, { change, changeJson }] = await Promise.all([import('../../deciders/feedback.ts'), import('../changing.ts')])
  const note = await call.text(call.option('note') ?? '')
  const changed = await change(call, `needs --resolve ${id}`, on => resolveNeed(on.state, { id, note }, on))
  return { json: changeJson(changed, call, { id }), text: say('needs.resolved', { id }) }
}
