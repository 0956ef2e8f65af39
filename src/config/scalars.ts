/**
 * The kinds of value a configuration key can have: each reads what people write, and says what it wants when it cannot.
 * Used by the sections. The name of the kind is kept with the schema, for the generated reference.
 */
import * as z from 'zod'
import { parseDuration } from './duration.ts'

type Read<Value> = (value: unknown) => Value | undefined

/** A value read by `read`; `wants` completes the sentence "write …". */
const scalar = <Value>(type: string, wants: string, read: Read<Value>) =>
  z.unknown().transform((value, context): Value => {
    const found = read(value)
    if (found !== undefined) return found
    context.addIssue({ code: 'custom', message: `${shown(value)} is not ${type}`, params: { mend: `write ${wants}` } })
    return z.NEVER
  }).meta({ kind: type })

const shown = (value: unknown): string => JSON.stringify(value)?.slice(0, 60) ?? 'nothing'

/** Numbers may come out of `${VAR}`, as text. */
const numeric = (value: unknown): number | undefined =>
  typeof value === 'number' ? value : typeof value === 'string' && /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : undefined

const within = (value: number | undefined, max: number, whole: boolean): number | undefined =>
  value !== undefined && value > 0 && value <= max && (!whole || Number.isInteger(value)) ? value : undefined

export const text = () => scalar('a text', 'a text', value => (typeof value === 'string' && value.trim() !== '' ? value : undefined))
export const textOrNull = () => scalar('a text or null', 'a text, or null for none', value => (value === null ? null : typeof value === 'string' && value.trim() !== '' ? value : undefined))
export const texts = () => scalar('a list of texts', 'a list, such as [a, b]', value => (Array.isArray(value) && value.every(item => typeof item === 'string' && item !== '') ? value as readonly string[] : undefined))
export const count = (max: number) => scalar(`a whole number from 1 to ${max}`, `a number from 1 to ${max}; there is no unlimited`, value => within(numeric(value), max, true))
export const amount = (max: number) => scalar(`a number above 0, at most ${max}`, `a number above 0, at most ${max}; there is no unlimited`, value => within(numeric(value), max, false))

const day = 86_400_000
/** `30s`, `10m`, …; at most `maxDays`. */
export const duration = (maxDays: number) =>
  scalar(`a duration of at most ${maxDays}d`, `a duration such as 500ms, 30s, 10m, 2h or 1d, at most ${maxDays}d; there is no unlimited`,
    value => within(typeof value === 'string' ? parseDuration(value) ?? undefined : undefined, maxDays * day, true))

const sizes: Readonly<Record<string, number>> = { KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 }
/** Bytes, or `1MiB`. */
export const size = (max: number) =>
  scalar('a size', `a number of bytes or 64KiB, 1MiB, 1GiB, at most ${max} bytes; there is no unlimited`, value => {
    const found = typeof value === 'string' ? /^(\d+)\s*(KiB|MiB|GiB)$/.exec(value) : null
    return within(found === null ? numeric(value) : Number(found[1]) * (sizes[found[2] ?? ''] ?? NaN), max, true)
  })

export const onOff = () => scalar('on or off', 'on or off', value =>
  (value === true || value === 'on' || value === 'true' ? true : value === false || value === 'off' || value === 'false' ? false : undefined))

/** One of some words; `also` are older spellings and what YAML makes of them. */
export const choice = <const Word extends string>(words: readonly Word[], also: Readonly<Record<string, Word>> = {}) =>
  scalar(`one of ${words.join(', ')}`, words.join(', '), value => words.find(word => word === value) ?? (Object.hasOwn(also, String(value)) ? also[String(value)] : undefined))

/** A mapping of texts; numbers and truth values count as written. */
export const textMap = () => scalar('a mapping of texts', 'NAME: text, one a line', value => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const entries = Object.entries(value)
  return entries.every(([, item]) => ['string', 'number', 'boolean'].includes(typeof item))
    ? Object.fromEntries(entries.map(([key, item]) => [key, String(item)])) as Readonly<Record<string, string>> : undefined
})

/** Anything: options that only an adapter understands. */
export const free = () => scalar('a mapping', 'a mapping', value =>
  (typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Readonly<Record<string, unknown>> : undefined))
