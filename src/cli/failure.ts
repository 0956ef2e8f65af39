/** How a command that ends in an error says so, and with which exit code. A defect says little; its stack only with --debug. */
import { isFactoryError, messageOf } from '../error.ts'
import type { ExitCode } from '../error.ts'
import { say } from './messages.ts'
import { printError, printJson } from './output.ts'

interface Failure { readonly code: string; readonly message: string; readonly mend: string | null; readonly exit: ExitCode }

export function failureOf(error: unknown): Failure {
  if (isFactoryError(error)) return { code: error.code, message: error.message, mend: error.mend ?? null, exit: error.exitCode }
  return { code: 'defect', message: say('failure.defect', { message: messageOf(error) }), mend: say('failure.defect-mend'), exit: 70 }
}

/** Prints the error where it belongs and gives the exit code. */
export function report(error: unknown, how: { readonly json: boolean; readonly debug: boolean }): ExitCode {
  const { code, message, mend, exit } = failureOf(error)
  if (how.json) printJson({ error: { code, message, mend } })
  else printError(mend === null ? `factory: ${message}` : `factory: ${message}\n  ${mend}`)
  if (how.debug && error instanceof Error) printError(stackOf(error))
  return exit
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${stackOf(error.cause)}` : ''
  return `${error.stack ?? error.message}${cause}`
}
