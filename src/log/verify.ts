/**
 * Full verification for `audit`: the hash of every line, every writer's chain, gaps, forks, incomplete batches, the names of
 * the segments. Streams; reads only. Says what is there, not what is missing at the end of a chain: that is what the heads
 * in commit messages are for.
 */
import { systemFs, type LogFs } from './fault-seam.ts'
import type { WriterChain } from './chain-watch.ts'
import { layoutOf } from './layout.ts'
import type { LogProblem, StoredEvent } from './port.ts'
import { scanAll } from './reader.ts'

export interface VerifyOptions {
  /** Called for each event in fold order, members of complete batches only. */
  readonly onEvent?: (event: StoredEvent) => void
  readonly fs?: LogFs
}

export interface Verification {
  /** Distinct lines that verify. */
  readonly events: number
  readonly writers: readonly WriterChain[]
  readonly problems: readonly LogProblem[]
}

export function verifyLog(dir: string, options: VerifyOptions = {}): Verification {
  const scan = scanAll(options.fs ?? systemFs, layoutOf(dir), true)
  for (const event of scan.events) options.onEvent?.(event)
  const writers = scan.writers()
  return { events: writers.reduce((sum, writer) => sum + writer.events, 0), writers, problems: scan.problems() }
}
