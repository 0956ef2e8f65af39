/**
 * A person confirms a change that was held back: it is routed as that person's, through the same table as any other change, and its
 * need is met in the same batch. Called by `factory trust`. A change whose file was changed meanwhile is refused.
 */
import { Refusal } from '../error.ts'
import type { Draft } from '../events/types.ts'
import type { Need } from '../../reducers/feedback.ts'
import type { State } from '../../reducers/state.ts'
import { heldChange } from './held.ts'
import { routeChange } from './route-change.ts'
import { after } from './routing.ts'
import type { RouteDeps } from './routing.ts'

/** Open changes that wait at this path, by path, need or id. */
export const heldNeeds = (state: State, named?: string): readonly Need[] => Object.values(state.feedback.needs)
  .filter(need => need.status === 'open' && need.held !== null && (named === undefined || [need.held.path, need.key, need.id].includes(named)))

export function confirmHeld(need: Need, deps: RouteDeps): readonly Draft[] {
  const { state, context } = deps
  const change = heldChange(state, need, deps.text)
  if (change === null) throw new Refusal('not-held', `The need ${need.key} holds no change back.`, 'factory needs')
  const shelved = Object.hasOwn(state.library.byPath, change.path) ? state.library.byPath[change.path] : undefined
  if (shelved !== undefined && shelved.at > need.createdAt) {
    throw new Refusal('base-changed', `${change.path} was changed after this change of it was held back.`, `decline it with factory needs --resolve ${need.key}, and make it again on the current text`)
  }
  const resolved: Draft = { type: 'need.resolved', item: need.id, stream: `need/${need.agent}/${need.key}`, data: { note: `confirmed by ${context.actor}` } }
  const routed = routeChange(change, { kind: 'person', actor: context.actor }, { ...deps, context: after(context, 1) })
  if (routed.kind === 'refused') throw new Refusal(routed.code, routed.why, routed.mend)
  return [resolved, ...(routed.kind === 'drafts' ? routed.drafts : [])]
}
