/** Research requests, `tasks/research/Q.md`: a question, and in the front matter the specs that wait for its answer. Called by import. */
import { readFrontMatter } from './front-matter.ts'
import { parseMarkdown, titleOf } from './markdown.ts'
import { nameProblem } from './names.ts'
import type { FormatProblem } from './problem.ts'
import { problem } from './problem.ts'

export interface ResearchDocument {
  readonly title: string | null
  /** Names of specs. */
  readonly blocks: readonly string[]
  readonly problems: readonly FormatProblem[]
}

/** Reads `blocks: N` or `blocks: [N, M]`. */
export const parseResearch = (text: string): ResearchDocument => {
  const document = parseMarkdown(text)
  const front = readFrontMatter(document, ['blocks', 'title'])
  const value = front.values['blocks'] ?? []
  const names = (Array.isArray(value) ? value : [value]).map(name => String(name).trim().replace(/^spec\//, ''))
  const wrong = names.flatMap(name => {
    const why = nameProblem(name)
    return why === null ? [] : [problem(front.lineOf('blocks'), 'research-blocks', `"${name}" is no name of a spec: ${why}`, 'write blocks: name-of-the-spec')]
  })
  return { title: titleOf(document.nodes), blocks: names.filter(name => nameProblem(name) === null), problems: [...front.problems, ...wrong] }
}
