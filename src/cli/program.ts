/** Finds the command of a command line, runs it, and reports an error where it belongs. Called by main.ts; never throws. */
import type { ExitCode } from '../error.ts'
import type { CommandSpec } from './command.ts'
import { printJson, printText } from './output.ts'
import { parse } from './parse.ts'
import { version } from './version.ts'

/** How an error is told: by what stands in the line, until the parser knows better. */
interface Telling { json: boolean; debug: boolean }

export async function program(argv: readonly string[]): Promise<ExitCode> {
  const telling: Telling = { json: argv.includes('--json') || argv.includes('--jsonl'), debug: argv.includes('--debug') }
  try {
    return await dispatch(argv, telling)
  } catch (error) {
    const { report } = await import('./failure.ts')
    return report(error, telling)
  }
}

async function dispatch(argv: readonly string[], telling: Telling): Promise<ExitCode> {
  const { FACTORY_RUN: run = '' } = process.env
  if (run !== '') {
    const { runInAgentMode } = await import('./agent-mode.ts')
    return runInAgentMode(argv)
  }
  const parsed = await parse(argv)
  switch (parsed.kind) {
    case 'version':
      if (argv.includes('--json')) printJson({ version })
      else await printText(version, argv)
      return 0
    case 'help':
      return printHelp(parsed.about, argv)
    case 'group':
      await printHelp(parsed.name, argv)
      return 64
    case 'bare':
      return runBare(parsed.rest, argv, telling)
    case 'command':
      return runSpec(parsed.spec, parsed.rest, argv, telling)
  }
}

async function printHelp(about: string | null, argv: readonly string[]): Promise<ExitCode> {
  const { helpText } = await import('./help.ts')
  await printText(helpText(about), argv)
  return 0
}

async function runBare(rest: readonly string[], argv: readonly string[], telling: Telling): Promise<ExitCode> {
  const { bare } = await import('./bare.ts')
  const spec = await bare(rest)
  if (spec !== null) return runSpec(spec, rest, argv, telling)
  await printHelp(null, argv)
  return 64
}

async function runSpec(spec: CommandSpec, rest: readonly string[], argv: readonly string[], telling: Telling): Promise<ExitCode> {
  const [{ parseOptions }, { runCommand }] = await Promise.all([import('./option-parser.ts'), import('./run-command.ts')])
  const values = parseOptions(spec, rest)
  if (values === 'help') return printHelp(spec.name, argv)
  const { json, jsonl, debug } = values.options
  Object.assign(telling, { json: json === true || jsonl === true, debug: debug === true })
  return runCommand(spec, values, argv)
}
