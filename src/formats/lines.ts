/**
 * The lines of a stretch of Markdown, each knowing whether it begins a list item; code and quotes stay whole.
 * Used by the block format and the reports. A label written directly under a list is, to Markdown, part of the last item;
 * to its author it is not, therefore the readers look at lines, and Markdown only says which lines are prose.
 */
import type { List, ListItem, RootContent } from 'mdast'
import { lineOf, sourceOf } from './markdown.ts'

export interface TextLine {
  readonly line: number
  readonly kind: 'prose' | 'item' | 'opaque' | 'break'
  readonly text: string
  /** Nesting of the list, 0 outside; the mark of an ordered item is kept in `mark`. */
  readonly depth: number
  readonly mark?: string
}

const proseLines = (source: string, line: number, depth: number): readonly TextLine[] =>
  source.split('\n').map((text, index) => ({ line: line + index, kind: 'prose', text: text.trim(), depth }))

const itemLines = (text: string, list: List, item: ListItem, mark: string, depth: number): readonly TextLine[] => {
  const [first, ...rest] = item.children
  const head = first?.type === 'paragraph' ? proseLines(sourceOf(text, [first]), lineOf(first), depth) : []
  const opening: TextLine = { line: lineOf(item), kind: 'item', text: head[0]?.text ?? '', depth, ...(list.ordered === true ? { mark } : {}) }
  const below = first?.type === 'paragraph' ? rest : item.children
  return [opening, ...head.slice(1), ...linesOf(text, below, depth)]
}

/** Flattens nodes to lines, in order; blocks are separated by a `break`. */
export const linesOf = (text: string, nodes: readonly RootContent[], depth = 0): readonly TextLine[] =>
  nodes.flatMap((node): readonly TextLine[] => {
    const separator: TextLine = { line: lineOf(node), kind: 'break', text: '', depth }
    switch (node.type) {
      case 'paragraph': return [separator, ...proseLines(sourceOf(text, [node]), lineOf(node), depth)]
      case 'list': return node.children.flatMap((item, index) => itemLines(text, node, item, String((node.start ?? 1) + index), depth + 1))
      case 'html': return node.value.startsWith('<!--') ? [] : [separator, { line: lineOf(node), kind: 'opaque', text: node.value, depth }]
      case 'thematicBreak': case 'yaml': case 'definition': return []
      default: return [separator, { line: lineOf(node), kind: 'opaque', text: sourceOf(text, [node]), depth }]
    }
  })

/** Joins lines to a text: paragraphs apart, items with their mark. */
export const joined = (lines: readonly TextLine[]): string =>
  lines.map(line => (line.kind === 'item' ? `- ${line.text}` : line.text)).join('\n').replaceAll(/\n{3,}/g, '\n\n').trim()

/** A line without emphasis, code marks and heading marks: for matching, never for keeping. */
export const bare = (text: string): string => text.replaceAll(/[*`]|(?<!\w)_|_(?!\w)/g, '').replace(/^#+\s*/, '').trim()
