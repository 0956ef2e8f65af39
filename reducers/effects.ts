/** The outbox: effects outside, each wanted once. */
import { idOf, wallTime } from '../src/events/types.ts'
import type { ItemId } from '../src/events/types.ts'
import type { Reducer } from './reducing.ts'

export interface Effect {
  readonly id: ItemId
  readonly kind: string
  readonly dedupe: string
  readonly payload: Readonly<Record<string, unknown>>
  readonly maxAttempts: number
  readonly at: string
  status: 'requested' | 'claimed' | 'delivered' | 'failed'
  attempts: number
  claim: { writer: string; until: string } | null
  error: string | null
}

export interface Effects { byId: Record<ItemId, Effect>; keys: Record<string, ItemId> }
export const initialEffects = (): Effects => ({ byId: {}, keys: {} })

export const reduceEffects: Reducer<Effects> = (effects, event) => {
  if (event.type === 'effect.requested') {
    const { kind, dedupe, payload, maxAttempts } = event.data
    if (effects.keys[dedupe] !== undefined) return
    const id = idOf(event)
    effects.keys[dedupe] = id
    effects.byId[id] = { id, kind, dedupe, payload, maxAttempts, at: wallTime(event), status: 'requested', attempts: 0, claim: null, error: null }
    return
  }
  const effect = effects.byId[event.item]
  if (effect === undefined) return
  switch (event.type) {
    case 'effect.claimed':
      effect.status = 'claimed'
      effect.attempts = event.data.attempt
      effect.claim = { writer: event.writer, until: new Date(Date.parse(wallTime(event)) + event.data.leaseMs).toISOString() }
      return
    case 'effect.delivered':
      effect.status = 'delivered'
      return
    case 'effect.failed':
      if (effect.status === 'delivered') return
      effect.status = event.data.final ? 'failed' : 'requested'
      effect.error = event.data.error
      return
    default:
  }
}
