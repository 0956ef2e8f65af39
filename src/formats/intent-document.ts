/** Intents, the raw wishes in `specs/inbox/`: any text is one; only its title is read. Called by intake. */
import { readFrontMatter } from './front-matter.ts'
import { parseMarkdown, titleOf } from './markdown.ts'

/** The title of an intent: its front matter's, else its first heading, else the file's name. */
export const intentTitle = (text: string, fileName: string): string => {
  const document = parseMarkdown(text)
  const { title } = readFrontMatter(document, ['title']).values
  const stated = typeof title === 'string' ? title.trim() : ''
  const name = fileName.slice(fileName.lastIndexOf('/') + 1).replace(/\.(?:md|markdown)$/i, '')
  return (stated || titleOf(document.nodes) || name).slice(0, 300)
}
