/** The fold: never throws, is the same from anywhere, and does not care how the lines of two writers were mixed. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dataProblem } from '../../src/events/catalogue.ts'
import type { FactoryEvent } from '../../src/events/types.ts'
import { compareOrder } from '../../src/log/order.ts'
import { stages } from '../../reducers/reducing.ts'
import { foldEvents, initialState } from '../../reducers/state.ts'
import type { State } from '../../reducers/state.ts'
import { given } from '../deciders/given.ts'
import { configured, take, turn } from '../deciders/histories.ts'
import { anyEvent } from './arbitrary-events.ts'

const snapshot = (state: State): State => JSON.parse(JSON.stringify(state)) as State
const history = fc.array(fc.oneof({ weight: 9, arbitrary: turn }, { weight: 1, arbitrary: fc.constant('meet' as const) }), { minLength: 5, maxLength: 50 }).map(turns => {
  const first = given(configured())
  const second = first.cloned('bb')
  for (const one of turns) {
    if (one === 'meet') first.meet(second)
    else take(one.clone === 0 ? first : second, one)
  }
  return { first: first.events, second: second.events, clone: first, other: second }
})

describe('the fold', () => {
  it('never throws, for any sequence of well-formed events in any order', () => {
    fc.assert(fc.property(fc.array(anyEvent, { maxLength: 60 }), events => {
      for (const event of events) expect(dataProblem(event.type, 1, event.data)).toBeNull()
      const state = foldEvents(initialState(), events)
      expect(state.events).toBe(events.length)
      for (const spec of Object.values(state.specs.byId)) expect(stages).toContain(spec.stage)
      expect(({} as Record<string, unknown>)['stage'], 'the prototype of everything was written to').toBeUndefined()
    }), { numRuns: 1500 })
  })

  it('from a snapshot taken anywhere is the fold from zero, for any events', () => {
    fc.assert(fc.property(fc.array(anyEvent, { maxLength: 40 }), fc.nat(40), (events, cut) => {
      const whole = snapshot(foldEvents(initialState(), events))
      const resumed = foldEvents(snapshot(foldEvents(initialState(), events.slice(0, cut))), events.slice(cut))
      expect(JSON.stringify(resumed)).toBe(JSON.stringify(whole))
    }), { numRuns: 400 })
  })

  it('from a snapshot taken anywhere is the fold from zero, for histories of two clones', () => {
    fc.assert(fc.property(history, fc.nat(200), ({ clone, other }, cut) => {
      clone.meet(other)
      const resumed = foldEvents(snapshot(foldEvents(initialState(), clone.events.slice(0, cut))), clone.events.slice(cut))
      expect(JSON.stringify(resumed)).toBe(JSON.stringify(clone.state))
    }), { numRuns: 120 })
  })

  it('is the same for any interleaving of two writers, and on both sides', () => {
    fc.assert(fc.property(history, fc.array(fc.boolean(), { maxLength: 300 }), ({ first, second, clone, other }, coins) => {
      const mixed = interleaved(first, second, coins)
      clone.meet(other)
      expect(JSON.stringify(clone.state)).toBe(JSON.stringify(other.state))
      expect(JSON.stringify(foldEvents(initialState(), mixed.sort(compareOrder)))).toBe(JSON.stringify(clone.state))
    }), { numRuns: 120 })
  })
})

/** The lines of both, mixed by coins as a merge of files may mix them; what both have is there once. */
function interleaved(first: readonly FactoryEvent[], second: readonly FactoryEvent[], coins: readonly boolean[]): FactoryEvent[] {
  const rest: readonly [FactoryEvent[], FactoryEvent[]] = [[...first], [...second]]
  const mixed = new Map<string, FactoryEvent>()
  for (let turns = 0; rest[0].length + rest[1].length > 0; turns += 1) {
    const event = (rest[coins[turns % Math.max(1, coins.length)] === true ? 0 : 1].shift() ?? rest[0].shift() ?? rest[1].shift())!
    mixed.set(`${event.writer}:${event.seq}`, event)
  }
  return [...mixed.values()]
}
