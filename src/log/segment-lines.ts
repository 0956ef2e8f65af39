/**
 * The events of one sealed segment, streamed in pieces of 64 KiB. Used by readers, the verifier and the segment index.
 * If the bytes match the name, the lines are those that were verified when they were sealed, and are only parsed;
 * otherwise (and in a full verification) each line is verified by its own hash.
 */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { decodeBytes, decodeText, eventOf, type DecodedLine } from './codec.ts'
import type { LogFs } from './fault-seam.ts'
import { segmentPath } from './layout.ts'
import type { StoredEvent } from './port.ts'
import type { ProblemList } from './problems.ts'

const CHUNK_BYTES = 64 * 1024

export interface SegmentCheck {
  readonly intact: boolean
  readonly bytes: number
  /** The first event, if the first line is one. */
  readonly first: StoredEvent | undefined
}

/** Compare the bytes of a segment with its name, and look at its first line. */
export function checkSegment(fs: LogFs, directory: string, name: string): SegmentCheck {
  const digest = createHash('sha256')
  const chunks = new Chunks(fs, join(directory, name), chunk => digest.update(chunk))
  let first: StoredEvent | undefined
  try {
    const opening = chunks.next()
    if (opening !== undefined) {
      const end = opening.indexOf(10)
      const line = decodeText(opening.toString('utf8', 0, end < 0 ? opening.length : end))
      if ('event' in line) first = line.event
    }
    chunks.drain()
  } finally {
    chunks.close()
  }
  return { intact: digest.digest('hex').startsWith(name.slice(0, 16)), bytes: chunks.bytesRead, first }
}

/** Reads a file in chunks that end with a line; one buffer is used again and again. */
class Chunks {
  bytesRead = 0
  #buffer: Buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES)
  #carried = 0
  #fd: number | undefined
  readonly #fs: LogFs
  readonly #seen: ((bytes: Buffer) => void) | undefined

  constructor(fs: LogFs, path: string, seen?: (bytes: Buffer) => void) {
    this.#fs = fs
    this.#seen = seen
    this.#fd = fs.openSync(path, 'r')
  }

  /** Whole lines, valid until the next call; the last piece may lack its LF. Undefined at the end. */
  next(): Buffer | undefined {
    this.#dropTaken()
    for (;;) {
      const count = this.#fill()
      const end = this.#carried + count
      if (count === 0) {
        this.#carried = 0
        return end === 0 ? undefined : this.#give(end, end)
      }
      const lineEnd = this.#buffer.lastIndexOf(10, end - 1) + 1
      if (lineEnd > this.#carried) return this.#give(lineEnd, end)
      this.#carried = end
      if (end === this.#buffer.length) this.#grow()
    }
  }

  #taken = 0
  #end = 0

  #give(lineEnd: number, end: number): Buffer {
    this.#taken = lineEnd
    this.#end = end
    return this.#buffer.subarray(0, lineEnd)
  }

  #dropTaken(): void {
    if (this.#taken === 0) return
    this.#buffer.copyWithin(0, this.#taken, this.#end)
    this.#carried = this.#end - this.#taken
    this.#taken = 0
  }

  #fill(): number {
    if (this.#fd === undefined) return 0
    const count = this.#fs.readSync(this.#fd, this.#buffer, this.#carried, this.#buffer.length - this.#carried, this.bytesRead)
    this.#seen?.(this.#buffer.subarray(this.#carried, this.#carried + count))
    this.bytesRead += count
    return count
  }

  #grow(): void {
    const larger = Buffer.allocUnsafeSlow(this.#buffer.length * 2)
    this.#buffer.copy(larger, 0, 0, this.#carried)
    this.#buffer = larger
  }

  /** Read to the end without giving lines. */
  drain(): void {
    this.#dropTaken()
    this.#carried = 0
    while (this.#fill() > 0);
  }

  close(): void {
    if (this.#fd !== undefined) this.#fs.closeSync(this.#fd)
    this.#fd = undefined
  }
}

/** A run of events in order, as the merge wants it. */
export interface EventSource {
  /** The next event, not yet taken; undefined at the end. */
  head: StoredEvent | undefined
  advance(): void
  close(): void
}

export class SegmentSource implements EventSource {
  head: StoredEvent | undefined
  readonly #chunks: Chunks
  readonly #at: string
  readonly #problems: ProblemList
  readonly #verify: boolean
  #lines: readonly string[] = []
  #decoded: readonly DecodedLine[] = []
  #next = 0
  #number = 0

  constructor(fs: LogFs, directory: string, name: string, problems: ProblemList, verify: boolean) {
    this.#chunks = new Chunks(fs, join(directory, name))
    this.#at = segmentPath(name)
    this.#problems = problems
    this.#verify = verify
    this.advance()
  }

  advance(): void {
    this.head = undefined
    do {
      while (this.head === undefined && this.#next < (this.#verify ? this.#decoded.length : this.#lines.length)) this.#take(this.#next++)
    } while (this.head === undefined && this.#load())
  }

  /** Look at one line; the usual one, that of a segment known to be intact, takes the shortest way. */
  #take(index: number): void {
    if (this.#verify) {
      const decoded = this.#decoded[index]
      if (decoded !== undefined) this.#see(decoded)
      return
    }
    const text = this.#lines[index]
    if (text === undefined || text === '') return
    const event = eventOf(text)
    if (event === undefined) {
      this.#see(decodeText(text))
      return
    }
    this.#number++
    this.head = event
  }

  #see(line: DecodedLine): void {
    this.#number++
    if ('event' in line) this.head = line.event
    else this.#problems.add(line.fault.kind, `${this.#at}:${this.#number}`, line.fault.detail)
  }

  #load(): boolean {
    const chunk = this.#chunks.next()
    this.#next = 0
    if (chunk === undefined) {
      this.close()
      return false
    }
    if (this.#verify) this.#decoded = decodeChunk(chunk)
    else this.#lines = chunk.toString('utf8').split('\n')
    return true
  }

  close(): void {
    this.head = undefined
    this.#lines = []
    this.#decoded = []
    this.#next = 0
    this.#chunks.close()
  }
}

function decodeChunk(chunk: Buffer): readonly DecodedLine[] {
  const decoded: DecodedLine[] = []
  for (let start = 0; start < chunk.length;) {
    const found = chunk.indexOf(10, start)
    const end = found < 0 ? chunk.length : found
    if (end > start) decoded.push(decodeBytes(chunk, start, end))
    start = end + 1
  }
  return decoded
}
