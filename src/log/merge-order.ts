/**
 * Many ordered runs of events to one, in fold order and without duplicates. Used by readers and the verifier.
 * A run that begins late is not opened before the merge gets there, so that memory does not grow with history.
 */
import { compareOrder, type OrderKey } from './order.ts'
import type { StoredEvent } from './port.ts'
import type { EventSource } from './segment-lines.ts'

export interface LazySource {
  /** Its first event, or undefined to open it at once. */
  readonly first: OrderKey | undefined
  open(): EventSource
}

/** Events held in memory, in order already. */
export class ArraySource implements EventSource {
  head: StoredEvent | undefined
  readonly #events: readonly StoredEvent[]
  #next = 0

  constructor(events: readonly StoredEvent[]) {
    this.#events = events
    this.advance()
  }

  advance(): void {
    this.head = this.#events[this.#next++]
  }

  close(): void {
    this.head = undefined
  }
}

export class OrderedMerge {
  /** Lines that were there twice. */
  duplicates = 0
  readonly #waiting: LazySource[]
  readonly #open: EventSource[] = []
  #current: EventSource | undefined
  /** The current run may go on while its head comes before this. */
  #limit: OrderKey | undefined
  #last: StoredEvent | undefined

  constructor(sources: readonly LazySource[]) {
    const late = sources.filter(source => source.first !== undefined)
    this.#waiting = late.toSorted((a, b) => (a.first && b.first ? compareOrder(b.first, a.first) : 0))
    for (const source of sources) if (source.first === undefined) this.#open.push(source.open())
  }

  next(): StoredEvent | undefined {
    for (;;) {
      const event = this.#take()
      const last = this.#last
      if (event !== undefined && last !== undefined && event.hash === last.hash && compareOrder(event, last) === 0) {
        this.duplicates++
        continue
      }
      this.#last = event
      return event
    }
  }

  #take(): StoredEvent | undefined {
    let current = this.#current
    const head = current?.head
    if (head === undefined || (this.#limit !== undefined && compareOrder(head, this.#limit) >= 0)) current = this.#choose()
    const event = current?.head
    current?.advance()
    return event
  }

  /** Open what begins now, go on with the run whose head is first, and set how far it may go. */
  #choose(): EventSource | undefined {
    for (;;) {
      const open = this.#open.filter(source => source.head !== undefined)
      this.#open.splice(0, this.#open.length, ...open)
      const [first, second] = twoFirst(open)
      const waiting = this.#waiting.at(-1)
      if (waiting?.first !== undefined && (first?.head === undefined || compareOrder(waiting.first, first.head) <= 0)) {
        this.#waiting.pop()
        this.#open.push(waiting.open())
        continue
      }
      this.#current = first
      this.#limit = earlier(second?.head, waiting?.first)
      return first
    }
  }

  close(): void {
    for (const source of this.#open) source.close()
    this.#open.length = 0
    this.#waiting.length = 0
    this.#current = undefined
  }
}

const earlier = (a: OrderKey | undefined, b: OrderKey | undefined): OrderKey | undefined =>
  a === undefined ? b : b === undefined || compareOrder(a, b) <= 0 ? a : b

function twoFirst(open: readonly EventSource[]): readonly [EventSource | undefined, EventSource | undefined] {
  let first: EventSource | undefined
  let second: EventSource | undefined
  for (const source of open) {
    if (first?.head === undefined || (source.head !== undefined && compareOrder(source.head, first.head) < 0)) {
      second = first
      first = source
    } else if (second?.head === undefined || (source.head !== undefined && compareOrder(source.head, second.head) < 0)) second = source
  }
  return [first, second]
}
