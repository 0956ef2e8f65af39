/** Problems of a text as events: shown to who wrote it and to people, never guessed. */
import type { Draft } from '../events/types.ts'
import type { FormatProblem } from '../formats/problem.ts'

/** `source` is a path, or a spec's stream for the texts of a spec. At most fifty, each line of the text once. */
export function unparsed(source: string, problems: readonly FormatProblem[]): readonly Draft[] {
  const lines = new Map<number, string>()
  for (const { line, message, mend } of problems) {
    const said = mend === undefined ? message : `${message} (${mend})`
    lines.set(line, lines.has(line) ? `${lines.get(line) ?? ''}; ${said}` : said)
  }
  return [...lines].slice(0, 50).map(([line, message]): Draft => ({
    type: 'request.unparsed', stream: `request/${source}`, data: { source: source.slice(0, 500), line, message: message.slice(0, 2000) },
  }))
}
