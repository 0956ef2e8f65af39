/**
 * A spec as the rest of Factory sees it: who it is for (front matter), how it is checked (criteria), what is still open.
 * Called by intake and import for every text that becomes a draft or a ready spec. Never throws; problems carry their line.
 */
import type { Code } from 'mdast'
import { readAmbiguities } from './ambiguities.ts'
import type { EntryBlock } from './entry-block.ts'
import type { FrontMatter } from './front-matter.ts'
import { readFrontMatter } from './front-matter.ts'
import type { MarkdownDocument } from './markdown.ts'
import { codeBlocksOf, isClosed, lineOf, parseMarkdown, sectionsOf, titleOf, unnumbered } from './markdown.ts'
import { nameProblem } from './names.ts'
import type { FormatProblem } from './problem.ts'
import { problem } from './problem.ts'

export interface Criterion { readonly id: string; readonly script: string; readonly line: number }
export type Delivery = 'merge' | 'pull-request' | 'none'

export interface SpecDocument {
  readonly title: string | null
  readonly project: string | null
  readonly app: string | null
  readonly scope: readonly string[]
  /** 1 is the most urgent. */
  readonly priority: number | null
  /** YYYY-MM-DD. */
  readonly due: string | null
  readonly deliver: Delivery | null
  readonly criteria: readonly Criterion[]
  readonly ambiguities: readonly EntryBlock[]
  readonly frontMatter: Readonly<Record<string, unknown>>
  readonly problems: readonly FormatProblem[]
}

export const specKeys: readonly string[] = ['title', 'project', 'app', 'scope', 'priority', 'due', 'deliver', 'source']
const deliveries: readonly Delivery[] = ['merge', 'pull-request', 'none']
const urgencies: Readonly<Record<string, number>> = { high: 1, normal: 2, low: 3 }

type Report = (key: string, message: string, mend: string) => null

const nameOf = (front: FrontMatter, key: string, report: Report): string | null => {
  const value = front.values[key]
  if (value === undefined || value === null) return null
  const wrong = typeof value === 'string' ? nameProblem(value) : 'a name is a text'
  return typeof value === 'string' && wrong === null ? value : report(key, `"${String(value)}" is no name: ${wrong ?? ''}`, `write ${key}: name-of-the-${key}`)
}

const scopeOf = (front: FrontMatter, report: Report): readonly string[] => {
  const value = front.values['scope']
  if (value === undefined || value === null) return []
  const globs: readonly unknown[] = Array.isArray(value) ? value : [value]
  const legal = (glob: unknown): glob is string =>
    typeof glob === 'string' && glob !== '' && !glob.startsWith('/') && !glob.split('/').includes('..')
  return globs.every(legal) ? globs : report('scope', 'scope is a list of globs inside the project', 'write scope: ["src/login/**"]') ?? []
}

const priorityOf = (front: FrontMatter, report: Report): number | null => {
  const value = front.values['priority']
  if (value === undefined || value === null) return null
  const number = typeof value === 'string' && Object.hasOwn(urgencies, value) ? urgencies[value] : value
  return typeof number === 'number' && Number.isInteger(number) && number >= 1 && number <= 9
    ? number : report('priority', `"${String(value)}" is no priority`, 'write a number from 1 (first) to 9, or high, normal, low')
}

const dueOf = (front: FrontMatter, report: Report): string | null => {
  const value = front.values['due']
  if (value === undefined || value === null) return null
  const day = typeof value === 'string' ? /^(\d{4}-\d{2}-\d{2})(?:T[\d:.]+(?:Z|[+-]\d{2}:\d{2})?)?$/.exec(value)?.[1] : undefined
  const parsed = day === undefined ? NaN : Date.parse(`${day}T00:00:00Z`)
  return day !== undefined && !Number.isNaN(parsed) && new Date(parsed).toISOString().startsWith(day)
    ? day : report('due', `"${String(value)}" is no date`, 'write due: 2026-11-30')
}

const deliverOf = (front: FrontMatter, report: Report): Delivery | null => {
  const value = front.values['deliver']
  if (value === undefined || value === null) return null
  return deliveries.find(delivery => delivery === value) ?? report('deliver', `"${String(value)}" is no way to deliver`, `write one of ${deliveries.join(', ')}`)
}

const shells: readonly string[] = ['sh', 'bash', 'shell']

const criterionProblems = (text: string, code: Code): readonly FormatProblem[] => [
  ...(isClosed(text, code) ? [] : [problem(lineOf(code), 'fence-unclosed', 'the code block has no closing fence and swallows the rest of the spec', 'close it with ``` on a line of its own')]),
  ...(code.value.trim() === '' ? [problem(lineOf(code), 'criterion-empty', 'the criterion is empty', 'write the command that must exit 0, or remove the block')] : []),
]

const criteriaOf = (document: MarkdownDocument): { criteria: readonly Criterion[]; problems: readonly FormatProblem[] } => {
  const called = sectionsOf(document.nodes, title => /^verification criteria$/i.test(unnumbered(title)))
  const codes = called.filter(section => section.heading.depth === 2).flatMap(section => codeBlocksOf(section.nodes))
  const scripts = codes.filter(code => shells.includes((code.lang ?? '').toLowerCase()))
  const unlabelled = codes.filter(code => (code.lang ?? '') === '')
  const misplaced = called.filter(section => section.heading.depth !== 2 && codeBlocksOf(section.nodes).length > 0)
  return {
    criteria: scripts.filter(code => code.value.trim() !== '').map((code, index) => ({ id: `c${index + 1}`, script: code.value, line: lineOf(code) })),
    problems: [
      ...codes.flatMap(code => criterionProblems(document.text, code)),
      ...unlabelled.map(code => problem(lineOf(code), 'criterion-without-language', 'a code block without a language is not run as a criterion', 'begin it with ```sh if it is one, with ```text if not')),
      ...misplaced.map(section => problem(section.line, 'criteria-level', 'criteria are read only under a heading of level 2', 'write ## Verification Criteria')),
    ],
  }
}

/** Reads a spec, a draft or an intent; what is absent is null or empty. */
export const parseSpec = (text: string): SpecDocument => {
  const document = parseMarkdown(text)
  const front = readFrontMatter(document, specKeys)
  const slips: FormatProblem[] = []
  const report: Report = (key, message, mend) => { slips.push(problem(front.lineOf(key), `spec-${key}`, message, mend)); return null }
  const { criteria, problems } = criteriaOf(document)
  const ambiguities = readAmbiguities(document.text, document.nodes)
  const title = front.values['title']
  return {
    title: typeof title === 'string' && title.trim() !== '' ? title.trim() : titleOf(document.nodes),
    project: nameOf(front, 'project', report), app: nameOf(front, 'app', report), scope: scopeOf(front, report),
    priority: priorityOf(front, report), due: dueOf(front, report), deliver: deliverOf(front, report),
    criteria, ambiguities: ambiguities.entries, frontMatter: front.values,
    problems: [...front.problems, ...slips, ...problems, ...ambiguities.problems].sort((a, b) => a.line - b.line),
  }
}
