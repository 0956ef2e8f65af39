/**
 * What every reducer shares. A reducer is one switch over the events of its slice: it never throws and never validates, for what is
 * recorded has happened. The fold owns the state, so reducers change their slice in place (docs/decisions/folding-in-place.md);
 * everybody else sees it readonly.
 */
import type { FactoryEvent, ItemId } from '../src/events/types.ts'

export interface Conflict {
  readonly item: ItemId
  readonly name: string
  readonly winner: ItemId
  readonly loser: ItemId
  readonly type: string
  readonly at: string
}

/** What a reducer may ask and tell about the event in hand. */
export interface FoldContext {
  /** Had the command behind this event seen that event when it was decided? Its own writer's events always. */
  readonly saw: (event: ItemId) => boolean
  /** This event lost against one it had not seen: it stays in the log and is reported. */
  readonly lost: (against: ItemId) => void
}

export type Reducer<Slice> = (slice: Slice, event: FactoryEvent, context: FoldContext) => void

/** An own entry of a record whose keys people and agents chose: `constructor` and `__proto__` are names like any other. */
export const own = <Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined => (Object.hasOwn(record, key) ? record[key] : undefined)

/** Writes an own entry, whatever its key. */
export function put<Value>(record: Record<string, Value>, key: string, value: Value): void {
  if (key === '__proto__') Object.defineProperty(record, key, { value, enumerable: true, configurable: true, writable: true })
  else record[key] = value
}

/** A time and a length that no recorded event can make throw: what is no time, or beyond any, stays as it is. */
export function laterBy(time: string, ms: number): string {
  const at = new Date(Date.parse(time) + ms)
  return Number.isNaN(at.getTime()) ? time : at.toISOString()
}

export const stages = ['inbox', 'drafting', 'ready', 'planning', 'building', 'review', 'verified', 'failed', 'resolved', 'documented', 'withdrawn'] as const
export type Stage = (typeof stages)[number]

const finished: ReadonlySet<Stage> = new Set(['documented', 'resolved', 'withdrawn'])
/** A revision in one of these stages is over; the next one of its name may begin. */
export const isOver = (stage: Stage): boolean => finished.has(stage)
