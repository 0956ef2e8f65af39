/**
 * The `Ambiguities` section of a spec: where open questions are found, whatever the level and number of its heading.
 * Called by `spec-document.ts`. A question that cannot be read is a problem, never silence: a lost one would be a lost gate.
 */
import type { Heading, RootContent } from 'mdast'
import type { EntryBlock } from './entry-block.ts'
import { entryBlocksOf } from './entry-block.ts'
import { isHeading, lineOf, unnumbered, wordsOf } from './markdown.ts'
import type { FormatProblem } from './problem.ts'
import { problem } from './problem.ts'

export interface Ambiguities { readonly entries: readonly EntryBlock[]; readonly problems: readonly FormatProblem[] }

const isSection = (words: string): boolean => /^ambiguities(?: requiring human decision)?$/i.test(unnumbered(words))
const nothingOpen = /^\W*(?:none|no(?: open| remaining| known)? (?:ambiguities|questions|decisions)|n\/a|nothing)\b/i

/** `### 7.1 …` directly under `### 7. Ambiguities` is an entry of it although it has the same level. */
const isNumberedEntry = (section: Heading, node: RootContent): boolean => {
  if (!isHeading(node) || node.depth !== section.depth) return false
  const own = /^\d+(?:\.\d+)*/.exec(wordsOf(section))?.[0]
  const number = /^(\d+(?:\.\d+)*)\.\d+/.exec(wordsOf(node))?.[1]
  return number !== undefined && (own === undefined || own === number)
}

const nodesUnder = (nodes: readonly RootContent[], index: number, section: Heading): readonly RootContent[] => {
  const ends = (node: RootContent): boolean => isHeading(node) && node.depth <= section.depth && !isNumberedEntry(section, node)
  const rest = nodes.slice(index + 1)
  const end = rest.findIndex(ends)
  return end === -1 ? rest : rest.slice(0, end)
}

const loose = (section: Heading, nodes: readonly RootContent[]): readonly FormatProblem[] => {
  const first = nodes.findIndex(isHeading)
  const before = (first === -1 ? nodes : nodes.slice(0, first)).filter(node => node.type !== 'html' && node.type !== 'thematicBreak')
  const [node] = before
  if (node === undefined || (first !== -1 && node.type === 'paragraph') || nothingOpen.test(wordsOf(node))) return []
  return [problem(lineOf(node), 'ambiguity-unread', `text under "${wordsOf(section)}" is not an entry and would be no question to anyone`,
    'give each question a heading one level below, such as ### 7.1 Which database?, or write None.')]
}

/** All entries of all such sections, with what could not be read. */
export const readAmbiguities = (text: string, nodes: readonly RootContent[]): Ambiguities => {
  const parts = nodes.flatMap((node, index): Ambiguities[] => {
    if (!isHeading(node)) return []
    const words = wordsOf(node)
    if (isSection(words)) {
      const under = nodesUnder(nodes, index, node)
      const found = entryBlocksOf(text, under)
      return [{ entries: found.entries, problems: [...loose(node, under), ...found.problems] }]
    }
    return /^\W*\w*\W*ambiguit/i.test(words) && !/^\d+\.\d/.test(words)
      ? [{ entries: [], problems: [problem(lineOf(node), 'ambiguities-heading', `"${words}" is not read as the section of open questions`, 'call the section Ambiguities')] }]
      : []
  })
  return { entries: parts.flatMap(part => part.entries), problems: parts.flatMap(part => part.problems) }
}
