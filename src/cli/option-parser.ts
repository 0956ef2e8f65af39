/** Arguments and options of one declared command, read by commander; what it complains about becomes Factory's own wrong usage. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { argumentKey, globalOptions } from './command.ts'
import type { ArgumentSpec, CommandSpec, OptionSpec } from './command.ts'
import { usageOf } from './usage.ts'

export interface Values {
  readonly arguments: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly options: Readonly<Record<string, unknown>>
}

/** The values, or `help` if help was asked for. */
export function parseOptions(spec: Pick<CommandSpec, 'name' | 'arguments' | 'options' | 'reserved'>, rest: readonly string[]): Values | 'help' {
  if (spec.reserved === true) return { arguments: {}, options: { json: rest.includes('--json') } }
  const command = declared(spec.arguments ?? [], [...(spec.options ?? []), ...globalOptions])
  try {
    command.parse([...rest], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.code === 'commander.helpDisplayed') return 'help'
    throw usageOf(error, spec.name)
  }
  const values = (spec.arguments ?? []).map(({ name }, at) => [argumentKey(name), command.processedArgs[at] as string | readonly string[] | undefined])
  return { arguments: Object.fromEntries(values) as Values['arguments'], options: command.opts() }
}

function declared(args: readonly ArgumentSpec[], options: readonly OptionSpec[]): Command {
  const command = new Command('factory').exitOverride().configureOutput({ writeOut: () => undefined, writeErr: () => undefined })
  for (const { name } of args) command.argument(name.startsWith('[') ? name : `<${name}>`)
  for (const option of options) command.addOption(commanderOption(option))
  return command
}

function commanderOption(spec: OptionSpec): Option {
  const option = new Option(spec.flags, spec.summary)
  if (spec.required === true) option.makeOptionMandatory()
  if (spec.choices !== undefined) option.choices([...spec.choices])
  if (spec.kind === 'whole') option.argParser(wholeNumber)
  return option
}

function wholeNumber(value: string): number {
  if (!/^\d{1,9}$/.test(value)) throw new InvalidArgumentError('A whole number is needed.')
  return Number(value)
}
