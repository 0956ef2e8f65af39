/**
 * Reading the log: everything in fold order, or only what came after a cursor. Used by the file log and the verifier.
 * Needs no lock and writes nothing. Opens `events.jsonl` first and lists `log/` then, so that lines which are being
 * sealed meanwhile are seen at least once.
 */
import { drainActive, goodLines, isGood, openActive, readLines, type OpenedActive, type ReadLines } from './active-file.ts'
import { BatchGate } from './batch-gate.ts'
import { ChainWatch, type WriterChain } from './chain-watch.ts'
import { HASH_TAIL_BYTES, statedHash } from './codec.ts'
import type { LogFs } from './fault-seam.ts'
import { readRange } from './file-bytes.ts'
import { continueFrom, type LinesEnd } from './cursor.ts'
import { FoldRun } from './fold-run.ts'
import { ACTIVE_NAME, segmentNames, segmentPath, type LogLayout } from './layout.ts'
import { ArraySource, OrderedMerge, type LazySource } from './merge-order.ts'
import { compareOrder, isOrdered, type OrderKey } from './order.ts'
import type { Cursor, LogProblem, Scan, StoredEvent } from './port.ts'
import { ProblemList } from './problems.ts'
import { intactSegments } from './segment-index.ts'
import { checkSegment, SegmentSource } from './segment-lines.ts'

export interface FullScan extends Scan {
  /** Valid once `events` has been consumed. */
  writers(): readonly WriterChain[]
}

/** From the beginning of history. With `verify`, the hash of every line is checked, also in intact segments. */
export function scanAll(fs: LogFs, layout: LogLayout, verify = false): FullScan {
  const active = openActive(fs, layout.active)
  const lines = readLines(drainActive(fs, active))
  const segments = segmentNames(fs.readdirSync(layout.segments))
  const problems = new ProblemList()
  reportLines(lines, problems, line => `${ACTIVE_NAME}:${line.number}`)
  const intact = verify ? new Map<string, OrderKey>() : intactSegments(fs, layout)
  const sources = segments.map(name => segmentSource({ fs, directory: layout.segments, name, problems, verify, first: intact.get(name) }))
  const merge = new OrderedMerge([...sources, activeSource(lines, problems)])
  const watch = new ChainWatch(problems)
  const run = new FoldRun(merge, watch, new BatchGate(problems))
  return {
    from: 'all',
    events: run,
    cursor: () => ({ segments, ...endOfLines(lines, 0), ...run.cursorEnd() }),
    problems: () => [...problems.list(), ...duplicatesOf(run, sources.length)],
    writers: () => watch.writers(),
  }
}

const duplicatesOf = (run: FoldRun, segments: number): readonly LogProblem[] => {
  const { duplicates } = run
  if (duplicates === 0) return []
  const where = segments > 1 ? 'log' : ACTIVE_NAME
  return [{ kind: 'duplicate', at: where, detail: `${duplicates} lines are there more than once; each counts once` }]
}

interface PlacedLine {
  readonly number: number
  readonly start: number
}

function reportLines(read: ReadLines, problems: ProblemList, place: (line: PlacedLine) => string): void {
  for (const line of read.lines) if (!isGood(line)) problems.add(line.fault.kind, place(line), line.fault.detail)
  if (read.tornFrom === undefined) return
  const torn = { start: read.tornFrom, number: (read.lines.at(-1)?.number ?? 0) + 1 }
  problems.add('torn-tail', place(torn), `${read.bytes.length - read.tornFrom} bytes of a line that was never finished`)
}

function activeSource(read: ReadLines, problems: ProblemList): LazySource {
  const events = goodLines(read.lines).map(line => line.event)
  if (!isOrdered(events)) {
    problems.add('foreign-order', ACTIVE_NAME, 'another program has put lines in; the next command sorts them')
    events.sort(compareOrder)
  }
  return { first: events[0], open: () => new ArraySource(events) }
}

interface SegmentToRead {
  readonly fs: LogFs
  readonly directory: string
  readonly name: string
  readonly problems: ProblemList
  readonly verify: boolean
  /** Its first event, if the segment is known to be intact. */
  readonly first: OrderKey | undefined
}

function segmentSource({ fs, directory, name, problems, verify, first }: SegmentToRead): LazySource {
  const check = first === undefined ? checkSegment(fs, directory, name) : { intact: true, first }
  if (check.intact) return { first: check.first, open: () => new SegmentSource(fs, directory, name, problems, verify) }
  problems.add('segment-damaged', segmentPath(name), 'its bytes do not match its name; what verifies is read')
  const events: StoredEvent[] = []
  for (const source = new SegmentSource(fs, directory, name, problems, true); source.head !== undefined; source.advance()) events.push(source.head)
  events.sort(compareOrder)
  return { first: events[0], open: () => new ArraySource(events) }
}

/** The end of the last good line; -1 (never valid) while its LF is missing. `base`: the byte where reading began. */
function endOfLines(read: ReadLines, base: number, before: LinesEnd = { activeBytes: 0, activeHash: '' }): LinesEnd {
  if (read.unterminated) return { activeBytes: -1, activeHash: '' }
  const last = read.lines.findLast(isGood)
  return last === undefined ? before : { activeBytes: base + last.end + 1, activeHash: last.event.hash }
}

/** Only what came after the cursor, or undefined if the cursor is not valid any more. */
export function scanTail(fs: LogFs, layout: LogLayout, cursor: Cursor): Scan | undefined {
  const active = openActive(fs, layout.active)
  if (!endsAsBefore(fs, active, cursor)) {
    if (active.fd !== undefined) fs.closeSync(active.fd)
    return undefined
  }
  const lines = readLines(drainActive(fs, active, cursor.activeBytes))
  const segments = segmentNames(fs.readdirSync(layout.segments))
  if (!sameNames(segments, cursor.segments)) return undefined
  const problems = new ProblemList()
  reportLines(lines, problems, line => `${ACTIVE_NAME}@${cursor.activeBytes + line.start}`)
  return continueFrom(cursor, goodLines(lines.lines).map(line => line.event), endOfLines(lines, cursor.activeBytes, cursor), problems)
}

const sameNames = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((name, index) => name === b[index])

/** The line that ends where the cursor stands is still the same one. */
function endsAsBefore(fs: LogFs, active: OpenedActive, cursor: Cursor): boolean {
  if (cursor.activeBytes < 0 || active.size < cursor.activeBytes) return false
  if (cursor.activeBytes === 0) return true
  if (active.fd === undefined) return false
  const end = readRange(fs, active.fd, Math.max(0, cursor.activeBytes - HASH_TAIL_BYTES - 2), cursor.activeBytes)
  return end.at(-1) === 10 && statedHash(end, 0, end.length - 1) === cursor.activeHash
}
