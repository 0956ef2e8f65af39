/**
 * What each sealed segment holds: per writer the first and last seq and the last hash, and the latest stamp. Segments never
 * change, so this is computed once per segment and kept in `.factory-local/segments.json`; without it a command would
 * cost the whole history. Used by recovery and by `heads`. Deleting the file costs time, nothing else.
 */
import { laterStamp, ZERO_STAMP, type Stamp } from './clock.ts'
import type { LogFs } from './fault-seam.ts'
import { readWhole, writeSynced } from './file-bytes.ts'
import { segmentNames, type LogLayout } from './layout.ts'
import type { Heads, StoredEvent } from './port.ts'
import { ProblemList } from './problems.ts'
import { checkSegment, SegmentSource } from './segment-lines.ts'

export interface WriterRange {
  readonly first: number
  readonly last: number
  readonly lastHash: string
}
export interface SegmentContent {
  readonly writers: Readonly<Record<string, WriterRange>>
  readonly stamp: Stamp
}
export type SegmentIndex = ReadonlyMap<string, SegmentContent>

/** The index of the segments that are there now: from the kept one, and by reading what it does not know. */
export function loadSegmentIndex(fs: LogFs, layout: LogLayout): SegmentIndex {
  const names = segmentNames(fs.readdirSync(layout.segments))
  const kept = names.length === 0 ? new Map<string, SegmentContent>() : readKept(fs, layout.segmentIndex)
  return new Map(names.map(name => [name, kept.get(name) ?? readContent(fs, layout.segments, name)]))
}

export function saveSegmentIndex(fs: LogFs, layout: LogLayout, index: SegmentIndex): void {
  const kept = readKept(fs, layout.segmentIndex)
  if (index.size === kept.size && [...index.keys()].every(name => kept.has(name))) return
  const temporary = `${layout.segmentIndex}.tmp`
  writeSynced(fs, temporary, Buffer.from(JSON.stringify(Object.fromEntries(index))))
  fs.renameSync(temporary, layout.segmentIndex)
}

function readKept(fs: LogFs, path: string): Map<string, SegmentContent> {
  const bytes = readWhole(fs, path)
  if (bytes === undefined) return new Map()
  try {
    return new Map(Object.entries(JSON.parse(bytes.toString('utf8')) as Record<string, SegmentContent>))
  } catch {
    return new Map()
  }
}

function readContent(fs: LogFs, directory: string, name: string): SegmentContent {
  return contentOf(segmentEvents(fs, directory, name))
}

export function* segmentEvents(fs: LogFs, directory: string, name: string): Generator<StoredEvent> {
  const isDamaged = !checkSegment(fs, directory, name).intact
  const source = new SegmentSource(fs, directory, name, new ProblemList(), isDamaged)
  try {
    for (; source.head !== undefined; source.advance()) yield source.head
  } finally {
    source.close()
  }
}

export function contentOf(events: Iterable<StoredEvent>): SegmentContent {
  const writers: Record<string, WriterRange> = {}
  let stamp: Stamp = ZERO_STAMP
  for (const { writer, seq, hash, time, tick } of events) {
    const range = writers[writer]
    stamp = laterStamp(stamp, [time, tick])
    const isLast = range === undefined || seq > range.last
    writers[writer] = {
      first: Math.min(range?.first ?? seq, seq),
      last: isLast ? seq : range.last,
      lastHash: isLast ? hash : range.lastHash,
    }
  }
  return { writers, stamp }
}

/** The last seq of each writer in all of these. */
export function headsOf(contents: Iterable<SegmentContent>): Heads {
  const heads: Record<string, number> = {}
  for (const { writers } of contents) {
    for (const [writer, range] of Object.entries(writers)) heads[writer] = Math.max(heads[writer] ?? 0, range.last)
  }
  return Object.fromEntries(Object.entries(heads).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** Which of these events lie in a segment too. Only segments whose ranges allow it are read. */
export function sealedAmong(fs: LogFs, layout: LogLayout, index: SegmentIndex, events: readonly StoredEvent[]): ReadonlySet<string> {
  const wanted = new Set(events.map(event => event.hash))
  const own = contentOf(events).writers
  const sealed = new Set<string>()
  for (const [name, { writers }] of index) {
    const overlaps = Object.entries(own).some(([writer, { first, last }]) => {
      const range = writers[writer]
      return range !== undefined && range.first <= last && first <= range.last
    })
    if (!overlaps) continue
    for (const { hash } of segmentEvents(fs, layout.segments, name)) if (wanted.has(hash)) sealed.add(hash)
  }
  return sealed
}
