/**
 * What every reader of a document reports instead of throwing: where, what, and how to write it properly.
 * Problems are shown to the agent or person who wrote the text; nothing that could not be read is guessed.
 */
export interface FormatProblem {
  /** Line of the whole file, from 1. */
  readonly line: number
  readonly code: string
  readonly message: string
  readonly mend?: string
}

export const problem = (line: number, code: string, message: string, mend?: string): FormatProblem =>
  mend === undefined ? { line, code, message } : { line, code, message, mend }

/** One line for a person: `line 12: message (mend)`. */
export const formatProblem = (found: FormatProblem): string =>
  `line ${found.line}: ${found.message}${found.mend === undefined ? '' : ` (${found.mend})`}`
