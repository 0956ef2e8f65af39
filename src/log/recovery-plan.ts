/**
 * What recovery will do, decided from the facts alone: which writer goes on, what is cut, put back, healed. Pure.
 * History goes forward if the log brings events this clone has never had; then lines that only the hard link still holds
 * were overtaken by a pull and are put back. Otherwise somebody went back on purpose, and this clone takes a new id.
 */
import { goodLines, isGood, rawLine, type GoodLine, type ReadLine } from './active-file.ts'
import { laterStamp, ZERO_STAMP, type Stamp } from './clock.ts'
import { compareOrder, isOrdered } from './order.ts'
import type { Heads, LogProblem, StoredEvent } from './port.ts'
import type { RecoveryFacts } from './recovery-facts.ts'
import { contentOf, headsOf } from './segment-index.ts'
import type { WriterRecord } from './writer-record.ts'

export type RewindReason = 'copied-directory' | 'older-history' | 'forked' | 'writer-file-unreadable'

export interface WriterHead {
  readonly seq: number
  readonly hash: string
}

export interface RecoveryPlan {
  /** The head to go on from, or undefined: a new id is needed. */
  readonly head: WriterHead | undefined
  /** Why the old id cannot be continued; undefined for a clone that has not written yet. */
  readonly rewound: { readonly from: WriterRecord | undefined; readonly reason: RewindReason } | undefined
  /** Bytes that leave the log as never finished, and the events among them. */
  readonly cut: { readonly bytes: Buffer; readonly from: number; readonly atEnd: boolean; readonly events: readonly string[] } | undefined
  /** The lines of the active file, if it has to be replaced. */
  readonly replacement: Buffer | undefined
  readonly restored: readonly StoredEvent[]
  /** The link's bytes, if it holds lines that are not put back. */
  readonly lost: { readonly bytes: Buffer; readonly events: number } | undefined
  /** Lines removed while healing; undefined if nothing had to be healed. */
  readonly healed: { readonly removed: number } | undefined
  readonly addLineEnd: boolean
  readonly heads: Heads
  readonly stamp: Stamp
  /** All events of the active file afterwards. */
  readonly events: readonly StoredEvent[]
  readonly faults: readonly (ReadLine & { readonly fault: LogProblem })[]
}

interface Kept {
  readonly event?: StoredEvent
  readonly raw: Buffer
}

export function planRecovery(facts: RecoveryFacts): RecoveryPlan {
  const record = 'record' in facts.found ? facts.found.record : undefined
  const { missing, forward } = judgeLink(facts, record)
  const restored = forward ? missing.filter(line => !facts.sealed.has(line.event.hash)) : []
  const unfinished = unfinishedLines(facts, record, restored)
  const lines = facts.active.lines
  const torn = facts.active.tornFrom
  const cut = planCut(facts, unfinished)
  const isMarker = (line: ReadLine): boolean => !isGood(line) && line.fault.kind === 'conflict-marker'
  const staying = lines.filter(line => !unfinished.has(line) && !isMarker(line))
  const { kept, duplicates } = withoutDuplicates(facts, staying)
  const keptEvents = kept.flatMap(({ event }) => (event === undefined ? [] : [event]))
  const removed = duplicates + lines.filter(isMarker).length
  const isUnsorted = !isOrdered(keptEvents)
  const putBack = restored.filter(line => !unfinished.has(line))
  const mustReplace = removed > 0 || isUnsorted || putBack.length > 0 || (cut !== undefined && !cut.atEnd)
  const all: Kept[] = [...kept, ...putBack.map(line => ({ event: line.event, raw: rawLine(facts.link?.bytes ?? facts.active.bytes, line) }))]
  const events = all.flatMap(({ event }) => (event === undefined ? [] : [event])).toSorted(compareOrder)
  const content = contentOf(events)
  const sealedContents = [...facts.index.values()]
  return {
    ...continuation(facts, record, events),
    cut,
    replacement: mustReplace ? joinLines(sortKept(all)) : undefined,
    restored: putBack.map(line => line.event),
    lost: !forward && missing.length > 0 && facts.link !== undefined ? { bytes: facts.link.bytes, events: missing.length } : undefined,
    healed: removed > 0 || isUnsorted ? { removed } : undefined,
    addLineEnd: !mustReplace && facts.active.unterminated && torn === undefined && (cut === undefined),
    heads: headsOf([...sealedContents, content]),
    stamp: sealedContents.reduce((stamp, sealed) => laterStamp(stamp, sealed.stamp), laterStamp(ZERO_STAMP, content.stamp)),
    events,
    faults: staying.flatMap(line => (isGood(line) ? [] : [{ ...line, fault: { ...line.fault, at: `events.jsonl:${line.number}` } }])),
  }
}

/** The link's lines that the log lacks, and whether history went forward since they were written. */
function judgeLink(facts: RecoveryFacts, record: WriterRecord | undefined): { missing: readonly GoodLine[]; forward: boolean } {
  if (facts.link === undefined) return { missing: [], forward: false }
  const present = new Set(goodLines(facts.active.lines).map(line => line.event.hash))
  const linked = goodLines(facts.link.lines)
  const missing = linked.filter(({ event }) => !present.has(event.hash) && !facts.sealed.has(event.hash))
  if (missing.length === 0) return { missing, forward: false }
  const known = headsOf([contentOf(linked.map(line => line.event)), { writers: rangesOf(record), stamp: ZERO_STAMP }])
  const now = headsOf([contentOf(goodLines(facts.active.lines).map(line => line.event)), ...facts.index.values()])
  const hasNews = Object.entries(now).some(([writer, seq]) => seq > (known[writer] ?? 0))
  return { missing, forward: hasNews || !facts.present }
}

function rangesOf(record: WriterRecord | undefined) {
  const heads = record === undefined ? {} : { ...record.others, [record.writer]: record.seq }
  return Object.fromEntries(Object.entries(heads).map(([writer, last]) => [writer, { first: 1, last, lastHash: '' }]))
}

/** Lines of this writer's last command that never became whole, and junk behind what this clone last wrote itself. */
function unfinishedLines(facts: RecoveryFacts, record: WriterRecord | undefined, restored: readonly GoodLine[]): ReadonlySet<ReadLine> {
  if (record === undefined) return new Set()
  const lines = [...facts.active.lines, ...restored]
  const own = goodLines(lines).filter(({ event }) => event.writer === record.writer && event.seq > record.seq)
  const present = new Set(own.map(({ event }) => event.seq))
  const isWhole = ({ seq, batch }: StoredEvent): boolean => {
    if (batch === undefined) return true
    const first = seq - batch[0] + 1
    return Array.from({ length: batch[1] }, (_, index) => first + index).every(member => member <= record.seq || present.has(member))
  }
  const isOwnTail = String(facts.identity.ino) === record.active.inode && record.active.bytes >= 0
  const junk = facts.active.lines.filter(line => isOwnTail && !isGood(line) && line.fault.kind === 'unreadable-line' && line.start >= record.active.bytes)
  return new Set<ReadLine>([...own.filter(line => !isWhole(line.event)), ...junk])
}

function planCut(facts: RecoveryFacts, unfinished: ReadonlySet<ReadLine>): RecoveryPlan['cut'] {
  const { bytes, lines, tornFrom } = facts.active
  const leaving = lines.filter(line => unfinished.has(line))
  const from = leaving[0]?.start ?? tornFrom
  if (from === undefined) return undefined
  const pieces: Buffer[] = leaving.map(line => Buffer.concat([rawLine(bytes, line), LF]))
  if (tornFrom !== undefined) pieces.push(bytes.subarray(tornFrom))
  return {
    from,
    bytes: Buffer.concat(pieces),
    atEnd: lines.every(line => line.start < from || unfinished.has(line)),
    events: leaving.flatMap(line => (isGood(line) ? [`${line.event.writer}:${line.event.seq}`] : [])),
  }
}

function withoutDuplicates(facts: RecoveryFacts, lines: readonly ReadLine[]): { kept: readonly Kept[]; duplicates: number } {
  const seen = new Set(facts.sealed)
  const kept: Kept[] = []
  for (const line of lines) {
    const raw = rawLine(facts.active.bytes, line)
    if (!isGood(line)) kept.push({ raw })
    else if (!seen.has(line.event.hash)) {
      seen.add(line.event.hash)
      kept.push({ raw, event: line.event })
    }
  }
  return { kept, duplicates: lines.length - kept.length }
}

/** In fold order; a line that cannot be read stays behind the one it followed. */
function sortKept(kept: readonly Kept[]): readonly Kept[] {
  const groups: { event: StoredEvent | undefined; lines: Kept[] }[] = []
  for (const line of kept) {
    const group = groups.at(-1)
    if (line.event === undefined && group !== undefined) group.lines.push(line)
    else groups.push({ event: line.event, lines: [line] })
  }
  groups.sort((a, b) => (a.event === undefined ? -1 : b.event === undefined ? 1 : compareOrder(a.event, b.event)))
  return groups.flatMap(group => group.lines)
}

const LF: Buffer = Buffer.from('\n')
const joinLines = (lines: readonly Kept[]): Buffer => Buffer.concat(lines.flatMap(line => [line.raw, LF]))

/** Go on under the recorded id only if the log holds its head, and whatever it has of it beyond extends the same chain. */
function continuation(facts: RecoveryFacts, record: WriterRecord | undefined, events: readonly StoredEvent[]): Pick<RecoveryPlan, 'head' | 'rewound'> {
  const refuse = (reason: RewindReason) => ({ head: undefined, rewound: { from: record, reason } })
  if (facts.found.kind === 'unreadable') return refuse('writer-file-unreadable')
  if (record === undefined) return { head: undefined, rewound: undefined }
  if (facts.found.kind === 'copied') return refuse('copied-directory')
  const own = [...facts.ownSealed, ...events].filter(event => event.writer === record.writer && event.seq >= record.seq)
  if (record.seq > 0 && !own.some(event => event.hash === record.hash)) return refuse(own.length > 0 ? 'forked' : 'older-history')
  let head: WriterHead = { seq: record.seq, hash: record.hash }
  for (const event of own.toSorted((a, b) => a.seq - b.seq)) {
    if (event.seq <= record.seq || event.hash === head.hash) continue
    if (event.seq !== head.seq + 1 || event.prev !== head.hash) return refuse('forked')
    head = { seq: event.seq, hash: event.hash }
  }
  return { head, rewound: undefined }
}
