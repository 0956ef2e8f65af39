/** Finds the command of a command line, runs it, and reports an error where it belongs. Called by main.ts; never throws. */
import type { ExitCode } from '../error.ts'
import type { CommandSpec } from './command.ts'
import { printJson, printText } from './output.ts'
import { parse } from './parse.ts'
import { version } from './version.ts'

export async function program(argv: readonly string[]): Promise<ExitCode> {
  try {
    return await dispatch(argv)
  } catch (error) {
    const { report } = await import('./failure.ts')
    return report(error, { json: argv.includes('--json') || argv.includes('--jsonl'), debug: argv.includes('--debug') })
  }
}

async function dispatch(argv: readonly string[]): Promise<ExitCode> {
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
      return runBare(parsed.rest, argv)
    case 'command':
      return runSpec(parsed.spec, parsed.rest, argv)
  }
}

async function printHelp(about: string | null, argv: readonly string[]): Promise<ExitCode> {
  const { helpText } = await import('./help.ts')
  await printText(helpText(about), argv)
  return 0
}

async function runBare(rest: readonly string[], argv: readonly string[]): Promise<ExitCode> {
  const { bare } = await import('./bare.ts')
  const spec = await bare(rest)
  if (spec !== null) return runSpec(spec, rest, argv)
  await printHelp(null, argv)
  return 64
}

async function runSpec(spec: CommandSpec, rest: readonly string[], argv: readonly string[]): Promise<ExitCode> {
  const [{ parseOptions }, { runCommand }] = await Promise.all([import('./option-parser.ts'), import('./run-command.ts')])
  const values = parseOptions(spec, rest)
  return values === 'help' ? printHelp(spec.name, argv) : runCommand(spec, values, argv)
}
