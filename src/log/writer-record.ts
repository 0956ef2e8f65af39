/**
 * `.factory-local/writer`: this clone's writer id, its head, what else it had seen, and the inode and birth time of the record
 * itself, which a copied directory does not share. Read and written in place (the inode is the identity), under the workspace
 * lock; never synced on append: it may lag behind the log, never run ahead of it.
 */
import { hash, randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { Stamp } from './clock.ts'
import { codeOf, type FileFacts, type LogFs } from './fault-seam.ts'
import { readRange, syncDirectory, writeAll } from './file-bytes.ts'
import type { LogLayout } from './layout.ts'
import type { EventDraft, Heads } from './port.ts'

/** The active file as Factory itself left it: while this holds, nothing has to be read again. */
export interface ActiveMark {
  readonly inode: string
  readonly bytes: number
  /** Its time of change in nanoseconds. */
  readonly changed: string
}

export interface WriterRecord {
  readonly writer: string
  readonly seq: number
  readonly hash: string
  /** The heads of the other writers when this was written. */
  readonly others: Heads
  /** The latest stamp of any event seen. */
  readonly stamp: Stamp
  readonly active: ActiveMark
  /** Digest of the names of the sealed segments. */
  readonly segments: string
  /** What recovery has done and nobody has appended yet. */
  readonly pending: readonly EventDraft[]
}

export const NO_MARK: ActiveMark = { inode: '', bytes: -1, changed: '' }

/** `copied`: a record made elsewhere. `unreadable`: damaged. `none`: this clone has not written yet. */
export type FoundRecord =
  | { readonly kind: 'own' | 'copied'; readonly record: WriterRecord }
  | { readonly kind: 'none' | 'unreadable' }

export const segmentsDigest = (names: readonly string[]): string => (names.length === 0 ? '' : hash('sha256', names.join(), 'hex').slice(0, 16))

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789'

/** A new writer id: six characters that no known writer has. */
export function newWriterId(known: Heads): string {
  for (;;) {
    const id = [...randomBytes(6)].map(byte => ALPHABET[byte % ALPHABET.length]).join('')
    if (!(id in known)) return id
  }
}

export class WriterFile {
  readonly #fs: LogFs
  readonly #layout: LogLayout
  #fd: number | undefined
  #facts: FileFacts | undefined
  #writable = false

  constructor(fs: LogFs, layout: LogLayout) {
    this.#fs = fs
    this.#layout = layout
  }

  /** Read it anew; opens it for writing only if asked to, and never creates it. */
  read(writable: boolean): FoundRecord {
    this.close()
    try {
      this.#fd = this.#fs.openSync(this.#layout.writer, writable ? 'r+' : 'r')
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return { kind: 'none' }
      throw error
    }
    this.#writable = writable
    const facts = this.#fs.fstatSync(this.#fd)
    this.#facts = facts
    return parseRecord(readRange(this.#fs, this.#fd, 0, Number(facts.size)), facts)
  }

  write(record: WriterRecord): void {
    const fd = this.#writable && this.#fd !== undefined ? this.#fd : this.#create()
    const facts = this.#facts ?? this.#fs.fstatSync(fd)
    const json = `${positionOf(record)},${this.#restOf(record, facts)}`
    writeAll(this.#fs, fd, Buffer.from(`${json}\n${sumOf(json)}\n`), 0)
  }

  #rest: { readonly of: WriterRecord; readonly fd: number | undefined; readonly json: string } | undefined

  /** What does not change from append to append, as text. */
  #restOf(record: WriterRecord, facts: FileFacts): string {
    const { writer, others, segments, pending } = record
    const last = this.#rest
    if (last?.fd === this.#fd && last?.of.writer === writer && last.of.others === others && last.of.segments === segments && last.of.pending === pending) return last.json
    const json = JSON.stringify({ writer, others, segments, pending, inode: String(facts.ino), birth: String(facts.birthtimeNs) }).slice(1)
    this.#rest = { of: record, fd: this.#fd, json }
    return json
  }

  #create(): number {
    this.close()
    const fd = this.#fs.openSync(this.#layout.writer, 'wx+')
    this.#fd = fd
    this.#writable = true
    this.#facts = this.#fs.fstatSync(fd)
    syncDirectory(this.#fs, this.#layout.local)
    return fd
  }

  close(): void {
    if (this.#fd !== undefined) this.#fs.closeSync(this.#fd)
    this.#fd = undefined
    this.#facts = undefined
    this.#rest = undefined
    this.#writable = false
  }
}

/** What every append changes, without the closing brace. */
const positionOf = ({ seq, hash, stamp: [time, tick], active }: WriterRecord): string =>
  `{"seq":${seq},"hash":"${hash}","stamp":["${time}",${tick}],"active":{"inode":"${active.inode}","bytes":${active.bytes},"changed":"${active.changed}"}`

/** Finds a record that was written by half; it need not withstand anybody who wants to deceive himself. */
const sumOf = (json: string): string => crc32(json).toString(16)

/** Only the first two lines count: a shorter record leaves the end of a longer one behind. */
function parseRecord(bytes: Buffer, facts: FileFacts): FoundRecord {
  const [json = '', sum] = bytes.toString('utf8').split('\n', 2)
  if (sum !== sumOf(json)) return { kind: 'unreadable' }
  const { inode, birth, ...record } = JSON.parse(json) as WriterRecord & { inode: string; birth: string }
  // Where a file system keeps no birth time, the time of the last change is given instead, and says nothing.
  const hasBirth = facts.birthtimeNs !== facts.ctimeNs
  const isOwn = inode === String(facts.ino) && (!hasBirth || birth === String(facts.birthtimeNs))
  return { kind: isOwn ? 'own' : 'copied', record }
}
