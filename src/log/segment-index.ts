/**
 * What each sealed segment holds: per writer the first and last seq and the last hash, and the latest stamp; and whether its
 * bytes match its name. Segments never change, so this is computed once per segment and kept in `.factory-local/segments.json`; without it a command would
 * cost the whole history. Used by readers and recovery. Deleting the file costs time, nothing else.
 */
import { join } from 'node:path'
import { laterStamp, ZERO_STAMP, type Stamp } from './clock.ts'
import type { LogFs } from './fault-seam.ts'
import { readWhole, writeSynced } from './file-bytes.ts'
import { segmentNames, type LogLayout } from './layout.ts'
import type { OrderKey } from './order.ts'
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
export interface IndexedSegment extends SegmentContent {
  /** The file as it was when its bytes were found to match its name; '' if they did not. */
  readonly checked: string
  readonly first: OrderKey | undefined
}
export type SegmentIndex = ReadonlyMap<string, IndexedSegment>

/** The index of the segments that are there now: from the kept one, and by reading what it does not know as it is now. */
export function loadSegmentIndex(fs: LogFs, layout: LogLayout): SegmentIndex {
  const names = segmentNames(fs.readdirSync(layout.segments))
  const kept = names.length === 0 ? new Map<string, IndexedSegment>() : keptSegmentIndex(fs, layout)
  return new Map(names.map(name => {
    const known = kept.get(name)
    const isCurrent = known !== undefined && known.checked === fileMark(fs, layout, name)
    return [name, isCurrent ? known : indexSegment(fs, layout, name, segmentEvents(fs, layout.segments, name))]
  }))
}

/** What the index will say of a segment that holds these events. */
export function indexSegment(fs: LogFs, layout: LogLayout, name: string, events: Iterable<StoredEvent>, isIntact?: boolean): IndexedSegment {
  const checked = isIntact ?? checkSegment(fs, layout.segments, name).intact ? fileMark(fs, layout, name) : ''
  const list = [...events]
  const first = list[0]
  return {
    ...contentOf(list), checked,
    first: first === undefined ? undefined : { time: first.time, tick: first.tick, writer: first.writer, seq: first.seq, hash: first.hash },
  }
}

function fileMark(fs: LogFs, layout: LogLayout, name: string): string {
  const facts = fs.statSync(join(layout.segments, name))
  return facts === undefined ? '' : `${facts.ino}:${facts.size}:${facts.mtimeNs}`
}

/** The first event of each segment that is known to be intact and has not been touched since: it need not be hashed again. */
export function intactSegments(fs: LogFs, layout: LogLayout): ReadonlyMap<string, OrderKey> {
  const intact = new Map<string, OrderKey>()
  for (const [name, { checked, first }] of keptSegmentIndex(fs, layout)) {
    if (first !== undefined && checked !== '' && checked === fileMark(fs, layout, name)) intact.set(name, first)
  }
  return intact
}

export function saveSegmentIndex(fs: LogFs, layout: LogLayout, index: SegmentIndex): void {
  const kept = keptSegmentIndex(fs, layout)
  if (index.size === kept.size && [...index].every(([name, { checked }]) => kept.get(name)?.checked === checked)) return
  const temporary = `${layout.segmentIndex}.tmp`
  writeSynced(fs, temporary, Buffer.from(JSON.stringify(Object.fromEntries(index))))
  fs.renameSync(temporary, layout.segmentIndex)
}

/** The index as it was kept; empty if there is none, or none that can be read. */
export function keptSegmentIndex(fs: LogFs, layout: LogLayout): ReadonlyMap<string, IndexedSegment> {
  const bytes = readWhole(fs, layout.segmentIndex)
  if (bytes === undefined) return new Map()
  try {
    return new Map(Object.entries(JSON.parse(bytes.toString('utf8')) as Record<string, IndexedSegment>))
  } catch {
    return new Map()
  }
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
