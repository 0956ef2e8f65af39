/**
 * YAML front matter of specs, research requests and skills: the values with the line of each key.
 * Called by the readers of those documents. Unknown keys are kept; one close to a known key is reported as a slip of the pen.
 */
import { LineCounter, isMap, isScalar, parseDocument } from 'yaml'
import type { MarkdownDocument } from './markdown.ts'
import { isHeading, lineOf } from './markdown.ts'
import { nearest } from './nearest.ts'
import type { FormatProblem } from './problem.ts'
import { problem } from './problem.ts'

export interface FrontMatter {
  readonly values: Readonly<Record<string, unknown>>
  /** Line of a key in the whole file. */
  readonly lineOf: (key: string) => number
  readonly problems: readonly FormatProblem[]
}

const none = (problems: readonly FormatProblem[] = []): FrontMatter => ({ values: {}, lineOf: () => 1, problems })

const missing = (document: MarkdownDocument): FrontMatter => {
  const [first, second] = document.nodes
  if (first?.type !== 'thematicBreak' || second === undefined || !(isHeading(second) || second.type === 'paragraph')) return none()
  const late = lineOf(first) > 1
  return none([problem(lineOf(first), late ? 'front-matter-not-first' : 'front-matter-unclosed',
    late ? 'front matter begins on the first line of the file' : 'the front matter has no closing ---',
    late ? 'remove what stands before the first ---' : 'write --- on a line of its own after the last key')])
}

const slips = (lines: ReadonlyMap<string, number>, known: readonly string[]): readonly FormatProblem[] =>
  [...lines].flatMap(([key, line]) => {
    const near = known.includes(key) ? null : nearest(key, known)
    return near === null ? [] : [problem(line, 'front-matter-key', `unknown key "${key}"`, `did you mean ${near}?`)]
  })

/** null: it cannot be written out. */
function plainValues(read: () => unknown): Readonly<Record<string, unknown>> | null {
  try {
    const values = Object.fromEntries(Object.entries(read() as Record<string, unknown>))
    JSON.stringify(values)
    return values
  } catch {
    return null
  }
}

/** The front matter of a parsed document; `known` are the keys its kind understands. */
export const readFrontMatter = (document: MarkdownDocument, known: readonly string[]): FrontMatter => {
  const node = document.nodes[0]
  if (node?.type !== 'yaml') return missing(document)
  const counter = new LineCounter()
  const yaml = parseDocument(node.value, { lineCounter: counter, logLevel: 'error' })
  const [error] = yaml.errors
  if (error !== undefined) {
    const line = 1 + (error.linePos?.[0].line ?? 1)
    return none([problem(line, 'front-matter-yaml', `the front matter is not valid YAML: ${error.message.split('\n')[0] ?? ''}`, 'quote values that contain ": " or "#"')])
  }
  if (yaml.contents === null) return none()
  if (!isMap(yaml.contents)) return none([problem(1, 'front-matter-yaml', 'the front matter is not a list of `key: value` lines')])
  const values = plainValues(() => yaml.toJS({ maxAliasCount: 10 }))
  if (values === null) return none([problem(1, 'front-matter-yaml', 'the front matter holds itself, or too many aliases', 'write the values out')])
  const lines = new Map(yaml.contents.items.flatMap((pair): [string, number][] =>
    isScalar(pair.key) && pair.key.range ? [[String(pair.key.value), 1 + counter.linePos(pair.key.range[0]).line]] : []))
  return {
    values,
    lineOf: key => lines.get(key) ?? 1,
    problems: slips(lines, known),
  }
}
