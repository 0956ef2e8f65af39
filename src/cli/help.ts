/** Help, rendered from the declarations; the same text is the source of the generated reference. */
import { globalOptions, groups, sharedExits } from './command.ts'
import type { CommandSpec, Group, OptionSpec } from './command.ts'
import { commands } from './registry.ts'

const headings: Readonly<Record<Group, string>> = {
  operate: 'Operate', inspect: 'Inspect', configure: 'Configure', gc: 'Collect what is stale', improve: 'Improve',
}

const columns = (rows: readonly (readonly [string, string])[]): string[] => {
  const width = Math.max(...rows.map(([left]) => left.length)) + 2
  return rows.map(([left, right]) => `  ${left.padEnd(width)}${right}`.trimEnd())
}

const section = (title: string, rows: readonly (readonly [string, string])[]): string[] => (rows.length === 0 ? [] : ['', `${title}:`, ...columns(rows)])

export const shown = (specs: readonly CommandSpec[]): CommandSpec[] => specs.filter(spec => spec.hidden !== true)

/** `factory decide [SPEC] [options]`. */
export function usageLine(spec: CommandSpec): string {
  const required = (spec.options ?? []).filter(option => option.required === true).map(option => option.flags.replace(/^-\w, /, ''))
  return ['factory', spec.name, ...(spec.arguments ?? []).map(one => one.name), ...required, '[options]'].join(' ')
}

export const optionNote = (option: OptionSpec): string => [
  option.summary, option.choices === undefined ? '' : ` (${option.choices.join(', ')})`, option.required === true ? ' (required)' : '',
].join('')

/** Help of one command: usage, arguments, options, examples, exit codes. */
export function commandHelp(spec: CommandSpec): string {
  const visible = (spec.options ?? []).filter(option => option.hidden !== true)
  const own = spec.exits ?? []
  const exits = [...sharedExits.filter(exit => !own.some(one => one.code === exit.code)), ...own].sort((a, b) => a.code - b.code)
  return [
    `Usage: ${usageLine(spec)}`, '', `${spec.summary.charAt(0).toUpperCase()}${spec.summary.slice(1)}.`,
    ...(spec.details ?? []).flatMap(paragraph => ['', paragraph]),
    ...section('Arguments', (spec.arguments ?? []).map(one => [one.name, one.summary] as const)),
    ...section('Options', visible.map(option => [option.flags, optionNote(option)] as const)),
    ...section('Everywhere', [...globalOptions.map(option => [option.flags, option.summary] as const), ['-h, --help', 'this text']]),
    ...section('Examples', spec.examples.map(example => [example.command, example.does] as const)),
    ...section('Exit codes', exits.map(exit => [String(exit.code), exit.when] as const)),
    '',
  ].join('\n')
}

/** Help of the program: every command with its summary, by group. */
export function programHelp(): string {
  const width = Math.max(...shown(commands).map(spec => spec.name.length))
  const listed = groups.flatMap(group => {
    const members = shown(commands).filter(spec => spec.group === group)
    return members.length === 0 ? [] : ['', `${headings[group]}:`, ...members.map(spec => `  ${spec.name.padEnd(width + 2)}${spec.summary}`)]
  })
  return [
    'Usage: factory [COMMAND] [options]', '', 'Factory runs persistent AI agents on a workspace. Drop an intent, let it be built, answer what only you can answer.',
    ...listed,
    ...section('Everywhere', [...globalOptions.map(option => [option.flags, option.summary] as const), ['-V, --version', 'the version'], ['-h, --help', 'help, also of a command']]),
    ...section('Examples', [
      ['factory init', 'make a workspace here'],
      ['factory submit "@idea.md"', 'hand in an intent'],
      ['factory start', 'work until idle, or until a person is needed'],
      ['factory decide', 'show what waits for an answer'],
    ]),
    '',
  ].join('\n')
}

/** Help of a group of commands such as `scenario`. */
export function groupHelp(name: string): string {
  const members = shown(commands).filter(spec => spec.name.startsWith(`${name} `))
  return [`Usage: factory ${name} COMMAND [options]`, ...section('Commands', members.map(spec => [spec.name, spec.summary] as const)), ''].join('\n')
}

/** Help about a command, about a group, or about the program (null). */
export function helpText(about: string | null): string {
  if (about === null) return programHelp()
  const spec = commands.find(one => one.name === about)
  return spec === undefined ? groupHelp(about) : commandHelp(spec)
}
