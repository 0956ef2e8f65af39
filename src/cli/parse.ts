/**
 * The command line as typed to a declaration and what stands around its name. The name is found first, then only that command is given to
 * the parser (option-parser.ts), so that the cost of a start does not grow with the number of commands. Called by main.ts.
 */
import type { CommandSpec } from './command.ts'
import { commandNamed, commandNames, groupNames, membersOf } from './registry.ts'
import { unknownCommand } from './usage.ts'

export type Parsed =
  | { readonly kind: 'command'; readonly spec: CommandSpec; readonly rest: readonly string[] }
  | { readonly kind: 'help'; readonly about: string | null }
  | { readonly kind: 'version' }
  | { readonly kind: 'group'; readonly name: string }
  | { readonly kind: 'bare'; readonly rest: readonly string[] }

export async function parse(argv: readonly string[]): Promise<Parsed> {
  const { words, rest } = locate(argv)
  const [word, member] = words
  if (word === undefined) return rest.some(isHelp) ? { kind: 'help', about: null } : rest.some(isVersion) ? { kind: 'version' } : { kind: 'bare', rest }
  if (word === 'help') return { kind: 'help', about: await helpSubject(rest) }
  const name = member === undefined ? word : `${word} ${member}`
  const spec = commandNamed(name)
  if (spec !== undefined) return { kind: 'command', spec, rest }
  if (!groupNames().includes(word)) throw await unknownCommand(word, commandNames())
  if (member !== undefined) throw await unknownCommand(name, membersOf(word))
  return rest.some(isHelp) ? { kind: 'help', about: word } : { kind: 'group', name: word }
}

export const isHelp = (token: string | undefined): boolean => token === '--help' || token === '-h'

const isVersion = (token: string): boolean => token === '--version' || token === '-V'

/** The words that name the command, and everything else in its order. */
function locate(argv: readonly string[]): { readonly words: readonly string[]; readonly rest: readonly string[] } {
  const at = wordAt(argv, 0)
  if (at === -1) return { words: [], rest: argv }
  const word = argv[at] ?? ''
  const next = groupNames().includes(word) ? wordAt(argv, at + 1) : -1
  const taken = next === -1 ? [at] : [at, next]
  return { words: taken.map(index => argv[index] ?? ''), rest: argv.filter((_, index) => !taken.includes(index)) }
}

function wordAt(argv: readonly string[], from: number): number {
  for (let at = from; at < argv.length; at += 1) {
    const token = argv[at] ?? ''
    if (token === '--') return -1
    if (token === '--workspace' || token === '-w') at += 1
    else if (!token.startsWith('-')) return at
  }
  return -1
}

async function helpSubject(rest: readonly string[]): Promise<string | null> {
  const name = rest.filter(token => !token.startsWith('-')).join(' ')
  if (name === '') return null
  const known = commandNamed(name)?.name ?? (groupNames().includes(name) ? name : undefined)
  if (known === undefined) throw await unknownCommand(name, commandNames())
  return known
}
