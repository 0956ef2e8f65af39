/**
 * The fold order of events: (time, tick, writer, seq), and the hash where a fork has two lines for one of them.
 * Used by everything that sorts or merges lines. Times are ISO 8601 of one length, so strings compare as instants.
 */
import type { StoredEvent } from './port.ts'

export type OrderKey = Pick<StoredEvent, 'time' | 'tick' | 'writer' | 'seq' | 'hash'>

/** Negative if `a` folds before `b`; zero only for the same line. */
export function compareOrder(a: OrderKey, b: OrderKey): number {
  if (a.time !== b.time) return a.time < b.time ? -1 : 1
  if (a.tick !== b.tick) return a.tick - b.tick
  if (a.writer !== b.writer) return a.writer < b.writer ? -1 : 1
  if (a.seq !== b.seq) return a.seq - b.seq
  return a.hash === b.hash ? 0 : a.hash < b.hash ? -1 : 1
}

/** True if the events already stand in fold order: then nothing has to be sorted. */
export function isOrdered(events: readonly OrderKey[]): boolean {
  let last: OrderKey | undefined
  for (const event of events) {
    if (last !== undefined && compareOrder(last, event) > 0) return false
    last = event
  }
  return true
}
