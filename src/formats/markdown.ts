/**
 * Markdown as the readers of this folder see it: top-level nodes with positions, sections by heading, and their lines.
 * A document is always parsed; no pattern is ever matched against a whole text, so fences and quotes never look like headings.
 */
import type { Code, Heading, Nodes, RootContent } from 'mdast'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { frontmatterFromMarkdown } from 'mdast-util-frontmatter'
import { gfmFromMarkdown } from 'mdast-util-gfm'
import { toString } from 'mdast-util-to-string'
import { frontmatter } from 'micromark-extension-frontmatter'
import { Refusal } from '../error.ts'
import { gfm } from 'micromark-extension-gfm'

export interface MarkdownDocument {
  /** The text without a byte order mark, its line ends LF (a criterion with CR would not run); offsets refer to it. */
  readonly text: string
  readonly nodes: readonly RootContent[]
}

export interface Section {
  readonly heading: Heading
  readonly title: string
  readonly line: number
  readonly nodes: readonly RootContent[]
}

/** Parses once; cheap enough to do per document, too dear to do per section. */
export const parseMarkdown = (source: string): MarkdownDocument => {
  const text = (source.startsWith('\uFEFF') ? source.slice(1) : source).replaceAll(/\r\n?/g, '\n')
  if (text.split('\n').some(isTooDeep) || text.split(/\n[ \t]*\n/).some(isTooMarked)) throw tooDeep()
  try {
    const tree = fromMarkdown(text, {
      extensions: [frontmatter(['yaml']), gfm()],
      mdastExtensions: [frontmatterFromMarkdown(['yaml']), gfmFromMarkdown()],
    })
    return { text, nodes: tree.children }
  } catch (error) {
    if (error instanceof RangeError) throw tooDeep()
    throw error
  }
}

/** Quotes and lists inside each other cost the square of their depth; nobody reads fifty. */
const deepest = 50
const isTooDeep = (line: string): boolean => {
  const [opening = ''] = /^(?:[ \t]|>|[-+*](?=[ \t])|\d{1,9}[.)](?=[ \t]))*/.exec(line) ?? []
  return opening.length > deepest && (opening.replaceAll(/[^>.)+*-]/g, '').length > deepest || opening.length > deepest * 10)
}

/** Marks of emphasis in one block cost the square of their number. */
const mostMarks = 5000
const isTooMarked = (block: string): boolean => block.length > mostMarks && (block.match(/[*_~]+/g)?.length ?? 0) > mostMarks

const tooDeep = (): Refusal => new Refusal('too-deep', 'The text holds quotes or lists inside each other deeper than anybody reads, or a paragraph of nothing but marks.', `nest at most ${deepest} deep, and break up paragraphs with more than ${mostMarks} marks`)

export const lineOf = (node: Nodes): number => node.position?.start.line ?? 1

/** The words of a node, one line, without markup. */
export const wordsOf = (node: Nodes): string => toString(node, { includeHtml: false }).replaceAll(/\s+/g, ' ').trim()

/** The text exactly as written, from the first to the last of these nodes. */
export const sourceOf = (text: string, nodes: readonly Nodes[]): string =>
  text.slice(nodes[0]?.position?.start.offset ?? 0, nodes.at(-1)?.position?.end.offset ?? 0)

export const isHeading = (node: RootContent): node is Heading => node.type === 'heading'

/** A heading's words without a leading section number: `7. Ambiguities` and `7 Ambiguities` are `Ambiguities`. */
export const unnumbered = (title: string): string => title.replace(/^\d+(?:\.\d+)*[.):]?\s+/, '').replace(/\s*:$/, '')

/** What stands under the heading at `index`, up to the next heading of the same or a higher level. */
export const sectionAt = (nodes: readonly RootContent[], index: number): Section | null => {
  const heading = nodes[index]
  if (heading === undefined || !isHeading(heading)) return null
  let end = index + 1
  for (let node = nodes[end]; node !== undefined && !(isHeading(node) && node.depth <= heading.depth); node = nodes[end]) end += 1
  return { heading, title: wordsOf(heading), line: lineOf(heading), nodes: nodes.slice(index + 1, end) }
}

/** Every section whose heading satisfies `match`, in order. */
export const sectionsOf = (nodes: readonly RootContent[], match: (title: string, heading: Heading) => boolean): readonly Section[] =>
  nodes.flatMap((node, index) => {
    const section = isHeading(node) && match(wordsOf(node), node) ? sectionAt(nodes, index) : null
    return section === null ? [] : [section]
  })

/** The words of the first heading of level 1, else of the first heading. */
export const titleOf = (nodes: readonly RootContent[]): string | null => {
  const headings = nodes.filter(isHeading)
  const first = headings.find(heading => heading.depth === 1) ?? headings[0]
  const words = first === undefined ? '' : wordsOf(first)
  return words === '' ? null : words
}

/** Every code block in or below these nodes, in order. */
export const codeBlocksOf = (nodes: readonly Nodes[]): readonly Code[] =>
  nodes.flatMap(node => (node.type === 'code' ? [node] : 'children' in node ? codeBlocksOf(node.children) : []))

/** Whether a fenced block has its closing fence; without one it swallows the rest of the document. */
export const isClosed = (text: string, code: Code): boolean => {
  const lines = sourceOf(text, [code]).split('\n')
  const fence = /^\s*(`{3,}|~{3,})/.exec(lines[0] ?? '')?.[1]
  return fence === undefined || (lines.length > 1 && new RegExp(`^[\\s>]*${fence[0]}{${fence.length},}\\s*$`).test(lines.at(-1) ?? ''))
}
