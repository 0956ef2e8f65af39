/** What is wrong with a configuration file: where, which key, why, and how to write it. Collected, never thrown. */
export interface ConfigProblem {
  readonly file: string
  readonly line: number
  readonly key?: string
  readonly message: string
  readonly mend: string
}

/** One line for a person: `agents.yaml:12: limits.slots: message (mend)`. */
export const formatConfigProblem = (problem: ConfigProblem): string =>
  `${problem.file}:${problem.line}: ${problem.key === undefined ? '' : `${problem.key}: `}${problem.message} (${problem.mend})`
