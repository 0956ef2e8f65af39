/**
 * `memory/<agent>/needs.md`: what an agent asks of people, asks to be configured, or noticed about the factory itself.
 * Called by import after every run. Absent fields have documented defaults; `critical` is never inferred from words.
 */
import type { ChangeRequest } from './change-request.ts'
import { readChange } from './change-request.ts'
import type { EntryBlock } from './entry-block.ts'
import { fieldOf, parseEntryBlocks, partOf } from './entry-block.ts'
import type { FormatProblem } from './problem.ts'
import { problem } from './problem.ts'

export type NeedCategory = 'permission-change' | 'config-edit' | 'manual-intervention' | 'approval'
export type NeedStatus = 'open' | 'resolved' | 'promoted'
export type Severity = 'critical' | 'high' | 'low'

interface Entry {
  readonly id: string
  readonly line: number
  readonly status: NeedStatus
  /** ISO, UTC. */
  readonly created: string | null
  readonly context: string
}

export interface NeedEntry extends Entry {
  readonly category: NeedCategory
  readonly blocked: string
  readonly exactChange: string | null
}

export interface ObservationEntry extends Entry {
  readonly severity: Severity
  /** Whether the severity was written, or read from the words. */
  readonly explicit: boolean
  /** Names of the items a critical observation stops; none named: everything. */
  readonly stops: readonly string[]
  readonly text: string
}

/** The change that the need of the same id asks for; null where it cannot be determined. */
export interface ChangeEntry extends Entry { readonly change: ChangeRequest | null }

export interface NeedsDocument {
  readonly needs: readonly NeedEntry[]
  readonly observations: readonly ObservationEntry[]
  readonly changes: readonly ChangeEntry[]
  readonly problems: readonly FormatProblem[]
}

const categories: readonly NeedCategory[] = ['permission-change', 'config-edit', 'manual-intervention', 'approval']
const severities: readonly Severity[] = ['critical', 'high', 'low']
/** Beginnings of words that make an observation without a severity high. */
export const highWords: readonly string[] = ['friction', 'gap', 'missing', 'stale', 'incorrect', 'degrade', 'not firing', 'accumulat']
const high = new RegExp(`\\b(?:${highWords.join('|')})`, 'i')
const nothing = /^(?:none|nothing|no|n\/a|-|—)\.?$/i

/** An instant in UTC; a time without a zone is UTC, whatever the machine. */
export const instantOf = (text: string): string | null => {
  const found = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)\s*(Z|[+-]\d{2}:?\d{2})?)?$/i.exec(text.replaceAll('`', '').trim())
  if (found === null) return null
  const zone = (found[3] ?? 'Z').toUpperCase().replace(/^([+-]\d{2})(\d{2})$/, '$1:$2')
  const parsed = Date.parse(`${found[1] ?? ''}T${(found[2] ?? '00:00').replace(/(\.\d{3})\d+$/, '$1')}${zone}`)
  return Number.isNaN(parsed) ? null : new Date(parsed).toISOString()
}

const chosen = <Value extends string>(entry: EntryBlock, key: string, values: readonly Value[], fallback: Value, problems: FormatProblem[]): Value => {
  const field = fieldOf(entry, key)
  if (field === null) return fallback
  const value = values.find(candidate => candidate === field.value.toLowerCase().replaceAll('`', ''))
  if (value === undefined) problems.push(problem(field.line, `${key}-unknown`, `"${field.value}" is no ${key}; taken as ${fallback}`, `write one of ${values.join(', ')}`))
  return value ?? fallback
}

const said = (entry: EntryBlock, key: string): string => {
  const text = fieldOf(entry, key)?.value ?? partOf(entry, key)?.text ?? ''
  return nothing.test(text) ? '' : text
}

const baseOf = (entry: EntryBlock, problems: FormatProblem[]): Entry => {
  const created = fieldOf(entry, 'created')
  const instant = created === null ? null : instantOf(created.value)
  if (created !== null && instant === null) problems.push(problem(created.line, 'created-unreadable', `"${created.value}" is no time`, 'write 2026-11-20T10:00Z'))
  const status = chosen<NeedStatus>(entry, 'status', ['open', 'resolved', 'promoted'], 'open', problems)
  return { id: entry.id, line: entry.line, status, created: instant, context: said(entry, 'context') }
}

const observationOf = (entry: EntryBlock, problems: FormatProblem[]): ObservationEntry => {
  const base = baseOf(entry, problems)
  const text = said(entry, 'observation') || said(entry, 'blocked') || entry.text || base.context || entry.title || entry.id
  const words: Severity = high.test(text) ? 'high' : 'low'
  const stops = said(entry, 'stops').split(/[\s,]+/).map(name => name.replaceAll(/[`"]/g, '').replace(/^spec\//, '')).filter(name => name !== '')
  const before = problems.length
  const severity = chosen(entry, 'severity', severities, words, problems)
  if (stops.length > 0 && severity !== 'critical') problems.push(problem(fieldOf(entry, 'stops')?.line ?? entry.line, 'stops-without-critical', 'only a critical observation stops anything', 'add - severity: critical, or remove the line'))
  return { ...base, severity, explicit: fieldOf(entry, 'severity') !== null && problems.length === before, stops: severity === 'critical' ? stops : [], text }
}

const needOf = (entry: EntryBlock, problems: FormatProblem[]): NeedEntry => {
  const blocked = said(entry, 'blocked') || entry.text || entry.title
  if (blocked === '') problems.push(problem(entry.line, 'blocked-missing', `entry ${entry.id} does not say what is blocked`, 'add - blocked: what cannot go on, and why'))
  return {
    ...baseOf(entry, problems), category: chosen(entry, 'category', categories, 'manual-intervention', problems), blocked,
    exactChange: partOf(entry, 'exact-change')?.text ?? null,
  }
}

/** Reads the file; `agent` is whose it is, and the agent meant by a change that names none. */
export const parseNeeds = (text: string, agent: string | null = null): NeedsDocument => {
  const { entries, problems: found } = parseEntryBlocks(text)
  const problems = [...found]
  const isObservation = (entry: EntryBlock): boolean => fieldOf(entry, 'category')?.value.toLowerCase() === 'observation'
  const needs = entries.filter(entry => !isObservation(entry)).map(entry => ({ entry, need: needOf(entry, problems) }))
  const changes = needs.filter(({ need }) => need.category === 'config-edit').map(({ entry, need }): ChangeEntry => {
    const read = readChange(entry, agent)
    if (need.status === 'open') problems.push(...read.problems)
    return { id: need.id, line: need.line, status: need.status, created: need.created, context: need.context, change: read.change }
  })
  const observations = entries.filter(isObservation).map(entry => observationOf(entry, problems))
  return { needs: needs.map(({ need }) => need), observations, changes, problems: problems.sort((a, b) => a.line - b.line) }
}
