/**
 * The log in files: `events.jsonl`, sealed segments in `log/`, this clone's own state in `.factory-local/`. Opened by the
 * workspace; reading needs no lock and writes nothing, `recover`, `append`, `seal` and `repairLines` need the lock.
 * After a failed write the object is of no more use: it is opened anew, and recovery looks at what reached the disk.
 */
import { FactoryError, Refusal } from '../error.ts'
import { goodLines, isGood, rawLine, readLines } from './active-file.ts'
import { clocksAhead, lastOfEachWriter } from './clock.ts'
import { composeBatch } from './compose.ts'
import { systemFs, type LogFs } from './fault-seam.ts'
import { quarantine, readWhole, writeAll } from './file-bytes.ts'
import { layoutOf, segmentNames } from './layout.ts'
import { repairedDraft } from './log-drafts.ts'
import type { Cursor, EventDraft, Heads, LogPort, LogProblem, Recovery, Scan, StoredEvent } from './port.ts'
import { scanAll, scanTail } from './reader.ts'
import { recoverLog, type Recovered } from './recovery.ts'
import { isStill, linkedActive, logChanged, replaceActive, type ActiveIdentity } from './replace-active.ts'
import { contentOf, headsOf, loadSegmentIndex } from './segment-index.ts'
import { sealHead } from './seal.ts'
import { newWriterId, segmentsDigest, WriterFile, type WriterRecord } from './writer-record.ts'

export interface FileLogOptions {
  /** The workspace. */
  readonly dir: string
  readonly fs?: LogFs
  /** The size at which the head of the active file is sealed. */
  readonly segmentBytes?: number
  /** Makes a writer id that is not among the known ones. */
  readonly newWriter?: (known: Heads) => string
}

export interface FileLog extends LogPort {
  /**
   * Under the lock, for `doctor --repair`: quarantine the lines that cannot be read. Called between `recover` and
   * `append`, which refuses until then; its drafts take the place of those of `recover`.
   */
  repairLines(): Recovery
  /** Writers whose clock is more than ten minutes ahead of `now`, by the lines of the active file. */
  clocksAhead(now: Date): readonly LogProblem[]
  /** Close the files held open. The log can be used again afterwards. */
  close(): void
}

export const SEGMENT_BYTES = 4 * 1024 * 1024

const NOTHING: readonly EventDraft[] = []

interface Position {
  readonly record: WriterRecord
  readonly active: ActiveIdentity
  /** Why nothing may be written, though reading goes on. */
  readonly blocked: LogProblem | undefined
}

export function openFileLog(options: FileLogOptions): FileLog {
  const fs = options.fs ?? systemFs
  const layout = layoutOf(options.dir)
  const file = new WriterFile(fs, layout)
  let position: Position | undefined
  let appender: { readonly fd: number; readonly ino: bigint } | undefined
  let poison: FactoryError | undefined

  const closeAppender = (): void => {
    if (appender !== undefined) fs.closeSync(appender.fd)
    appender = undefined
  }

  const ready = (): Position => {
    if (poison !== undefined) throw poison
    if (position !== undefined) return position
    throw new FactoryError('log-not-recovered', 'the log was not read under the lock before writing', { exitCode: 70 })
  }

  /** Whatever goes wrong while bytes are on their way: nobody can know what reached the disk before it is read again. */
  const orPoison = <T>(run: () => T): T => {
    try {
      return run()
    } catch (error) {
      if (error instanceof FactoryError && error.code === 'log-changed') {
        position = undefined
        throw error
      }
      poison = new FactoryError('log-write-failed', `events.jsonl could not be written: ${error instanceof Error ? error.message : String(error)}`, {
        exitCode: 70, cause: error, mend: 'run the command again: it reads and repairs the log first',
      })
      throw poison
    }
  }

  const openAppender = (active: ActiveIdentity): number => {
    if (appender?.ino === active.ino) return appender.fd
    closeAppender()
    const fd = fs.openSync(layout.active, 'a')
    appender = { fd, ino: fs.fstatSync(fd).ino }
    if (appender.ino !== active.ino) throw logChanged()
    return fd
  }

  const append = (drafts: readonly EventDraft[], now: Date): readonly StoredEvent[] => {
    const { record, active, blocked } = ready()
    if (blocked !== undefined) throw refuseDamaged(blocked)
    if (drafts.length === 0) return []
    const batch = composeBatch(record, drafts, now)
    const bytes = Buffer.from(`${batch.lines.join('\n')}\n`)
    return orPoison(() => {
      if (!isStill(fs, layout.active, active)) throw logChanged()
      const fd = openAppender(active)
      writeAll(fs, fd, bytes, null)
      fs.fdatasyncSync(fd)
      const after = fs.statSync(layout.active)
      if (after?.ino !== active.ino) throw logChanged()
      const size = active.size + bytes.length
      const { seq, hash, stamp } = batch.position
      const mark = { inode: record.active.inode, bytes: size, changed: String(after.mtimeNs) }
      const next: WriterRecord = { ...record, seq, hash, stamp, active: mark, pending: NOTHING }
      file.write(next)
      position = { record: next, active: { ino: active.ino, size }, blocked: undefined }
      return batch.events
    })
  }

  const settle = (recovered: Recovered): Recovery => {
    const { drafts, rewound, problems, record, active } = recovered
    const blocked = problems.find(({ kind }) => kind === 'unreadable-line' || kind === 'bad-hash' || kind === 'newer-format')
    position = { record, active, blocked }
    return { drafts, rewound, problems }
  }

  const recover = (now: Date): Recovery => {
    if (poison !== undefined) throw poison
    position = undefined
    return orPoison(() => settle(recoverLog({ fs, layout, file, now, newId: options.newWriter ?? newWriterId })))
  }

  const seal = (): readonly string[] => {
    const { record, active, blocked } = ready()
    return orPoison(() => {
      const paths = sealHead(fs, layout, active, options.segmentBytes ?? SEGMENT_BYTES)
      if (paths.length === 0) return paths
      closeAppender()
      position = remarked(record, blocked)
      return paths
    })
  }

  /** The position after Factory itself has replaced the active file. */
  const remarked = (record: WriterRecord, blocked: LogProblem | undefined): Position => {
    const facts = linkedActive(fs, layout)
    const active = { ino: facts.ino, size: Number(facts.size) }
    const mark = { inode: String(facts.ino), bytes: active.size, changed: String(facts.mtimeNs) }
    const next = { ...record, active: mark, segments: segmentsDigest(segmentNames(fs.readdirSync(layout.segments))) }
    file.write(next)
    return { record: next, active, blocked }
  }

  const repairLines = (): Recovery => {
    const { record, active } = ready()
    const read = readLines(readWhole(fs, layout.active) ?? Buffer.alloc(0))
    const bad = read.lines.filter(line => !isGood(line) && line.fault.kind !== 'newer-format')
    if (bad.length === 0) return { drafts: [], rewound: false, problems: [] }
    const LF = Buffer.from('\n')
    const bytes = Buffer.concat(bad.flatMap(line => [rawLine(read.bytes, line), LF]))
    const kept = read.lines.filter(line => !bad.includes(line)).flatMap(line => [rawLine(read.bytes, line), LF])
    const draft = repairedDraft(record.writer, bytes, [])
    return orPoison(() => {
      quarantine(fs, layout.quarantine, bytes)
      replaceActive(fs, layout, Buffer.concat(kept), active)
      closeAppender()
      const pending = [...record.pending, draft]
      position = remarked({ ...record, pending }, undefined)
      return { drafts: pending, rewound: false, problems: [] }
    })
  }

  const scan = (after?: Cursor): Scan => (after === undefined ? undefined : scanTail(fs, layout, after)) ?? scanAll(fs, layout)

  const heads = (): Heads => {
    if (position !== undefined) {
      const { writer, seq, others } = position.record
      return seq === 0 ? others : Object.fromEntries(Object.entries({ ...others, [writer]: seq }).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    }
    const active = readLines(readWhole(fs, layout.active) ?? Buffer.alloc(0))
    return headsOf([contentOf(goodLines(active.lines).map(line => line.event)), ...loadSegmentIndex(fs, layout).values()])
  }

  const writer = (): string => {
    if (position !== undefined) return position.record.writer
    const reader = new WriterFile(fs, layout)
    try {
      const found = reader.read(false)
      return found.kind === 'own' ? found.record.writer : ''
    } finally {
      reader.close()
    }
  }

  return {
    append, recover, seal, scan, heads, writer, repairLines,
    nextSeq: () => ready().record.seq + 1,
    clocksAhead: now => clocksAhead(lastOfEachWriter(goodLines(readLines(readWhole(fs, layout.active) ?? Buffer.alloc(0)).lines).map(line => line.event)), now),
    close: () => {
      closeAppender()
      file.close()
      position = undefined
    },
  }
}

const refuseDamaged = ({ kind, at, detail }: LogProblem): Refusal => (kind === 'newer-format'
  ? new Refusal('log-newer', `${at}: ${detail}`, 'update Factory on this machine')
  : new Refusal('log-damaged', `${at} cannot be read (${detail}); nothing is written until it is in quarantine`, 'factory doctor --repair'))
