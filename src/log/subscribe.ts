/**
 * Readers that follow: dashboards, indexes, databases. Each says with a vector of heads what it has, and is given the rest, in
 * fold order per delivery; an event of another clone may arrive after later ones. Whoever wants to be woken up watches the
 * files: a watcher's hint, or a timer, calls `poll`. A delivery that throws is made again; the second line of a fork is not
 * delivered (a reader that must show it begins again from no heads).
 */
import type { Cursor, Heads, LogPort, StoredEvent } from './port.ts'

export interface Subscription {
  /** Deliver what is new. Returns the count of events delivered. */
  poll(): number
  /** Up to where everything of each writer has been delivered: what to begin from after a restart. */
  heads(): Heads
}

const DELIVERY_EVENTS = 1000

export function subscribe(log: Pick<LogPort, 'scan'>, fromHeads: Heads, onEvents: (events: readonly StoredEvent[]) => void): Subscription {
  const delivered = new Map(Object.entries(fromHeads).map(([writer, seq]) => [writer, new SeqRanges(seq)]))
  let cursor: Cursor | undefined
  const isNew = (event: StoredEvent): boolean => delivered.get(event.writer)?.has(event.seq) !== true

  const deliver = (events: readonly StoredEvent[]): void => {
    if (events.length === 0) return
    onEvents(events)
    for (const { writer, seq } of events) {
      const ranges = delivered.get(writer) ?? new SeqRanges(0)
      ranges.add(seq)
      delivered.set(writer, ranges)
    }
  }

  const poll = (): number => {
    const scan = log.scan(cursor)
    let count = 0
    let events: StoredEvent[] = []
    for (const event of scan.events) {
      if (!isNew(event)) continue
      count++
      events.push(event)
      if (events.length < DELIVERY_EVENTS) continue
      deliver(events)
      events = []
    }
    deliver(events)
    cursor = scan.cursor()
    return count
  }

  const heads = (): Heads => Object.fromEntries([...delivered].map(([writer, ranges]): [string, number] => [writer, ranges.head()]).toSorted(([a], [b]) => (a < b ? -1 : 1)))
  return { poll, heads }
}

/** A set of sequence numbers, as runs: 1 to the head without a gap, and what came out of order beyond it. */
class SeqRanges {
  readonly #runs: [number, number][]

  constructor(head: number) {
    this.#runs = [[1, head]]
  }

  has(seq: number): boolean {
    return this.#runs.some(([from, to]) => from <= seq && seq <= to)
  }

  head(): number {
    return this.#runs[0]?.[1] ?? 0
  }

  add(seq: number): void {
    if (this.has(seq)) return
    const before = this.#runs.find(([, to]) => to === seq - 1)
    const after = this.#runs.findIndex(([from], index) => from === seq + 1 && index > 0)
    const next = this.#runs[after]
    if (before === undefined) {
      if (next === undefined) this.#runs.push([seq, seq])
      else next[0] = seq
      return
    }
    before[1] = next === undefined ? seq : next[1]
    if (next !== undefined) this.#runs.splice(after, 1)
  }
}
