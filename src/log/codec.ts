/**
 * One line of the log to one event and back. Used by whatever reads or writes lines.
 * The hash is SHA-256 over the exact bytes of the line without its final `,"hash":"…"}`; lines are never re-serialised.
 */
import { hash } from 'node:crypto'
import type { EventDraft, Heads, LogProblem, StoredEvent } from './port.ts'

/** Bytes of `,"hash":"<64 hex digits>"}`, the end of every line. */
export const HASH_TAIL_BYTES = 75
const HASH_START_BYTES = HASH_TAIL_BYTES - 9
/** The longest line that is written or taken for an event. */
export const LINE_LIMIT_BYTES = 1024 * 1024

/** What the log itself puts into an event, beside its draft. */
export interface EventPlace {
  readonly writer: string
  readonly seq: number
  readonly time: string
  readonly tick: number
  readonly prev: string
  readonly seen: Heads | undefined
  readonly batch: readonly [number, number] | undefined
  readonly at: string | undefined
}

export interface EncodedEvent {
  readonly line: string
  readonly event: StoredEvent
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }
const text = JSON.stringify as (value: unknown) => string
const PLAIN_TEXT = /^[ !#-[\]-~]*$/
/** A string as JSON; most need no escapes, and finding that out is quicker than escaping. */
const quoted = (value: string): string => (PLAIN_TEXT.test(value) ? `"${value}"` : text(value))

/** True if a reader will see this value as it is, so that it need not be parsed back. */
function isPlainJson(value: unknown): boolean {
  if (typeof value === 'string') return true
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0)
  if (typeof value === 'boolean' || value === null) return true
  if (Array.isArray(value)) return !value.includes(undefined) && value.every(isPlainJson)
  if (typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype || 'toJSON' in value) return false
  for (const key in value) if (!isPlainJson((value as Record<string, unknown>)[key])) return false
  return true
}

/** The line of an event, fields in the fixed order, and the event as a reader of that line will see it. */
export function encodeEvent(draft: EventDraft, place: EventPlace): EncodedEvent {
  const { writer, seq, time, tick, prev } = place
  const { type, version, stream, actor } = draft
  const item = draft.item ?? (`${writer}:${seq}` as const)
  const data = text(draft.data ?? null)
  const body = `{"format":1,"seq":${seq},"writer":"${writer}","time":"${time}","tick":${tick},"type":${quoted(type)},"version":${version}`
    + `,"item":${quoted(item)},"stream":${quoted(stream)},"actor":${quoted(actor)}${optionalFields(draft, place)},"data":${data},"prev":"${prev}"`
  const digest = hash('sha256', body, 'hex')
  const event: Writable<StoredEvent> = { format: 1, seq, writer, time, tick, type, version, item, stream, actor, data: isPlainJson(draft.data) ? draft.data : JSON.parse(data), prev, hash: digest }
  if (draft.run !== undefined) event.run = draft.run
  if (draft.cause !== undefined) event.cause = draft.cause
  if (place.seen !== undefined) event.seen = place.seen
  if (place.batch !== undefined) event.batch = place.batch
  if (place.at !== undefined) event.at = place.at
  if (draft.key !== undefined) event.key = draft.key
  if (draft.onBehalfOf !== undefined) event.onBehalfOf = draft.onBehalfOf
  return { line: `${body},"hash":"${digest}"}`, event }
}

function optionalFields({ run, cause, key, onBehalfOf }: EventDraft, { seen, batch, at }: EventPlace): string {
  let fields = run === undefined ? '' : `,"run":${quoted(run)}`
  if (cause !== undefined) fields += `,"cause":${quoted(cause)}`
  if (seen !== undefined) fields += `,"seen":${text(seen)}`
  if (batch !== undefined) fields += `,"batch":[${batch[0]},${batch[1]}]`
  if (at !== undefined) fields += `,"at":"${at}"`
  if (key !== undefined) fields += `,"key":${quoted(key)}`
  return onBehalfOf === undefined ? fields : `${fields},"onBehalfOf":${quoted(onBehalfOf)}`
}

/** The hash that a line of these bytes ends with, or undefined if it does not end like a line. */
export function statedHash(bytes: Buffer, start: number, end: number): string | undefined {
  if (end - start <= HASH_TAIL_BYTES) return undefined
  const tail = bytes.toString('latin1', end - HASH_TAIL_BYTES, end)
  return tail.startsWith(',"hash":"') && tail.endsWith('"}') ? tail.slice(9, 73) : undefined
}

/** True if the bytes [start, end) are hashed by their own last field. */
export function hashVerifies(bytes: Buffer, start: number, end: number): boolean {
  const stated = bytes.toString('latin1', end - HASH_START_BYTES, end - 2)
  return end - start > HASH_TAIL_BYTES && hash('sha256', bytes.subarray(start, end - HASH_TAIL_BYTES), 'hex') === stated
}

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
const isCount = (value: unknown, least: number): boolean => Number.isSafeInteger(value) && (value as number) >= least
const isBatch = (value: unknown): boolean =>
  Array.isArray(value) && value.length === 2 && isCount(value[0], 1) && isCount(value[1], value[0] as number)

/** The check of every reader: the envelope has what folding needs; the data is the reducers' own affair. */
export function isEnvelope(value: unknown): value is StoredEvent {
  const event = value as StoredEvent
  return typeof value === 'object' && value !== null
    && event.format === 1
    && typeof event.writer === 'string' && isCount(event.seq, 1) && isCount(event.tick, 0)
    && typeof event.time === 'string' && ISO.test(event.time)
    && typeof event.type === 'string' && typeof event.version === 'number'
    && typeof event.item === 'string' && typeof event.stream === 'string' && typeof event.actor === 'string'
    && typeof event.prev === 'string' && typeof event.hash === 'string' && event.data !== undefined
    && (event.batch === undefined || isBatch(event.batch))
    && (event.seen === undefined || (typeof event.seen === 'object' && event.seen !== null))
}

export interface LineFault {
  readonly kind: Extract<LogProblem['kind'], 'unreadable-line' | 'bad-hash' | 'conflict-marker' | 'newer-format'>
  readonly detail: string
}
export type DecodedLine = { readonly event: StoredEvent } | { readonly fault: LineFault }

const fault = (kind: LineFault['kind'], detail: string): DecodedLine => ({ fault: { kind, detail } })

/** The event of a line whose bytes are known to be as they were written; undefined if it is none. */
export function eventOf(line: string): StoredEvent | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return isEnvelope(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Parse the text of a line whose bytes are known to be as they were written. Never throws. */
export function decodeText(line: string): DecodedLine {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return fault('unreadable-line', 'not JSON')
  }
  if (isEnvelope(value)) return { event: value }
  const format = typeof value === 'object' && value !== null && 'format' in value ? value.format : undefined
  if (typeof format === 'number' && format > 1) return fault('newer-format', `format ${format} was written by a newer Factory`)
  return fault('unreadable-line', 'not an event')
}

const MARKER = /^(<{7}|>{7}|\|{7})( .*)?$|^={7}$/

/** Parse and verify the bytes [start, end) of a line (without LF). Never throws. */
export function decodeBytes(bytes: Buffer, start: number, end: number): DecodedLine {
  const first = bytes[start]
  if (first !== 0x7b) {
    const isMarker = end - start < 512 && MARKER.test(bytes.toString('latin1', start, end).replace(/\r$/, ''))
    return isMarker ? fault('conflict-marker', 'left by a merge') : fault('unreadable-line', 'not JSON')
  }
  if (end - start > LINE_LIMIT_BYTES) return fault('unreadable-line', 'longer than a line may be')
  const decoded = decodeText(bytes.toString('utf8', start, end))
  if ('fault' in decoded) return decoded
  return hashVerifies(bytes, start, end) ? decoded : fault('bad-hash', 'the bytes are not those that were hashed')
}
