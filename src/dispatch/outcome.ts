/** How a `start` ended, and the exit code that says so. Pure. */
import type { RunOutcome } from '../agents/run.ts'
import type { ExitCode } from '../error.ts'
import { needsPerson } from './blocks.ts'
import type { Candidate, Gate } from './candidate.ts'
import { isReady } from './plan.ts'
import type { RefusedStep } from './turn.ts'

export interface StartResult {
  /** Dispatches and steps of the kernel. */
  readonly steps: number
  readonly outcome: 'idle' | 'gated' | 'max-steps' | 'interrupted'
  readonly exitCode: ExitCode
  readonly runs: readonly RunOutcome[]
  /** The last run of each item that ended badly and was not made good later. */
  readonly failures: readonly RunOutcome[]
  readonly gates: readonly Gate[]
  readonly candidates: readonly Candidate[]
  readonly refused: readonly RefusedStep[]
  /** Runs of this clone in another process, which were left alone. */
  readonly busy: readonly string[]
}

export type Ending = Omit<StartResult, 'outcome' | 'exitCode' | 'failures'> & { readonly interrupted: boolean; readonly limited: boolean }

export function resultOf({ interrupted, limited, ...ending }: Ending): StartResult {
  const open = failuresOf(ending.runs)
  const outcome = interrupted ? 'interrupted' : outcomeOf(ending, limited)
  return { ...ending, outcome, failures: open, exitCode: exitCodeOf(ending, outcome, open) }
}

function outcomeOf({ candidates, refused }: Pick<Ending, 'candidates' | 'refused'>, limited: boolean): StartResult['outcome'] {
  const declined = new Set(refused.map(({ dispatch, item }) => `${dispatch} ${item}`))
  if (limited && candidates.some(candidate => isReady(candidate) && !declined.has(`${candidate.dispatch} ${candidate.item}`))) return 'max-steps'
  const gated = candidates.some(({ blocked }) => blocked.some(needsPerson)) || refused.some(({ error }) => error.exitCode === 3)
  return gated ? 'gated' : 'idle'
}

const itemOf = ({ item, agent }: RunOutcome): string => item ?? agent
const isBad = ({ outcome }: RunOutcome): boolean => outcome === 'failed' || outcome === 'timed-out'

/** A failure counts until a later run of the same item ends well. */
export function failuresOf(runs: readonly RunOutcome[]): readonly RunOutcome[] {
  const last = new Map(runs.map(run => [itemOf(run), run]))
  return [...last.values()].filter(isBad)
}

function exitCodeOf(ending: Pick<Ending, 'refused'>, outcome: StartResult['outcome'], failures: readonly RunOutcome[]): ExitCode {
  if (outcome === 'interrupted') return 130
  if (outcome === 'gated') return 3
  if (failures.length > 0) return exitOfFailures(failures)
  return ending.refused.length > 0 && outcome === 'idle' ? 1 : 0
}

export const exitOfFailures = (failures: readonly RunOutcome[]): ExitCode => (failures.every(({ outcome }) => outcome === 'timed-out') ? 5 : 4)
