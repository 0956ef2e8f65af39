/**
 * The union of logs as sets of lines, for `sync`: raw bytes are kept, nothing is re-serialised, nobody's order matters.
 * Pure. Whatever the order of the arguments, the result is the same bytes.
 */
import { goodLines, isGood, rawLine, readLines } from './active-file.ts'
import { compareOrder } from './order.ts'
import type { Heads, StoredEvent } from './port.ts'
import { contentOf, headsOf } from './segment-index.ts'

export interface UnitedLog {
  /** All events, in fold order, each once. */
  readonly bytes: Buffer
  readonly events: number
  readonly heads: Heads
  /** Lines that were there more than once, and conflict markers. */
  readonly removed: number
  /** Lines that cannot be read, each once, and torn tails: to be kept in quarantine. */
  readonly unreadable: readonly Buffer[]
}

export function uniteLogs(...logs: readonly Buffer[]): UnitedLog {
  const byHash = new Map<string, { readonly event: StoredEvent; readonly raw: Buffer }>()
  const unreadable = new Map<string, Buffer>()
  let lines = 0
  const setAside = (bytes: Buffer): void => void unreadable.set(bytes.toString('latin1'), bytes)
  for (const bytes of logs) {
    const read = readLines(bytes)
    lines += read.lines.length
    for (const line of goodLines(read.lines)) if (!byHash.has(line.event.hash)) byHash.set(line.event.hash, { event: line.event, raw: rawLine(bytes, line) })
    for (const line of read.lines) {
      if (isGood(line)) continue
      if (line.fault.kind !== 'conflict-marker') setAside(rawLine(bytes, line))
    }
    if (read.tornFrom !== undefined) setAside(bytes.subarray(read.tornFrom))
  }
  const united = [...byHash.values()].sort((a, b) => compareOrder(a.event, b.event))
  const LF: Buffer = Buffer.from('\n')
  return {
    bytes: Buffer.concat(united.flatMap(({ raw }) => [raw, LF])),
    events: united.length,
    heads: headsOf([contentOf(united.map(({ event }) => event))]),
    removed: Math.max(0, lines - united.length - unreadable.size),
    unreadable: [...unreadable.values()],
  }
}
