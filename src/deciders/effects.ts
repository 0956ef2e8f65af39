/** The outbox: effects outside, each wanted once, delivered under a lease, retried a bounded number of times. */
import { Refusal } from '../error.ts'
import type { ItemId } from '../events/types.ts'
import type { Effect } from '../../reducers/effects.ts'
import type { State } from '../../reducers/state.ts'
import type { Decider } from './deciding.ts'
import { own } from './guards.ts'

export interface RequestEffect { readonly kind: string; readonly dedupe: string; readonly payload: Readonly<Record<string, unknown>>; readonly maxAttempts?: number }

const defaultAttempts = 3

/** Something outside is to happen; asked again under the same key it is already so. */
export const requestEffect: Decider<RequestEffect> = (state, { kind, dedupe, payload, maxAttempts = defaultAttempts }) => {
  if (own(state.effects.keys, dedupe) !== undefined) return []
  return [{ type: 'effect.requested', stream: `effect/${kind}`, data: { kind, dedupe, payload, maxAttempts } }]
}

function effectById(state: State, id: ItemId): Effect {
  const effect = own(state.effects.byId, id)
  if (effect === undefined) throw new Refusal('effect-not-found', `There is no effect ${id}.`, 'factory log --stream effect')
  return effect
}

const about = (effect: Effect) => ({ item: effect.id, stream: `effect/${effect.kind}` })

/** A process takes the effect on. Refused while another one has it, or when its attempts are used up. */
export const claimEffect: Decider<{ readonly effect: ItemId; readonly leaseMs: number }> = (state, { effect: id, leaseMs }, { now }) => {
  const effect = effectById(state, id)
  if (effect.status === 'delivered' || effect.status === 'failed') throw new Refusal('not-legal-now', `The effect ${effect.dedupe} is ${effect.status}.`, 'factory log --stream effect')
  if (effect.status === 'claimed' && effect.claim !== null && effect.claim.until > now) throw new Refusal('claimed-already', `The effect ${effect.dedupe} is being delivered by ${effect.claim.writer}.`, `wait until ${effect.claim.until}`)
  if (effect.attempts >= effect.maxAttempts) throw new Refusal('retry-limit', `The effect ${effect.dedupe} was tried ${effect.attempts} times.`, 'factory doctor', 3)
  return [{ type: 'effect.claimed', ...about(effect), data: { attempt: effect.attempts + 1, leaseMs } }]
}

/** It happened: a fact, whoever had claimed it. */
export const deliverEffect: Decider<{ readonly effect: ItemId; readonly receipt: string }> = (state, { effect: id, receipt }) => {
  const effect = effectById(state, id)
  return effect.status === 'delivered' ? [] : [{ type: 'effect.delivered', ...about(effect), data: { receipt } }]
}

/** An attempt failed; the last one is final, and so is one that no further attempt can mend. */
export const failEffect: Decider<{ readonly effect: ItemId; readonly error: string; readonly final?: boolean }> = (state, { effect: id, error, final = false }) => {
  const effect = effectById(state, id)
  if (effect.status !== 'claimed') throw new Refusal('not-legal-now', `The effect ${effect.dedupe} is ${effect.status}; nobody is delivering it.`, 'factory log --stream effect')
  return [{ type: 'effect.failed', ...about(effect), data: { attempt: Math.max(1, effect.attempts), error, final: final || effect.attempts >= effect.maxAttempts } }]
}
