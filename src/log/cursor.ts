/**
 * Going on from a cursor: may these new events simply follow, and where does the reader stand then? Pure; shared by the
 * file log and the memory log. When in doubt the answer is no, and everything is read again.
 */
import { BatchGate } from './batch-gate.ts'
import { compareOrder, isOrdered } from './order.ts'
import type { Cursor, Heads, Scan, StoredEvent } from './port.ts'
import type { ProblemList } from './problems.ts'

/** Where the last good line ends; -1 is never valid. */
export type LinesEnd = Pick<Cursor, 'activeBytes' | 'activeHash'>

export const keyOf = (event: StoredEvent | undefined): Cursor['last'] =>
  event === undefined ? null : [event.time, event.tick, event.writer, event.seq]

/** A scan of what is new, or undefined if something unseen belongs before the cursor. */
export function continueFrom(cursor: Cursor, added: readonly StoredEvent[], end: LinesEnd, problems: ProblemList): Scan | undefined {
  const events = isOrdered(added) ? added : added.toSorted(compareOrder)
  if (!followsAll(events, cursor)) return undefined
  const gate = new BatchGate(problems)
  const folded = events.flatMap(event => (gate.passes(event) ? [event] : gate.release()))
  folded.push(...gate.release(true))
  if (gate.incomplete > 0) return undefined
  const next: Cursor = {
    segments: cursor.segments, activeBytes: end.activeBytes, activeHash: end.activeHash,
    last: keyOf(folded.at(-1)) ?? cursor.last,
    heads: headsAfter(cursor.heads, events),
    events: cursor.events + folded.length,
  }
  return { from: 'tail', events: folded, cursor: () => next, problems: () => problems.list() }
}

function headsAfter(heads: Heads, events: readonly StoredEvent[]): Heads {
  if (events.length === 0) return heads
  const next = new Map(Object.entries(heads))
  for (const { writer, seq } of events) next.set(writer, seq)
  return Object.fromEntries([...next].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** Everything new sorts behind the last folded event, and each writer goes on where the cursor left it. */
function followsAll(events: readonly StoredEvent[], cursor: Cursor): boolean {
  const first = events[0]
  if (first !== undefined && cursor.last !== null) {
    const [time, tick, writer, seq] = cursor.last
    if (compareOrder(first, { time, tick, writer, seq, hash: first.hash }) <= 0) return false
  }
  const next = new Map(Object.entries(cursor.heads))
  for (const { writer, seq } of events) {
    if (seq !== (next.get(writer) ?? 0) + 1) return false
    next.set(writer, seq)
  }
  return true
}
