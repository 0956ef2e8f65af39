/**
 * `tasks/planning/N/PLAN.md`: a title, segments of work, and the checkpoints between them.
 * Called by import when a planner hands over; problems go back to the planner. Execution runs segment by segment.
 * A checkpoint ends the segment before it, so a text after one is a new segment.
 */
import type { Heading, RootContent } from 'mdast'
import type { DecisionOption } from './decision-document.ts'
import { readOptions, readRecommendation } from './decision-document.ts'
import type { EntryBlock } from './entry-block.ts'
import { entryIdOf, fieldOf, partOf, readEntryBlock } from './entry-block.ts'
import { bare, linesOf } from './lines.ts'
import { isHeading, lineOf, parseMarkdown, sourceOf, wordsOf } from './markdown.ts'
import type { FormatProblem } from './problem.ts'
import { problem } from './problem.ts'

export type CheckpointType = 'human-verify' | 'decision' | 'human-action'
export type PlanStrategy = 'autonomous' | 'segmented' | 'decision-dependent'

export interface PlanCheckpoint {
  readonly id: string
  readonly type: CheckpointType
  readonly title: string
  readonly options: readonly DecisionOption[]
  readonly recommendation: string | null
  readonly text: string
  readonly line: number
}

/** A segment without text has no work: its checkpoint stands at once. */
export interface PlanSegment {
  readonly index: number
  readonly title: string
  readonly text: string
  readonly checkpointAfter: PlanCheckpoint | null
}

export interface PlanDocument {
  readonly title: string | null
  readonly segments: readonly PlanSegment[]
  readonly strategy: PlanStrategy
  readonly problems: readonly FormatProblem[]
}

export const checkpointTypes: readonly CheckpointType[] = ['human-verify', 'decision', 'human-action']
const shape = 'write ## Checkpoint c1: title, and below it - type: human-verify | decision | human-action'

interface Piece { kind: 'segment' | 'checkpoint'; heading: Heading | null; title: string; nodes: RootContent[] }

const keyword = (node: RootContent): 'segment' | 'checkpoint' | null => {
  if (!isHeading(node) || node.depth < 2 || node.depth > 3) return null
  const word = /^(segment|checkpoint)\b/i.exec(wordsOf(node))?.[1]?.toLowerCase()
  return word === 'checkpoint' ? 'checkpoint' : word === 'segment' && node.depth === 2 ? 'segment' : null
}

const segmentTitle = (words: string): string => words.replace(/^segment\b\s*/i, '').replace(/^(?:\d+\s*)?[:.—–-]\s*/, '').trim()

/** Segments and checkpoints in order; what follows a checkpoint's own section continues as a segment. */
const piecesOf = (nodes: readonly RootContent[], title: string): readonly Piece[] => {
  const pieces: Piece[] = [{ kind: 'segment', heading: null, title, nodes: [] }]
  for (const node of nodes) {
    const kind = keyword(node)
    const last = pieces.at(-1)
    if (isHeading(node) && kind !== null) {
      pieces.push({ kind, heading: node, title: kind === 'segment' ? segmentTitle(wordsOf(node)) : wordsOf(node), nodes: [] })
    } else if (last?.kind === 'checkpoint' && isHeading(node) && node.depth <= (last.heading?.depth ?? 2)) {
      pieces.push({ kind: 'segment', heading: null, title: `after ${last.title}`, nodes: [node] })
    } else last?.nodes.push(node)
  }
  return pieces
}

const typeOf = (entry: EntryBlock, problems: FormatProblem[]): CheckpointType => {
  const field = fieldOf(entry, 'type')
  const type = checkpointTypes.find(candidate => candidate === field?.value.toLowerCase())
  if (type !== undefined) return type
  problems.push(problem(field?.line ?? entry.line, 'checkpoint-type', field === null ? `checkpoint ${entry.id} has no type` : `"${field.value}" is no type of checkpoint`,
    'add - type: human-verify | decision | human-action'))
  return 'human-action'
}

const checkpointOf = (text: string, piece: Piece, number: number, problems: FormatProblem[]): PlanCheckpoint => {
  const line = piece.heading === null ? 1 : lineOf(piece.heading)
  const words = piece.title.replace(/^checkpoint\b\s*/i, '').replaceAll('`', '').trim()
  const [, id, said] = /^([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?::|—|–|-\s)\s*(.*)$/.exec(words) ?? /^([A-Za-z0-9][A-Za-z0-9._-]*)()$/.exec(words) ?? []
  if (id === undefined) problems.push(problem(line, 'checkpoint-id', `"${piece.title}" names no id`, shape))
  const stand = (id ?? `cp${number}`).toLowerCase()
  const entry = readEntryBlock(text, { words: entryIdOf(stand).id === null ? `checkpoint-${stand}` : stand, line }, piece.nodes)
  const type = typeOf({ ...entry, id: stand }, problems)
  const { options, problems: wrong } = readOptions(partOf(entry, 'options'))
  problems.push(...entry.problems, ...wrong)
  if (type === 'decision' && options.length === 0) {
    problems.push(problem(line, 'checkpoint-without-options', `checkpoint ${stand} asks for a decision without options`, 'add **Options:** and a list item - (a) text for each'))
  }
  return {
    id: stand, type, title: said === undefined || said === '' ? words : said, options, line, text: sourceOf(text, piece.nodes).trim(),
    recommendation: readRecommendation(partOf(entry, 'recommendation')?.text ?? fieldOf(entry, 'recommendation')?.value ?? '', options),
  }
}

/** A checkpoint written as a task or in angle brackets would be run over. */
const strayCheckpoints = (text: string, nodes: readonly RootContent[]): readonly FormatProblem[] =>
  linesOf(text, nodes).filter(line => (line.kind !== 'opaque' || line.text.startsWith('<')) && /^<?(?:task\b[^>]*|\[.\]\s*)?(?:type=)?"?checkpoint\b.{0,40}(?:human-verify|human-action|decision)/i.test(bare(line.text)))
    .map(line => problem(line.line, 'checkpoint-not-a-heading', 'this looks like a checkpoint, but only a heading makes one', shape))

const strategyOf = (segments: readonly PlanSegment[]): PlanStrategy => {
  const types = segments.flatMap(segment => (segment.checkpointAfter === null ? [] : [segment.checkpointAfter.type]))
  if (types.length === 0) return 'autonomous'
  return types.every(type => type === 'human-verify') ? 'segmented' : 'decision-dependent'
}

const segmentsOf = (text: string, pieces: readonly Piece[], problems: FormatProblem[]): readonly PlanSegment[] => {
  const segments: { title: string; text: string; checkpointAfter: PlanCheckpoint | null; named: boolean }[] = []
  const seen = new Set<string>()
  for (const piece of pieces) {
    if (piece.kind === 'segment') {
      segments.push({ title: piece.title, text: sourceOf(text, piece.nodes).trim(), checkpointAfter: null, named: piece.heading !== null })
      problems.push(...strayCheckpoints(text, piece.nodes))
      continue
    }
    const checkpoint = checkpointOf(text, piece, seen.size + 1, problems)
    if (seen.has(checkpoint.id)) problems.push(problem(checkpoint.line, 'checkpoint-twice', `checkpoint ${checkpoint.id} already stands above`, 'give it an id of its own'))
    seen.add(checkpoint.id)
    const last = segments.at(-1)
    if (last !== undefined && last.checkpointAfter === null) last.checkpointAfter = checkpoint
    else segments.push({ title: checkpoint.title, text: '', checkpointAfter: checkpoint, named: false })
  }
  return segments.filter(segment => segment.text !== '' || segment.checkpointAfter !== null || segment.named)
    .map(({ title, text: body, checkpointAfter }, index) => ({ index, title, text: body, checkpointAfter }))
}

/** Text before the first segment heading introduces the plan; it is handed to every segment with the plan itself, not run alone. */
const withoutIntroduction = (pieces: readonly Piece[]): readonly Piece[] =>
  (pieces[0]?.heading === null && pieces[1]?.kind === 'segment' ? pieces.slice(1) : pieces)

/** Reads a plan. One without segments and checkpoints is one segment. */
export const parsePlan = (text: string): PlanDocument => {
  const document = parseMarkdown(text)
  const first = document.nodes.find(node => isHeading(node) && node.depth === 1)
  const title = first === undefined ? null : wordsOf(first).replace(/^plan\b\s*(?::|for\b)?\s*/i, '').trim() || null
  const problems: FormatProblem[] = title === null ? [problem(1, 'plan-title', 'the plan has no title', 'begin it with # Plan: name of the spec')] : []
  const body = document.nodes.filter(node => node !== first && node.type !== 'yaml')
  const segments = segmentsOf(document.text, withoutIntroduction(piecesOf(body, title ?? 'plan')), problems)
  for (const segment of segments) {
    if (segment.text === '' && segment.checkpointAfter === null) problems.push(problem(1, 'segment-empty', `segment "${segment.title}" holds no work`, 'write its tasks, or remove it'))
  }
  if (segments.every(segment => segment.text === '')) problems.push(problem(1, 'plan-empty', 'the plan holds no work', 'write its tasks as a list below the title'))
  return { title, segments, strategy: strategyOf(segments), problems: problems.sort((a, b) => a.line - b.line) }
}
