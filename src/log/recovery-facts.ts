/**
 * What recovery looks at: the record of this clone, the active file, what the hard link still holds, and the segments.
 * Read-only; the plan made from it is pure (`recovery-plan.ts`).
 */
import { drainActive, goodLines, openActive, readLines, type ReadLines } from './active-file.ts'
import type { LogFs } from './fault-seam.ts'
import { readWhole } from './file-bytes.ts'
import type { LogLayout } from './layout.ts'
import type { StoredEvent } from './port.ts'
import type { ActiveIdentity } from './replace-active.ts'
import { loadSegmentIndex, sealedAmong, segmentEvents, type SegmentIndex } from './segment-index.ts'
import type { FoundRecord } from './writer-record.ts'

export interface RecoveryFacts {
  readonly found: FoundRecord
  readonly active: ReadLines
  readonly identity: ActiveIdentity
  /** The active file is there. */
  readonly present: boolean
  /** The lines of the hard link, if it leads to another file than the active one. */
  readonly link: ReadLines | undefined
  /** The hard link leads to the active file. */
  readonly linked: boolean
  readonly index: SegmentIndex
  /** Hashes of the active file's and the link's events that lie in a segment too. */
  readonly sealed: ReadonlySet<string>
  /** This writer's sealed events from its recorded head on. */
  readonly ownSealed: readonly StoredEvent[]
}

export function gatherFacts(fs: LogFs, layout: LogLayout, found: FoundRecord): RecoveryFacts {
  const opened = openActive(fs, layout.active)
  const linkFacts = fs.statSync(layout.link)
  const linked = opened.fd !== undefined && linkFacts?.ino === opened.ino
  const active = readLines(drainActive(fs, opened))
  const linkBytes = linked || linkFacts === undefined ? undefined : readWhole(fs, layout.link)
  const link = linkBytes === undefined ? undefined : readLines(linkBytes)
  const index = loadSegmentIndex(fs, layout)
  const events = [...goodLines(active.lines), ...goodLines(link?.lines ?? [])].map(line => line.event)
  return {
    found, active, link, linked, index,
    identity: { ino: opened.ino, size: opened.size },
    present: opened.fd !== undefined,
    sealed: sealedAmong(fs, layout, index, events),
    ownSealed: ownSealedEvents(fs, layout, index, found),
  }
}

function ownSealedEvents(fs: LogFs, layout: LogLayout, index: SegmentIndex, found: FoundRecord): readonly StoredEvent[] {
  if (!('record' in found) || found.record.seq === 0) return []
  const { writer, seq, hash } = found.record
  const own: StoredEvent[] = []
  for (const [name, { writers }] of index) {
    const range = writers[writer]
    if (range === undefined || range.last < seq) continue
    if (range.last === seq && range.lastHash === hash) {
      own.push(...headOnly(fs, layout, name, hash))
      continue
    }
    for (const event of segmentEvents(fs, layout.segments, name)) if (event.writer === writer && event.seq >= seq) own.push(event)
  }
  return own
}

function headOnly(fs: LogFs, layout: LogLayout, name: string, hash: string): readonly StoredEvent[] {
  for (const event of segmentEvents(fs, layout.segments, name)) if (event.hash === hash) return [event]
  return []
}
