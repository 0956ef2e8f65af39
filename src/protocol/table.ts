/** The directory protocol as a page of the documentation, made from the rows themselves. A test compares it with the file. */
import { rows } from './rows.ts'
import { changeKinds } from './routing.ts'
import type { Cell, MoverKind, Row } from './routing.ts'

const movers: readonly (readonly [MoverKind, string])[] = [['person', 'A person'], ['unknown', 'Nobody known'], ['agent', 'An agent']]

const introduction = `# The directory protocol

Files are the interface: a change of a file is a command, or it is refused and the file comes back. This table is complete: the first
row whose pattern matches a path decides, the last one matches everything. N is a spec, Q a question, A an agent.

- *A person*: whoever edits files while no run without a wall is in progress.
- *Nobody known*: the same while such a run is in progress, so that it may have been the agent. *Held* changes wait as a need until a
  person confirms them with \`factory trust PATH\`, or declines them with \`factory needs --resolve ID\`.
- *An agent*: what a finished run left in its view, for its own item only, after its permissions were asked for the path.

A refused file is kept: its content stays in the log and in \`.factory-local/quarantine/\`.
`

/** The page, \`docs/directory-protocol.md\`. */
export const protocolTable = (): string => `${introduction}\n${rows.map(section).join('\n')}`

const section = (row: Row): string => [
  `## \`${row.pattern}\``, '', row.words, '',
  `| | ${changeKinds.join(' | ')} |`, `| --- |${changeKinds.map(() => ' --- |').join('')}`,
  ...movers.map(([mover, words]) => `| ${words} | ${changeKinds.map(kind => cellWords(row.cells[mover][kind])).join(' | ')} |`), '',
].join('\n')

function cellWords(cell: Cell): string {
  switch (cell.outcome) {
    case 'command': return cell.words
    case 'held': return 'held'
    case 'ignored': return 'left alone'
    case 'refused': return `refused \`${cell.code}\`: ${shown(cell.why)}. ${shown(cell.mend)}`
  }
}

/** `{N}` stands for a part of the path. */
const shown = (text: string): string => text.replaceAll(/\{(\w+)\}/g, '$1').replaceAll('|', '\\|')
