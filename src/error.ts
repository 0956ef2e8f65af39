/**
 * The one error of Factory: what failed, on what, why, and the safe command that mends it.
 * Thrown everywhere, printed by the command line, never with a stack trace. `code` is API (docs/errors.md).
 */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5 | 64 | 70 | 75 | 130

export class FactoryError extends Error {
  readonly code: string
  readonly exitCode: ExitCode
  readonly mend: string | undefined

  constructor(code: string, message: string, options: { exitCode?: ExitCode; mend?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'FactoryError'
    this.code = code
    this.exitCode = options.exitCode ?? 1
    this.mend = options.mend
  }
}

/** A command that is not legal now: nothing was written. Exit code 1 unless the command documents another. */
export class Refusal extends FactoryError {
  constructor(code: string, message: string, mend?: string, exitCode: ExitCode = 1) {
    super(code, message, mend === undefined ? { exitCode } : { exitCode, mend })
    this.name = 'Refusal'
  }
}

export const isFactoryError = (error: unknown): error is FactoryError => error instanceof FactoryError

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
