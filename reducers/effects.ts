/** The outbox: effects outside, each wanted once. */
import { idOf, wallTime } from '../src/events/types.ts'
import type { ItemId } from '../src/events/types.ts'
import { laterBy, own, put } from './reducing.ts'
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

export interface Effects {
  byId: Record<ItemId, Effect>
  keys: Record<string, ItemId>
  /** Items that asked for the same effect again, to the one that stands. */
  twins: Record<ItemId, ItemId>
}
export const initialEffects = (): Effects => ({ byId: {}, keys: {}, twins: {} })

export const reduceEffects: Reducer<Effects> = (effects, event) => {
  if (event.type === 'effect.requested') {
    const { kind, dedupe, payload, maxAttempts } = event.data
    const id = idOf(event)
    const known = own(effects.keys, dedupe)
    if (known !== undefined) return put(effects.twins, id, known)
    put(effects.keys, dedupe, id)
    effects.byId[id] = { id, kind, dedupe, payload, maxAttempts, at: wallTime(event), status: 'requested', attempts: 0, claim: null, error: null }
    return
  }
  const effect = own(effects.byId, own(effects.twins, event.item) ?? event.item)
  if (effect === undefined) return
  switch (event.type) {
    case 'effect.claimed':
      effect.attempts = Math.max(effect.attempts, event.data.attempt)
      if (effect.status === 'delivered') return
      effect.status = 'claimed'
      effect.claim = { writer: event.writer, until: laterBy(wallTime(event), event.data.leaseMs) }
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
