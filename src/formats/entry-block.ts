/**
 * The one block format of requests: a heading that begins with the entry's id, `- key: value` fields, labelled parts.
 * Decisions, needs, observations, configuration changes and checkpoints are read from it by the typed readers beside this file.
 * What does not fit becomes a problem with its line; no text is lost (`source`).
 */
import type { Heading, RootContent } from 'mdast'
import type { TextLine } from './lines.ts'
import { joined, linesOf } from './lines.ts'
import { isHeading, lineOf, parseMarkdown, sourceOf, wordsOf } from './markdown.ts'
import { slugName } from './names.ts'
import type { FormatProblem } from './problem.ts'
import { problem } from './problem.ts'

export interface EntryField { readonly key: string; readonly value: string; readonly line: number }
export interface EntryItem { readonly text: string; readonly line: number; readonly mark: string | null }

/** `**Label:**` or a sub-heading, with what stands under it. */
export interface EntryPart {
  readonly label: string
  readonly line: number
  readonly text: string
  readonly items: readonly EntryItem[]
}

export interface EntryBlock {
  readonly id: string
  readonly title: string
  readonly line: number
  readonly fields: readonly EntryField[]
  readonly parts: readonly EntryPart[]
  /** Prose outside fields and parts. */
  readonly text: string
  readonly source: string
  readonly problems: readonly FormatProblem[]
}

export interface EntryBlocks { readonly entries: readonly EntryBlock[]; readonly problems: readonly FormatProblem[] }

const idToken = /^(\d+(?:\.\d+)*|[a-z0-9]+(?:-[a-z0-9.]+)+)[.:)]?(?=\s|$)/
const fieldLine = /^(?:\*\*|`)?([A-Za-z][A-Za-z0-9_-]*(?: [a-z][a-z0-9-]*)?)(?:\*\*|`)?\s*:(?:\*\*)?(?:\s+(.*))?$/s
const labelLine = /^(?:\*\*|__)([A-Z][A-Za-z /-]{0,40}?)(?::(?:\*\*|__)|(?:\*\*|__)\s*:)\s*(.*)$/s
/** Values that are one line; what Markdown appends to them is prose of its own. */
const lineKeys: readonly string[] = ['status', 'type', 'reversibility', 'impact', 'category', 'severity', 'created', 'stops', 'change-class', 'target', 'from', 'to', 'decided-at', 'decided-by']
const itemLabels: readonly string[] = ['options', 'recommendation', 'context', 'question', 'rationale', 'exact-change']
const knownKeys = /^(?:status|reversibility|impact|category|severity|created|blocked|stops|change-class|target|type)\s*:/i

/** The id a heading begins with, and the rest of it. */
export const entryIdOf = (heading: string): { readonly id: string | null; readonly title: string } => {
  const plain = heading.replaceAll('`', '').trim()
  const found = idToken.exec(plain)
  if (found === null) return { id: null, title: plain }
  const rest = plain.slice(found[0].length).replace(/^\s*[:—–-]+\s+/, '').trim()
  return { id: found[1] ?? null, title: rest }
}

export const keyOf = (key: string): string => key.toLowerCase().replaceAll(/[_ ]/g, '-')

interface OpenPart { label: string; line: number; lines: TextLine[]; raw: string | null }
interface Reading { fields: EntryField[]; parts: OpenPart[]; prose: TextLine[]; problems: FormatProblem[] }

const readLine = (reading: Reading, line: TextLine): void => {
  const label = line.kind === 'prose' || line.kind === 'item' ? labelLine.exec(line.text) : null
  if (label !== null && (line.kind === 'prose' || itemLabels.includes(keyOf(label[1] ?? '')))) {
    const rest = label[2] ?? ''
    reading.parts.push({ label: label[1] ?? '', line: line.line, lines: rest === '' ? [] : [{ line: line.line, kind: 'prose', text: rest, depth: 0 }], raw: null })
    return
  }
  const part = reading.parts.at(-1)
  if (part !== undefined) { part.lines.push(line); return }
  readField(reading, line)
}

const readField = (reading: Reading, line: TextLine): void => {
  const field = line.kind === 'item' && line.depth === 1 ? fieldLine.exec(line.text) : null
  const last = reading.fields.at(-1)
  if (field !== null) {
    reading.fields.push({ key: keyOf(field[1] ?? ''), value: (field[2] ?? '').trim(), line: line.line })
  } else if (line.depth > (line.kind === 'item' ? 1 : 0) && last !== undefined && last.line > (reading.prose.at(-1)?.line ?? 0) && !lineKeys.includes(last.key)) {
    reading.fields.splice(-1, 1, { ...last, value: `${last.value}\n${joined([line])}`.trim() })
  } else {
    if ((line.kind === 'prose' || line.kind === 'item') && knownKeys.test(line.text)) {
      reading.problems.push(problem(line.line, 'field-not-in-list', `"${line.text.slice(0, 60)}" is not read as a field`, 'write it as a list item of its own: - key: value'))
    }
    if (line.kind !== 'break' || reading.prose.length > 0) reading.prose.push(line)
  }
}

const itemsOf = (lines: readonly TextLine[]): readonly EntryItem[] => {
  const items: { text: string; line: number; mark: string | null }[] = []
  for (const line of lines) {
    const last = items.at(-1)
    if (line.kind === 'item' && line.depth === 1) items.push({ text: line.text, line: line.line, mark: line.mark ?? null })
    else if (last !== undefined && line.depth > 0) last.text = `${last.text}\n${joined([line])}`.trim()
  }
  return items
}

const closed = (part: OpenPart): EntryPart =>
  ({ label: keyOf(part.label), line: part.line, text: part.raw ?? joined(part.lines), items: itemsOf(part.lines) })

const duplicates = (fields: readonly EntryField[]): readonly FormatProblem[] =>
  fields.filter((field, index) => fields.findIndex(other => other.key === field.key) < index)
    .map(field => problem(field.line, 'field-twice', `"${field.key}" is given twice`, 'keep one of them'))

/** Reads one entry: its heading's words (without a leading keyword, if its kind has one) and the nodes under it. */
export const readEntryBlock = (text: string, heading: { readonly words: string; readonly line: number }, nodes: readonly RootContent[]): EntryBlock => {
  const reading: Reading = { fields: [], parts: [], prose: [], problems: [] }
  const firstHeading = nodes.findIndex(isHeading)
  const own = firstHeading === -1 ? nodes : nodes.slice(0, firstHeading)
  for (const line of linesOf(text, own)) readLine(reading, line)
  for (const part of headedParts(text, firstHeading === -1 ? [] : nodes.slice(firstHeading))) reading.parts.push(part)
  const { id, title } = entryIdOf(heading.words)
  const stand = id ?? slugName(title) ?? `line-${heading.line}`
  const unnamed = id === null
    ? [problem(heading.line, 'entry-without-id', `the heading "${heading.words}" does not begin with an id; "${stand}" stands for it`, 'begin the heading with an id such as 7.1 or builder-needs-docker')]
    : []
  return {
    id: stand, title, line: heading.line, fields: reading.fields, parts: reading.parts.map(closed), text: joined(reading.prose),
    source: sourceOf(text, nodes), problems: [...unnamed, ...reading.problems, ...duplicates(reading.fields)],
  }
}

/** Sub-headings as parts; deeper ones stay inside the part they stand under. A part may itself hold labels. */
const headedParts = (text: string, nodes: readonly RootContent[]): readonly OpenPart[] => {
  const depth = Math.min(...nodes.filter(isHeading).map(heading => heading.depth))
  const parts: { heading: Heading; nodes: RootContent[] }[] = []
  for (const node of nodes) {
    if (isHeading(node) && node.depth === depth) parts.push({ heading: node, nodes: [] })
    else parts.at(-1)?.nodes.push(node)
  }
  return parts.flatMap(part => {
    const own: OpenPart = { label: wordsOf(part.heading).replace(/:$/, ''), line: lineOf(part.heading), lines: [], raw: sourceOf(text, part.nodes) }
    const inner: Reading = { fields: [], parts: [own], prose: [], problems: [] }
    for (const line of linesOf(text, part.nodes)) readLine(inner, line)
    if (inner.parts.length > 1) own.raw = joined(own.lines)
    return inner.parts
  })
}

interface Cut { heading: Heading; nodes: RootContent[] }

const cutAt = (nodes: readonly RootContent[], level: number): readonly Cut[] => {
  const cuts: Cut[] = []
  let open: Cut | null = null
  for (const node of nodes) {
    if (isHeading(node) && node.depth <= level) {
      open = node.depth === level ? { heading: node, nodes: [] } : null
      if (open !== null) cuts.push(open)
    } else open?.nodes.push(node)
  }
  return cuts
}

/** A heading without id and fields above headings with ids only groups them (`## Open` above `### 7.1`). */
const isGroup = (cut: Cut): boolean =>
  entryIdOf(wordsOf(cut.heading)).id === null && cut.nodes.some(node => isHeading(node) && entryIdOf(wordsOf(node)).id !== null)

const entriesAt = (text: string, nodes: readonly RootContent[], level: number): readonly EntryBlock[] =>
  cutAt(nodes, level).flatMap(cut => (isGroup(cut)
    ? entriesAt(text, cut.nodes, Math.min(...cut.nodes.filter(isHeading).map(heading => heading.depth)))
    : [readEntryBlock(text, { words: wordsOf(cut.heading), line: lineOf(cut.heading) }, cut.nodes)]))

/** The entries among these nodes: the headings of the highest level present (`level`, if the format fixes it). The first of an id counts. */
export const entryBlocksOf = (text: string, nodes: readonly RootContent[], level?: number): EntryBlocks => {
  const depths = nodes.filter(isHeading).map(heading => heading.depth)
  const found = entriesAt(text, nodes, level ?? Math.min(...depths))
  const seen = new Map<string, EntryBlock>()
  const twice: FormatProblem[] = []
  for (const entry of found) {
    const earlier = seen.get(entry.id)
    if (earlier === undefined) seen.set(entry.id, entry)
    else twice.push(problem(entry.line, 'entry-twice', `entry "${entry.id}" already stands on line ${earlier.line}; only the first is read`, 'give it an id of its own'))
  }
  const entries = [...seen.values()]
  return { entries, problems: [...entries.flatMap(entry => entry.problems), ...twice].sort((a, b) => a.line - b.line) }
}

/** The entries of a whole document; a heading of level 1 is its title, unless the document has no others. */
export const parseEntryBlocks = (text: string): EntryBlocks => {
  const document = parseMarkdown(text)
  const below = document.nodes.filter(isHeading).map(heading => heading.depth).filter(depth => depth > 1)
  return entryBlocksOf(document.text, document.nodes, below.length === 0 ? undefined : Math.min(...below))
}

/** The value of a field, or null when it is absent or empty. */
export const fieldOf = (entry: EntryBlock, ...keys: readonly string[]): EntryField | null =>
  entry.fields.find(field => keys.includes(field.key) && field.value !== '') ?? null

export const partOf = (entry: EntryBlock, ...labels: readonly string[]): EntryPart | null =>
  entry.parts.find(part => labels.includes(part.label)) ?? null
