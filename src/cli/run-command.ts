/** Runs a declared command: makes its invocation, awaits its outcome, prints it as JSON or as text. Called by main.ts. */
import type { ExitCode } from '../error.ts'
import { actorOf } from './actor.ts'
import type { CommandSpec, Outcome } from './command.ts'
import { watchInterrupts } from './interrupt.ts'
import type { Interrupt } from './interrupt.ts'
import type { Invocation } from './invocation.ts'
import { isTerminal, printError, printJson, printText } from './output.ts'
import type { Values } from './option-parser.ts'
import { readStdin, readTextArgument } from './text-argument.ts'

export async function runCommand(spec: CommandSpec, values: Values, argv: readonly string[]): Promise<ExitCode> {
  const interrupt = watchInterrupts()
  const call = invocation(values, argv, interrupt, await isTerminal(1))
  const outcome = await spec.run(call)
  await print(outcome, call, argv)
  return outcome.exit ?? 0
}

async function print(outcome: Outcome, call: Invocation, argv: readonly string[]): Promise<void> {
  if (outcome.silent === true) return
  if (call.jsonl && outcome.lines !== undefined) {
    for (const line of outcome.lines) printJson(line)
    return
  }
  if (call.json) return printJson(outcome.json)
  await printText(typeof outcome.text === 'string' ? outcome.text : outcome.text(), argv)
}

function invocation(values: Values, argv: readonly string[], interrupt: Interrupt, terminal: boolean): Invocation {
  const { arguments: given, options } = values
  let standardInput: Promise<Buffer> | undefined
  const call: Invocation = {
    cwd: process.cwd(), env: process.env, actor: actorOf(process.env),
    json: options['json'] === true, jsonl: options['jsonl'] === true, terminal,
    workspaceDir: text(options['workspace']),
    get signal() { return interrupt.signal },
    now: () => new Date(),
    argument: name => text(given[name]),
    required: name => text(given[name]) ?? '',
    list: name => { const value = given[name]; return Array.isArray(value) ? value as readonly string[] : [] },
    flag: key => options[key] === true,
    option: key => text(options[key]),
    whole: key => { const value = options[key]; return typeof value === 'number' ? value : undefined },
    text: value => readTextArgument(value, { cwd: call.cwd, stdin: call.stdin }),
    stdin: () => (standardInput ??= readStdin()),
    open: async () => (await import('./opening.ts')).openFor(call),
    progress: line => { printError(line) },
    warn: line => { printError(`factory: ${line}`) },
    print: said => printText(said, argv),
  }
  return call
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
