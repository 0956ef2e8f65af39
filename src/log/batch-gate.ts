/**
 * Lets events through in fold order, members of a batch only when all are there. Used by every reader.
 * All members of a batch have one time and consecutive ticks; so once the order has gone past its last tick, a batch
 * that lacks a member will not get it, and its members are dropped and reported.
 */
import type { StoredEvent } from './port.ts'
import type { ProblemList } from './problems.ts'

interface OpenBatch {
  readonly writer: string
  readonly time: string
  readonly lastTick: number
  readonly size: number
  next: number
  tip: string
  readonly members: StoredEvent[]
}

export class BatchGate {
  /** Batches that lacked a member. */
  incomplete = 0
  readonly #problems: ProblemList
  readonly #dropped = new Set<StoredEvent>()
  #queue: StoredEvent[] = []
  #open: OpenBatch[] = []
  #lastOrphan = ''

  constructor(problems: ProblemList) {
    this.#problems = problems
  }

  /** True: fold it now. False: it is held back (or dropped); see `release`. */
  passes(event: StoredEvent): boolean {
    if (event.batch === undefined && this.#open.length === 0) return true
    this.#expire(event)
    if (event.batch === undefined || this.#join(event, event.batch)) this.#queue.push(event)
    return false
  }

  /** What may be folded after all; call it when `passes` has said no, and with `atEnd` when there is no more. */
  release(atEnd = false): readonly StoredEvent[] {
    if (atEnd) this.#expire(undefined)
    if (this.#open.length > 0 || this.#queue.length === 0) return []
    const ready = this.#dropped.size === 0 ? this.#queue : this.#queue.filter(event => !this.#dropped.has(event))
    this.#queue = []
    this.#dropped.clear()
    return ready
  }

  #join(event: StoredEvent, [index, size]: readonly [number, number]): boolean {
    if (index === 1) {
      if (size === 1) return true
      const { writer, time, tick, hash } = event
      this.#open.push({ writer, time, lastTick: tick + size - 1, size, next: 2, tip: hash, members: [event] })
      return true
    }
    const batch = this.#open.find(open => open.tip === event.prev && open.next === index && open.size === size && open.writer === event.writer)
    if (batch === undefined) {
      this.#orphan(event, index)
      return false
    }
    batch.members.push(event)
    batch.tip = event.hash
    batch.next++
    if (index === size) this.#open = this.#open.filter(open => open !== batch)
    return true
  }

  #orphan(event: StoredEvent, index: number): void {
    const first = `${event.writer}:${event.seq - index + 1}`
    if (first === this.#lastOrphan) return
    this.#lastOrphan = first
    this.#report(first, 'its beginning')
  }

  #expire(now: StoredEvent | undefined): void {
    if (this.#open.length === 0) return
    const isOver = (open: OpenBatch): boolean =>
      now === undefined || now.time > open.time || (now.time === open.time && now.tick > open.lastTick)
    for (const batch of this.#open) {
      if (!isOver(batch)) continue
      for (const member of batch.members) this.#dropped.add(member)
      const first = batch.members[0]
      const id = first === undefined ? '' : `${first.writer}:${first.seq}`
      if (id !== this.#lastOrphan) this.#report(id, `${batch.size - batch.members.length} of ${batch.size} events`)
      this.#lastOrphan = id
    }
    this.#open = this.#open.filter(open => !isOver(open))
  }

  #report(first: string, missing: string): void {
    this.incomplete++
    this.#problems.add('incomplete-batch', first, `the batch that begins there lacks ${missing}; it is not folded`)
  }
}
