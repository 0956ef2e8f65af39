/**
 * Fitting a prompt into its budget: sections are cut from the least needed upward, and every cut is told. Pure.
 * Sections of infinite need (the role, the task, what is handed over) are never cut.
 */
export interface Section {
  readonly id: string
  /** Higher is cut later. */
  readonly need: number
  /** The file it shows, or null. */
  readonly path: string | null
  readonly head: string
  readonly body: string
  readonly fence: boolean
}

/** Less than this is not worth showing: the section goes as a whole. */
const smallest = 400

const size = (section: Section): number => section.head.length + section.body.length + 16

export const cutTo = (text: string, most: number): string => (text.length <= most ? text : `${text.slice(0, most)}…`)

/** A fence longer than any run of backticks inside, so that no text can end it. */
export function fenced(text: string, language: string): string {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map(run => run.length))
  const fence = '`'.repeat(Math.max(3, longest + 1))
  return `${fence}${language}\n${text.replace(/\n+$/, '')}\n${fence}`
}

/** Cuts the bodies of sections until all fit into `most` characters; a notice of each cut is allowed for. */
export function fit(sections: readonly Section[], most: number): { readonly kept: readonly Section[]; readonly left: readonly string[] } {
  const kept = new Map(sections.map((section, index) => [index, section]))
  const left: string[] = []
  const total = (): number => [...kept.values()].reduce((sum, section) => sum + size(section) + 2, 0) + left.reduce((sum, line) => sum + line.length + 4, 0) + (left.length === 0 ? 0 : 100)
  const order = sections.map((section, index) => ({ section, index })).filter(({ section }) => Number.isFinite(section.need))
    .sort((a, b) => a.section.need - b.section.need || b.section.body.length - a.section.body.length || a.index - b.index)
  for (const { section, index } of order) {
    const over = total() - most
    if (over <= 0) break
    const notice = (kept: number): string => `${section.path ?? section.id}: ${section.body.length - kept} of ${section.body.length} characters are left out`
    const room = section.body.length - over - notice(0).length - 140
    if (room >= smallest) kept.set(index, { ...section, body: `${section.body.slice(0, room)}\n[… ${section.body.length - room} characters left out …]` })
    else kept.delete(index)
    left.push(notice(Math.max(0, room >= smallest ? room : 0)))
  }
  return { kept: [...kept.values()], left }
}
