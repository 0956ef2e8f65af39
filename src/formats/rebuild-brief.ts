/**
 * The text of `specs/ready/N.rebuild.md`: what the next attempt must know of the last one.
 * Called by the rebuild decider; pure text, the same parts give the same bytes.
 */
export interface FailedCriterion {
  readonly id: string
  readonly command: string
  /** null: it did not end by itself. */
  readonly exitCode: number | null
  readonly output: string
}

export interface RebuildParts {
  readonly name: string
  /** The attempt that failed. */
  readonly attempt: number
  /** Path of the report, or null when no report was written. */
  readonly priorFailure: string | null
  readonly priorScore: number | null
  readonly whatToFix: string
  readonly failedCriteria: readonly FailedCriterion[]
  /** Text of a conflict with the target, if that is why it is rebuilt. */
  readonly conflict?: string
}

const outputLimit = 4_000

/** A fence longer than any run of backticks inside. */
const fenced = (text: string, language: string): string => {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map(run => run.length))
  const fence = '`'.repeat(Math.max(3, longest + 1))
  return `${fence}${language}\n${text.replace(/\n+$/, '')}\n${fence}`
}

const tailOf = (output: string): string =>
  output.length <= outputLimit ? output : `… ${output.length - outputLimit} characters left out …\n${output.slice(-outputLimit)}`

const criterionText = (criterion: FailedCriterion): string => [
  `### ${criterion.id}`, fenced(criterion.command, 'sh'),
  criterion.exitCode === null ? 'It did not end by itself.' : `Exit code ${criterion.exitCode}.`,
  ...(criterion.output.trim() === '' ? ['No output.'] : [fenced(tailOf(criterion.output), 'text')]),
].join('\n\n')

/** Builds the brief. */
export const rebuildBrief = (parts: RebuildParts): string => [
  `# Rebuild Brief: ${parts.name}`,
  [
    `- attempt: ${parts.attempt + 1}`,
    `- prior_failure: ${parts.priorFailure ?? 'none'}`,
    `- prior_score: ${parts.priorScore === null ? 'unknown' : `${parts.priorScore}/10`}`,
  ].join('\n'),
  '## What to Fix',
  parts.whatToFix.trim() === '' ? 'The report says nothing; the failed criteria below are what is known.' : parts.whatToFix.trim(),
  ...(parts.failedCriteria.length === 0 ? [] : ['## Failed Criteria', ...parts.failedCriteria.map(criterionText)]),
  ...(parts.conflict === undefined ? [] : ['## Conflict with the Target', parts.conflict.trim()]),
].join('\n\n') + '\n'
