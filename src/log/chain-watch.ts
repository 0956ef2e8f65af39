/**
 * Follows the hash chain of every writer while events pass in fold order, and names gaps, broken links and forks.
 * Costs a map look-up and a string comparison per event; knows the heads at the end.
 */
import type { Heads, StoredEvent } from './port.ts'
import type { ProblemList } from './problems.ts'

interface Tip {
  seq: number
  hash: string
}

interface Chain {
  events: number
  /** The line that is furthest; forks have more than one. */
  tips: [Tip, ...Tip[]]
}

export interface WriterChain {
  readonly id: string
  readonly events: number
  readonly head: number
  readonly hash: string
}

export class ChainWatch {
  readonly #chains = new Map<string, Chain>()
  readonly #problems: ProblemList
  #writer = ''
  #chain: Chain | undefined

  constructor(problems: ProblemList) {
    this.#problems = problems
  }

  see(event: StoredEvent): void {
    if (event.writer !== this.#writer) {
      this.#writer = event.writer
      this.#chain = this.#chains.get(event.writer)
    }
    const chain = this.#chain
    const tip = chain?.tips[0]
    if (chain === undefined || tip === undefined) {
      this.#begin(event)
      return
    }
    chain.events++
    if (event.prev === tip.hash && event.seq === tip.seq + 1) {
      tip.seq = event.seq
      tip.hash = event.hash
    } else this.#branch(chain, tip, event)
  }

  #begin(event: StoredEvent): void {
    this.#chain = { events: 1, tips: [{ seq: event.seq, hash: event.hash }] }
    this.#chains.set(event.writer, this.#chain)
    if (event.seq > 1) this.#gap(event, 1)
    else if (event.prev !== '') this.#problems.add('broken-chain', idOf(event), 'a first event that names an earlier one')
  }

  #branch(chain: Chain, tip: Tip, event: StoredEvent): void {
    const known = chain.tips.find(other => other.hash === event.prev && other.seq + 1 === event.seq)
    if (known !== undefined) {
      known.seq = event.seq
      known.hash = event.hash
      chain.tips.sort((a, b) => b.seq - a.seq)
      return
    }
    const next = { seq: event.seq, hash: event.hash }
    if (event.seq <= tip.seq) {
      this.#problems.add('fork', idOf(event), `writer ${event.writer} has two lines for event ${event.seq}`)
      chain.tips.push(next)
      return
    }
    if (event.seq > tip.seq + 1) this.#gap(event, tip.seq + 1)
    else this.#problems.add('broken-chain', idOf(event), `does not follow from event ${tip.seq} of its writer`)
    tip.seq = next.seq
    tip.hash = next.hash
  }

  #gap(event: StoredEvent, from: number): void {
    const missing = event.seq - 1 === from ? `event ${from} is` : `events ${from} to ${event.seq - 1} are`
    this.#problems.add('gap', idOf(event), `${missing} missing of writer ${event.writer}`)
  }

  heads(): Heads {
    return Object.fromEntries([...this.#chains].map(([writer, chain]): [string, number] => [writer, chain.tips[0].seq]).toSorted(byName))
  }

  writers(): readonly WriterChain[] {
    return [...this.#chains].toSorted(byName).map(([id, { events, tips: [tip] }]) => ({ id, events, head: tip.seq, hash: tip.hash }))
  }
}

const byName = (a: readonly [string, unknown], b: readonly [string, unknown]): number => (a[0] < b[0] ? -1 : 1)
const idOf = (event: StoredEvent): string => `${event.writer}:${event.seq}`
