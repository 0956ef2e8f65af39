/**
 * The reference in docs/, written from the program itself: commands from their declarations, events from the catalogue, GC from its rules,
 * the directory protocol from its rows. Called by bin/generate-docs.mjs and by the test that holds the committed files current.
 */
import * as z from 'zod'
import { catalogue } from '../events/catalogue.ts'
import type { EventDefinition } from '../events/define.ts'
import { gcTable } from '../gc/rules.ts'
import { protocolTable } from '../protocol/table.ts'
import { globalOptions, groups, sharedExits } from './command.ts'
import type { CommandSpec, Group } from './command.ts'
import { optionNote, shown, usageLine } from './help.ts'
import { commands } from './registry.ts'

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
const row = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`
const table = (headings: readonly string[], rows: readonly (readonly string[])[]): string[] =>
  (rows.length === 0 ? [] : ['', row(headings), row(headings.map(() => '---')), ...rows.map(row)])
const code = (text: string): string => `\`${text}\``

const titles: Readonly<Record<Group, string>> = { operate: 'Operate', inspect: 'Inspect', configure: 'Configure', gc: 'GC', improve: 'Improve' }
const note = 'Written by `node bin/generate-docs.mjs` from the program itself; a change here is lost.'

/** docs/cli.md. */
export const cliReference = (): string => [
  '# The command line', '', note, '',
  'Every command takes these options, before or behind its name:',
  ...table(['option', 'meaning'], globalOptions.map(option => [code(option.flags), option.summary])), '',
  'A text may be given as `@FILE` or `-` (standard input); `@@` begins a text with a plain `@`. A path that could be a name is written `./PATH`.',
  'An error is one line and its mend on standard error; with `--json`, `{"error":{"code","message","mend"}}` on standard output. The codes: [errors.md](errors.md).', '',
  'Exit codes of every command:',
  ...table(['code', 'meaning'], sharedExits.map(exit => [String(exit.code), exit.when])),
  ...groups.flatMap(group => {
    const members = shown(commands).filter(spec => spec.group === group)
    return members.length === 0 ? [] : ['', `## ${titles[group]}`, ...members.flatMap(commandSection)]
  }), '',
].join('\n')

const commandSection = (spec: CommandSpec): string[] => [
  '', `### factory ${spec.name}`, '', code(usageLine(spec)), '', `${spec.summary.charAt(0).toUpperCase()}${spec.summary.slice(1)}.`, ...(spec.details ?? []).flatMap(text => ['', text]),
  ...table(['argument', 'meaning'], (spec.arguments ?? []).map(one => [code(one.name), one.summary])),
  ...table(['option', 'meaning'], (spec.options ?? []).filter(option => option.hidden !== true).map(option => [code(option.flags), optionNote(option)])),
  ...table(['exit code', 'when'], (spec.exits ?? []).map(exit => [String(exit.code), exit.when])),
  ...(spec.examples.length === 0 ? [] : ['', '```sh', ...spec.examples.map(example => `${example.command}  # ${example.does}`), '```']),
]

/** docs/events.md. */
export const eventReference = (): string => [
  '# Events', '', note, '',
  'Each line of the log is one event. `version` counts the schema of its type; a field that may be `null` says so. The envelope (identity, order, chain) is described in [design.md](design.md).',
  ...streamsOf().flatMap(stream => ['', `## ${stream}`, ...typesOf(stream).flatMap(eventSection)]), '',
].join('\n')

const definitions: readonly (readonly [string, EventDefinition])[] = Object.entries(catalogue)
const streamOf = (type: string): string => type.slice(0, type.indexOf('.'))
const streamsOf = (): string[] => [...new Set(definitions.map(([type]) => streamOf(type)))]
const typesOf = (stream: string): readonly (readonly [string, EventDefinition])[] => definitions.filter(([type]) => streamOf(type) === stream)

function eventSection([type, { version, meaning, data }]: readonly [string, EventDefinition]): string[] {
  const { properties = {}, additionalProperties } = z.toJSONSchema(data) as Schema
  const open = additionalProperties !== false && Object.keys(properties).length === 0 ? ['', 'Fields depend on what was found.'] : []
  return ['', `### ${type}`, '', `Version ${version}. ${meaning}`, ...table(['field', 'type'], Object.entries(properties).map(([name, schema]) => [code(name), code(typeText(schema))])), ...open]
}

interface Schema {
  readonly type?: string | readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly pattern?: string
  readonly prefixItems?: readonly Schema[]
  readonly additionalProperties?: boolean | Schema
}

const isDoc = ({ properties }: Schema): boolean => properties !== undefined && Object.keys(properties).join() === 'sha256,bytes'

/** A JSON schema in a few words: `text`, `id`, `document`, `whole number | null`, `{ name: text }[]`. */
function typeText(schema: Schema): string {
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeText).join(' | ')
  if (schema.enum !== undefined) return schema.enum.map(String).join(' | ')
  if (schema.const !== undefined) return String(schema.const)
  const { type } = schema
  if (typeof type === 'object') return type.map(one => typeText({ ...schema, type: one })).join(' | ')
  switch (type) {
    case 'string': return schema.pattern?.includes(':') === true ? 'id' : 'text'
    case 'integer': return 'whole number'
    case 'array': return schema.items === undefined ? 'list' : listText(schema.items)
    case 'object': return objectText(schema)
    default: return type ?? 'anything'
  }
}

const listText = (items: Schema): string => (items.anyOf === undefined && items.enum === undefined ? `${typeText(items)}[]` : `(${typeText(items)})[]`)

function objectText(schema: Schema): string {
  if (isDoc(schema)) return 'document'
  const fields = Object.entries(schema.properties ?? {})
  return fields.length === 0 ? 'object' : `{ ${fields.map(([name, part]) => `${name}: ${typeText(part)}`).join(', ')} }`
}

/** docs/gc.md. */
export const gcReference = (): string => [
  '# GC', '', note, '',
  'GC takes files out of view. Content and history stay: every removal is an event, and `factory restore PATH` undoes it. `factory gc` runs every rule; each also runs after every agent run. `--dry-run` shows what would leave. What only lies on this machine (the last rows) is no part of the log and does not come back.',
  ...table(['command', 'stale', 'age', 'leaves view'], gcTable().map(rule => [code(rule.command), rule.stale, rule.age, rule.leaves])), '',
].join('\n')

/** docs/directory-protocol.md. */
export const protocolReference = (): string => protocolTable()
