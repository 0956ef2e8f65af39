/**
 * The iteration of a full scan: merge, watch the chains, let complete batches through. Consumed once, from front to back.
 * Used by the reader and the memory log.
 */
import type { BatchGate } from './batch-gate.ts'
import type { ChainWatch } from './chain-watch.ts'
import { keyOf } from './cursor.ts'
import type { OrderedMerge } from './merge-order.ts'
import type { Cursor, StoredEvent } from './port.ts'

export class FoldRun implements IterableIterator<StoredEvent> {
  readonly #merge: OrderedMerge
  readonly #watch: ChainWatch
  readonly #gate: BatchGate
  #ready: readonly StoredEvent[] = []
  #next = 0
  #count = 0
  #last: StoredEvent | undefined
  #ended = false

  constructor(merge: OrderedMerge, watch: ChainWatch, gate: BatchGate) {
    this.#merge = merge
    this.#watch = watch
    this.#gate = gate
  }

  [Symbol.iterator](): this {
    return this
  }

  next(): IteratorResult<StoredEvent> {
    const event = this.#ready.length > 0 ? this.#fromReady() : this.#fromMerge()
    if (event === undefined) return { done: true, value: undefined }
    this.#count++
    this.#last = event
    return { done: false, value: event }
  }

  #fromReady(): StoredEvent | undefined {
    const event = this.#ready[this.#next++]
    if (event !== undefined) return event
    this.#ready = []
    this.#next = 0
    return this.#fromMerge()
  }

  #fromMerge(): StoredEvent | undefined {
    while (!this.#ended) {
      const event = this.#merge.next()
      if (event !== undefined) {
        this.#watch.see(event)
        if (this.#gate.passes(event)) return event
      } else this.#ended = true
      this.#ready = this.#gate.release(this.#ended)
      if (this.#ready.length > 0) return this.#fromReady()
    }
    return undefined
  }

  /** Ends early: closes the files. What `cursorEnd` says is then not the end of the log. */
  return(): IteratorResult<StoredEvent> {
    this.#ended = true
    this.#ready = []
    this.#merge.close()
    return { done: true, value: undefined }
  }

  /** Lines that were there more than once. */
  get duplicates(): number {
    return this.#merge.duplicates
  }

  cursorEnd(): Pick<Cursor, 'last' | 'heads' | 'events'> {
    return { last: keyOf(this.#last), heads: this.#watch.heads(), events: this.#count }
  }
}
