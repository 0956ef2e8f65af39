/**
 * Sealing: the head of an active file that has grown over the limit becomes an immutable, sorted segment named by its bytes.
 * Called by the file log, under the lock. The segment is durable before the active file is shortened; a crash in between
 * leaves lines twice, which readers drop and the next recovery heals. A batch is never cut; what is not good stays.
 */
import { hash } from 'node:crypto'
import { join } from 'node:path'
import { goodLines, rawLine, readLines, type GoodLine, type ReadLine, type ReadLines } from './active-file.ts'
import { BatchGate } from './batch-gate.ts'
import type { LogFs } from './fault-seam.ts'
import { readWhole, syncDirectory, writeSynced } from './file-bytes.ts'
import { ACTIVE_NAME, segmentPath, type LogLayout } from './layout.ts'
import { compareOrder } from './order.ts'
import { ProblemList } from './problems.ts'
import { indexSegment, keptSegmentIndex, saveSegmentIndex, type IndexedSegment } from './segment-index.ts'
import { logChanged, replaceActive, type ActiveIdentity } from './replace-active.ts'

/** Seal as many pieces as are over the limit. Returns the paths written, relative to the workspace; empty if none. */
export function sealHead(fs: LogFs, layout: LogLayout, active: ActiveIdentity, limitBytes: number): readonly string[] {
  if (active.size <= limitBytes) return []
  const bytes = readWhole(fs, layout.active) ?? Buffer.alloc(0)
  if (bytes.length !== active.size) throw logChanged()
  const read = readLines(bytes)
  const pieces = piecesToSeal(read, limitBytes)
  if (pieces.length === 0) return []
  const names = pieces.map(piece => writeSegment(fs, layout, linesOf(bytes, piece)))
  noteSealed(fs, layout, names, pieces)
  const sealed = new Set<ReadLine>(pieces.flat())
  replaceActive(fs, layout, linesOf(bytes, read.lines.filter(line => !sealed.has(line))), active)
  return [...names.map(segmentPath), ACTIVE_NAME]
}

const linesOf = (bytes: Buffer, lines: readonly ReadLine[]): Buffer =>
  Buffer.concat(lines.flatMap(line => [rawLine(bytes, line), Buffer.from('\n')]))

/** The index knows what was just sealed: nobody has to read it again. */
function noteSealed(fs: LogFs, layout: LogLayout, names: readonly string[], pieces: readonly (readonly GoodLine[])[]): void {
  const sealed = names.map((name, index): [string, IndexedSegment] =>
    [name, indexSegment(fs, layout, name, (pieces[index] ?? []).map(line => line.event), true)])
  saveSegmentIndex(fs, layout, new Map([...keptSegmentIndex(fs, layout), ...sealed]))
}

function writeSegment(fs: LogFs, layout: LogLayout, bytes: Buffer): string {
  const name = `${hash('sha256', bytes, 'hex').slice(0, 16)}.jsonl`
  const temporary = join(layout.local, 'segment.tmp')
  writeSynced(fs, temporary, bytes)
  fs.mkdirSync(layout.segments)
  syncDirectory(fs, layout.root)
  fs.renameSync(temporary, join(layout.segments, name))
  syncDirectory(fs, layout.segments)
  return name
}

/** Sorted lines of complete batches, in pieces of at most the limit where batches allow, while more than that remains. */
function piecesToSeal(read: ReadLines, limitBytes: number): readonly (readonly GoodLine[])[] {
  const units = wholeUnits(read)
  const pieces: GoodLine[][] = []
  let remaining = read.bytes.length
  let piece: GoodLine[] = []
  let size = 0
  for (const unit of units) {
    const unitBytes = unit.reduce((sum, line) => sum + line.end - line.start + 1, 0)
    if (size > 0 && size + unitBytes > limitBytes) {
      pieces.push(piece)
      remaining -= size
      piece = []
      size = 0
      if (remaining <= limitBytes) return pieces
    }
    piece.push(...unit)
    size += unitBytes
  }
  if (size > 0 && remaining > limitBytes) pieces.push(piece)
  return pieces
}

/** Runs of lines in fold order between which no batch is open; incomplete batches are left out. */
function wholeUnits(read: ReadLines): readonly (readonly GoodLine[])[] {
  const lines = goodLines(read.lines).toSorted((a, b) => compareOrder(a.event, b.event))
  const byHash = new Map(lines.map(line => [line.event.hash, line]))
  const gate = new BatchGate(new ProblemList())
  const units: GoodLine[][] = []
  for (const { event } of byHash.values()) {
    const passed = gate.passes(event) ? [event] : gate.release()
    if (passed.length > 0) units.push(passed.flatMap(({ hash }) => byHash.get(hash) ?? []))
  }
  const last = gate.release(true)
  if (last.length > 0) units.push(last.flatMap(({ hash }) => byHash.get(hash) ?? []))
  return units
}
