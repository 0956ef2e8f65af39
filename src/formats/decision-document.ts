/**
 * Decisions: entries under `Ambiguities` of a spec, entries of `tasks/decisions/N.md`, and the options of a plan's checkpoint.
 * Called by import and the deciders. A missing or unknown tag is `unclassified`, which makes the gate hard and is reported.
 */
import type { EntryBlock, EntryPart } from './entry-block.ts'
import { fieldOf, parseEntryBlocks, partOf } from './entry-block.ts'
import type { FormatProblem } from './problem.ts'
import { problem } from './problem.ts'

export interface DecisionOption { readonly id: string; readonly text: string }
export type Reversibility = 'high' | 'low' | 'unclassified'
export type Impact = 'governance' | 'implementation' | 'cosmetic' | 'unclassified'
export type DecisionStatus = 'open' | 'auto-resolved' | 'answered' | 'overridden'

export interface Decision {
  readonly entry: string
  readonly line: number
  readonly question: string
  readonly options: readonly DecisionOption[]
  /** The id of an option where it names one, else its text. */
  readonly recommendation: string | null
  readonly reversibility: Reversibility
  readonly impact: Impact
  readonly status: DecisionStatus
  readonly answer: string | null
  readonly context: string
  readonly problems: readonly FormatProblem[]
}

const statuses: Readonly<Record<string, DecisionStatus>> = {
  open: 'open', awaiting: 'open', 'awaiting-operator': 'open', 'awaiting-human': 'open', pending: 'open',
  'auto-resolved': 'auto-resolved', resolved: 'answered', answered: 'answered', overridden: 'overridden',
}
const optionText = /^(?:\*\*)?(?:[Oo]ption\s+)?\(?([A-Za-z0-9]{1,3})\)(?:[.:])?(?:\*\*)?(?:\s*[:—–-])?(?:\s+(.*))?$/s
const boldLabel = /^\*\*\(([A-Za-z0-9]{1,3})\)\s+(.*)$/s
const recommended = /^(?:\*\*)?(?:[Oo]ption\s+)?(?:\(([A-Za-z0-9]{1,3})\)|([A-Za-z0-9]{1,3}))\)?(?:\*\*)?(?=[\s.,:;—–]|$)/

/** The options under `**Options:**`: `- **(a)** text`, `- (a) text`, `- a) text`, or a numbered list. */
export const readOptions = (part: EntryPart | null): { readonly options: readonly DecisionOption[]; readonly problems: readonly FormatProblem[] } => {
  const options: DecisionOption[] = []
  const problems: FormatProblem[] = []
  for (const item of part?.items ?? []) {
    const found = boldLabel.exec(item.text) ?? optionText.exec(item.text)
    const id = found?.[1]?.toLowerCase() ?? item.mark
    const text = (found === null ? item.text : boldLabel.test(item.text) ? `**${found[2] ?? ''}` : found[2] ?? '').trim()
    if (id === null) problems.push(problem(item.line, 'option-unreadable', `"${item.text.slice(0, 60)}" is not read as an option`, 'write - (a) text'))
    else if (options.some(option => option.id === id)) problems.push(problem(item.line, 'option-twice', `option (${id}) is given twice`, 'give each option a letter of its own'))
    else options.push({ id, text })
  }
  return { options, problems }
}

/** `(b)`, `**(b)** because …`, `b`: the option's id; anything else is the recommendation's own text. */
export const readRecommendation = (text: string, options: readonly DecisionOption[]): string | null => {
  const said = text.trim()
  if (said === '' || /^(?:none|n\/a|-|—)\.?$/i.test(said)) return null
  const found = recommended.exec(said)
  const id = (found?.[1] ?? found?.[2])?.toLowerCase()
  return options.find(option => option.id === id)?.id ?? options.find(option => option.text === said)?.id ?? said
}

const tag = <Value extends string>(entry: EntryBlock, key: string, values: readonly Value[], problems: FormatProblem[]): Value | 'unclassified' => {
  const field = fieldOf(entry, key)
  const said = field?.value.toLowerCase().replaceAll(/[*`.]/g, '').trim()
  const value = values.find(candidate => candidate === said)
  if (value !== undefined) return value
  problems.push(field === null
    ? problem(entry.line, `${key}-missing`, `entry ${entry.id} has no ${key}; it waits for a person`, `add - ${key}: ${values.join(' | ')}`)
    : problem(field.line, `${key}-unknown`, `"${field.value}" is no ${key}; the entry waits for a person`, `write one of ${values.join(', ')}`))
  return 'unclassified'
}

const statusOf = (entry: EntryBlock, problems: FormatProblem[]): DecisionStatus => {
  const field = fieldOf(entry, 'status')
  if (field === null) return 'open'
  const status = Object.hasOwn(statuses, field.value.toLowerCase()) ? statuses[field.value.toLowerCase()] : undefined
  if (status === undefined) problems.push(problem(field.line, 'status-unknown', `"${field.value}" is no status; the entry is taken as open`, 'write one of open, resolved'))
  return status ?? 'open'
}

const recommendationOf = (entry: EntryBlock, options: readonly DecisionOption[], problems: FormatProblem[]): string | null => {
  const part = partOf(entry, 'recommendation', 'recommended')
  const field = fieldOf(entry, 'recommendation')
  const recommendation = readRecommendation(part?.text ?? field?.value ?? '', options)
  const named = recommendation === null ? null : /^(?:\*\*)?\(([A-Za-z0-9]{1,3})\)/.exec(recommendation)
  if (named === null) return recommendation
  problems.push(problem(part?.line ?? field?.line ?? entry.line, 'recommendation-unknown', `the recommendation names (${named[1] ?? ''}), which is not among the options`, 'name one of the options'))
  return null
}

const withoutOptions = (entry: EntryBlock): FormatProblem =>
  problem(entry.line, 'decision-without-options', `entry ${entry.id} has no options`, 'add **Options:** and a list item - (a) text for each')

const paragraphs = (texts: readonly (string | null | undefined)[]): string => texts.filter(text => text !== null && text !== undefined && text !== '').join('\n\n')

/** One decision with everything that is wrong with its form. */
export const readDecision = (entry: EntryBlock): Decision => {
  const problems: FormatProblem[] = []
  const { options, problems: wrong } = readOptions(partOf(entry, 'options'))
  const title = entry.title === '' ? fieldOf(entry, 'question')?.value ?? partOf(entry, 'question')?.text ?? entry.text : entry.title
  const reversibility = tag(entry, 'reversibility', ['high', 'low'], problems)
  const impact = tag(entry, 'impact', ['governance', 'implementation', 'cosmetic'], problems)
  return {
    entry: entry.id, line: entry.line, question: title, options, reversibility, impact,
    recommendation: recommendationOf(entry, options, problems),
    status: statusOf(entry, problems),
    answer: fieldOf(entry, 'answer')?.value ?? null,
    context: paragraphs([title === entry.text ? null : entry.text, fieldOf(entry, 'context')?.value, partOf(entry, 'context')?.text]),
    problems: [...problems, ...wrong, ...(options.length === 0 && wrong.length === 0 ? [withoutOptions(entry)] : [])],
  }
}

/** Soft gates may be answered by policy: easily reversed, and not a matter of governance. Everything else waits for a person. */
export const isSoft = (decision: Pick<Decision, 'reversibility' | 'impact'>): boolean =>
  decision.reversibility === 'high' && (decision.impact === 'implementation' || decision.impact === 'cosmetic')

/** The decisions of `tasks/decisions/N.md`. */
export const parseDecisions = (text: string): { readonly decisions: readonly Decision[]; readonly problems: readonly FormatProblem[] } => {
  const { entries, problems } = parseEntryBlocks(text)
  const decisions = entries.map(readDecision)
  return { decisions, problems: [...problems, ...decisions.flatMap(decision => decision.problems)].sort((a, b) => a.line - b.line) }
}
