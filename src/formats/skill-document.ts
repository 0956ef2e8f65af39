/** Skills, `skills/<agent>/<skill>/SKILL.md`: a name and one line that says when to use it, then the teaching. Called when prompts are assembled. */
import { readFrontMatter } from './front-matter.ts'
import { parseMarkdown, sourceOf } from './markdown.ts'
import type { FormatProblem } from './problem.ts'
import { problem } from './problem.ts'

export interface SkillDocument {
  readonly name: string | null
  readonly description: string | null
  /** The text without its front matter. */
  readonly body: string
  readonly problems: readonly FormatProblem[]
}

/** Reads a skill. */
export const parseSkill = (text: string): SkillDocument => {
  const document = parseMarkdown(text)
  const front = readFrontMatter(document, ['name', 'description'])
  const read = (key: string): string | null => {
    const value = front.values[key]
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : null
  }
  const missing = ['name', 'description'].filter(key => read(key) === null)
    .map(key => problem(1, `skill-${key}`, `the skill has no ${key}`, `begin the file with --- and the line ${key}: …`))
  const body = sourceOf(document.text, document.nodes.filter(node => node.type !== 'yaml'))
  return { name: read('name'), description: read('description'), body, problems: [...front.problems, ...(front.problems.length > 0 ? [] : missing)] }
}
