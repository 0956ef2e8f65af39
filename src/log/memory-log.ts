/**
 * The log in memory: the second implementation of the port, for tests and dry runs. Stamps, chains and folds exactly as
 * the file log does; one contract suite holds both. `receive` is what a sync would bring.
 */
import { BatchGate } from './batch-gate.ts'
import { ChainWatch } from './chain-watch.ts'
import { laterStamp, ZERO_STAMP } from './clock.ts'
import { composeBatch, type WriterPosition } from './compose.ts'
import { continueFrom } from './cursor.ts'
import { FoldRun } from './fold-run.ts'
import { ArraySource, OrderedMerge } from './merge-order.ts'
import { compareOrder } from './order.ts'
import type { Cursor, Heads, LogPort, Scan, StoredEvent } from './port.ts'
import { ProblemList } from './problems.ts'
import { contentOf, headsOf } from './segment-index.ts'

export interface MemoryLog extends LogPort {
  /** Take in events of other writers (or of this one's other copies), in any order; those known already are dropped. */
  receive(events: readonly StoredEvent[]): void
}

export function openMemoryLog(options: { readonly writer?: string } = {}): MemoryLog {
  const events: StoredEvent[] = []
  let position: WriterPosition = { writer: options.writer ?? 'memory', seq: 0, hash: '', stamp: ZERO_STAMP, others: {} }

  const end = (): Pick<Cursor, 'activeBytes' | 'activeHash'> => ({ activeBytes: events.length, activeHash: events.at(-1)?.hash ?? '' })

  const scanEverything = (): Scan => {
    const problems = new ProblemList()
    const sorted = events.toSorted(compareOrder)
    const merge = new OrderedMerge([{ first: sorted[0], open: () => new ArraySource(sorted) }])
    const run = new FoldRun(merge, new ChainWatch(problems), new BatchGate(problems))
    const lines = end()
    return { from: 'all', events: run, cursor: () => ({ segments: [], ...lines, ...run.cursorEnd() }), problems: () => problems.list() }
  }

  const scanAfter = (cursor: Cursor): Scan | undefined => {
    if (cursor.segments.length > 0 || (events[cursor.activeBytes - 1]?.hash ?? '') !== cursor.activeHash) return undefined
    return continueFrom(cursor, events.slice(cursor.activeBytes), end(), new ProblemList())
  }

  const heads = (): Heads => headsOf([contentOf(events)])

  return {
    heads,
    writer: () => position.writer,
    nextSeq: () => position.seq + 1,
    scan: after => (after === undefined ? undefined : scanAfter(after)) ?? scanEverything(),
    recover: () => ({ drafts: [], rewound: false, problems: [] }),
    seal: () => [],
    append: (drafts, now) => {
      if (drafts.length === 0) return []
      const batch = composeBatch(position, drafts, now)
      events.push(...batch.events)
      position = batch.position
      return batch.events
    },
    receive: received => {
      const known = new Set(events.map(event => event.hash))
      for (const event of received) if (!known.has(event.hash)) events.push(event)
      const { [position.writer]: _own, ...others } = heads()
      position = { ...position, others, stamp: laterStamp(position.stamp, contentOf(received).stamp) }
    },
  }
}
