/**
 * The lines of `events.jsonl` (or of a piece of it), each verified by its hash. Used by readers, recovery, sealing and merging.
 * The active file is small (it is sealed at a few megabytes), so it is held in memory; sealed segments are streamed.
 */
import { decodeBytes, type DecodedLine, type LineFault } from './codec.ts'
import type { LogFs } from './fault-seam.ts'
import { openIfThere, readRange } from './file-bytes.ts'
import type { StoredEvent } from './port.ts'

/** Bytes [start, end) of `bytes`, without the LF. */
interface Place {
  readonly start: number
  readonly end: number
  /** 1-based. */
  readonly number: number
}
export interface GoodLine extends Place {
  readonly event: StoredEvent
}
export interface FaultyLine extends Place {
  readonly fault: LineFault
}
export type ReadLine = GoodLine | FaultyLine

export interface ReadLines {
  readonly bytes: Buffer
  readonly lines: readonly ReadLine[]
  /** Where a last fragment begins that is neither terminated nor an event. */
  readonly tornFrom: number | undefined
  /** The last line is an event, but its LF is missing. */
  readonly unterminated: boolean
}

export const isGood = (line: ReadLine): line is GoodLine => 'event' in line
export const goodLines = (lines: readonly ReadLine[]): readonly GoodLine[] => lines.filter(isGood)
export const rawLine = (bytes: Buffer, line: ReadLine): Buffer => bytes.subarray(line.start, line.end)

const placed = (decoded: DecodedLine, start: number, end: number, number: number): ReadLine => ({ ...decoded, start, end, number })

/** Split and verify. Blank lines say nothing and are left out. Never throws. */
export function readLines(bytes: Buffer): ReadLines {
  const lines: ReadLine[] = []
  let start = 0
  let number = 0
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
    number++
    if (end > start) lines.push(placed(decodeBytes(bytes, start, end), start, end, number))
    start = end + 1
  }
  if (start === bytes.length) return { bytes, lines, tornFrom: undefined, unterminated: false }
  const last = decodeBytes(bytes, start, bytes.length)
  const unterminated = 'event' in last
  if (unterminated) lines.push(placed(last, start, bytes.length, number + 1))
  return { bytes, lines, tornFrom: unterminated ? undefined : start, unterminated }
}

export interface OpenedActive {
  readonly fd: number | undefined
  readonly ino: bigint
  readonly size: number
}

/** Open the active file for reading; a reader must do this before it lists the segments. The caller closes `fd`. */
export function openActive(fs: LogFs, path: string): OpenedActive {
  const fd = openIfThere(fs, path)
  if (fd === undefined) return { fd, ino: 0n, size: 0 }
  const facts = fs.fstatSync(fd)
  return { fd, ino: facts.ino, size: Number(facts.size) }
}

/** The bytes from `start` to the size seen at opening; closes the file. */
export function drainActive(fs: LogFs, active: OpenedActive, start = 0): Buffer {
  if (active.fd === undefined) return Buffer.alloc(0)
  try {
    return readRange(fs, active.fd, start, Math.max(start, active.size))
  } finally {
    fs.closeSync(active.fd)
  }
}
