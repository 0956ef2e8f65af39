/** Help that needs no parser: `--help`, `help`, `COMMAND --help`, `help COMMAND`. Built into a file of its own, so that it costs one read. */
import { helpText } from './help.ts'
import { isHelp } from './parse.ts'
import { commandNamed, groupNames } from './registry.ts'

/** The page, or null if the parser has to look at the line. */
export function helpPage(argv: readonly string[]): string | null {
  const [first, ...rest] = argv
  const words = first === 'help' ? rest : argv.slice(0, -1)
  if ((first !== 'help' && !isHelp(argv.at(-1))) || words.some(word => word.startsWith('-'))) return null
  const name = words.join(' ')
  if (name === '') return helpText(null)
  const known = commandNamed(name)?.name ?? (groupNames().includes(name) ? name : null)
  return known === null ? null : helpText(known)
}
