/**
 * Verification reports, `tasks/verified/N.md` and `tasks/failed/N.md`: verdict, score, and what the next build must know.
 * Called by import and by the rebuild decider. The score is a typed field, read from the verdict or the heading, never guessed.
 */
import { readFrontMatter } from './front-matter.ts'
import type { TextLine } from './lines.ts'
import { bare, linesOf } from './lines.ts'
import type { MarkdownDocument, Section } from './markdown.ts'
import { isHeading, lineOf, parseMarkdown, sectionsOf, sourceOf, unnumbered, wordsOf } from './markdown.ts'
import type { FormatProblem } from './problem.ts'
import { problem } from './problem.ts'

export type ReportVerdict = 'satisfied' | 'not-satisfied'

export interface ReportDocument {
  readonly verdict: ReportVerdict | null
  /** 0 to 10. */
  readonly score: number | null
  readonly pathToResolution: string | null
  readonly summary: string | null
  readonly learning: string | null
  /** The path to resolution, else the summary, else the whole text. */
  readonly whatToFix: string
  readonly problems: readonly FormatProblem[]
}

interface Claim { readonly verdict: ReportVerdict; readonly score: number | null; readonly line: number }

const form = 'write verdict: SATISFIED (9/10) or verdict: NOT SATISFIED (4/10) on a line of its own'
const outOfTen = /(\d+(?:\.\d+)?)\s*\/\s*10(?!\d)/
const labelled = /^verdict\s*(?:[:—–-]\s*|(?=(?:NOT\s+)?SATISFIED))(.*)$/i
const unlabelled = /^(?:NOT\s+SATISFIED|SATISFIED)\s*(?:\(.*\))?[.!]?$/

const scoreIn = (text: string): number | null => {
  const found = Number(outOfTen.exec(text)?.[1] ?? NaN)
  return found >= 0 && found <= 10 ? found : null
}

const claimOf = (line: TextLine): Claim | 'unclear' | null => {
  const text = bare(line.text)
  const said = labelled.exec(text)?.[1] ?? (unlabelled.test(text) ? text : null)
  if (said === null || said === '') return null
  const verdict = /^NOT[\s-]+SATISFIED\b/i.test(said) ? 'not-satisfied' : /^SATISFIED\b/i.test(said) ? 'satisfied' : null
  return verdict === null ? 'unclear' : { verdict, score: scoreIn(said), line: line.line }
}

const verdictLines = (document: MarkdownDocument): readonly TextLine[] => [
  ...linesOf(document.text, document.nodes).filter(line => line.kind !== 'opaque'),
  ...document.nodes.filter(isHeading).map((heading): TextLine => ({ line: lineOf(heading), kind: 'prose', text: wordsOf(heading), depth: 0 })),
  ...sectionsOf(document.nodes, title => /^verdict$/i.test(unnumbered(title))).flatMap(section =>
    linesOf(document.text, section.nodes).filter(line => line.text !== '').slice(0, 1).map(line => ({ ...line, text: `verdict: ${bare(line.text).replace(/^verdict\s*:\s*/i, '')}` }))),
]

const verdictOf = (document: MarkdownDocument, problems: FormatProblem[]): Claim | null => {
  const front = readFrontMatter(document, ['verdict', 'score', 'spec']).values['verdict']
  const stated: readonly TextLine[] = typeof front === 'string' ? [{ line: 1, kind: 'prose', text: `verdict: ${front}`, depth: 0 }] : []
  const found = [...stated, ...verdictLines(document)].flatMap(line => { const claim = claimOf(line); return claim === null ? [] : [{ claim, line: line.line }] })
  const claims = found.flatMap(({ claim }) => (claim === 'unclear' ? [] : [claim]))
  for (const { claim, line } of found) if (claim === 'unclear') problems.push(problem(line, 'verdict-unclear', 'the verdict is neither SATISFIED nor NOT SATISFIED', form))
  const [first] = claims
  const other = claims.find(claim => claim.verdict !== first?.verdict)
  if (other !== undefined) {
    problems.push(problem(other.line, 'verdict-contradictory', 'the report states both SATISFIED and NOT SATISFIED', 'keep one verdict'))
    return null
  }
  if (found.length === 0) problems.push(problem(1, 'verdict-missing', 'the report states no verdict', form))
  return first === undefined ? null : { ...first, score: claims.find(claim => claim.score !== null)?.score ?? null }
}

const scoreOf = (document: MarkdownDocument, problems: FormatProblem[]): number | null => {
  const [section] = sectionsOf(document.nodes, title => /^satisfaction score\b/i.test(unnumbered(title)))
  if (section === undefined) return null
  const score = scoreIn(section.title) ?? scoreIn(bare(linesOf(document.text, section.nodes).find(line => line.text !== '')?.text ?? ''))
  if (score === null) problems.push(problem(section.line, 'score-unreadable', 'the satisfaction score is not a number out of ten', 'write ## Satisfaction Score: 7/10'))
  return score
}

const agree = (claim: Claim | null, score: number | null): readonly FormatProblem[] => {
  if (claim === null) return []
  const differ = claim.score !== null && score !== null && claim.score !== score
  const final = score ?? claim.score
  const against = final !== null && (claim.verdict === 'satisfied') !== (final >= 8)
  return [
    ...(differ ? [problem(claim.line, 'scores-differ', `the verdict says ${claim.score}/10, the heading ${score}/10; the heading counts`, 'state one score')] : []),
    ...(against ? [problem(claim.line, 'verdict-against-score', `the verdict contradicts the score ${final}/10; 8 and more is satisfied`, 'correct one of them')] : []),
  ]
}

const textUnder = (document: MarkdownDocument, name: RegExp): string | null => {
  const [section]: readonly (Section | undefined)[] = sectionsOf(document.nodes, title => name.test(unnumbered(title)))
  const text = section === undefined ? '' : sourceOf(document.text, section.nodes).trim()
  return text === '' ? null : text
}

/** Reads a report of either kind. */
export const parseReport = (text: string): ReportDocument => {
  const document = parseMarkdown(text)
  const problems: FormatProblem[] = []
  const claim = verdictOf(document, problems)
  const score = scoreOf(document, problems)
  const pathToResolution = textUnder(document, /^path to resolution$/i)
  const summary = textUnder(document, /^summary$/i)
  return {
    verdict: claim?.verdict ?? null, score: score ?? claim?.score ?? null, pathToResolution, summary,
    learning: textUnder(document, /^generali[sz]able learnings?$/i),
    whatToFix: pathToResolution ?? summary ?? document.text.trim(),
    problems: [...problems, ...agree(claim, score)].sort((a, b) => a.line - b.line),
  }
}
