/**
 * One run that a person (or another command) asks for: the same claim and the same execution as the scheduler's, with the same
 * filters. Only what a person may pass by asking is passed: fruitless runs (that lifts the gate), open research and a resting backend.
 */
import type { Claim, RunRequest } from '../agents/claim.ts'
import type { RunOutcome } from '../agents/run.ts'
import { isPerson } from '../deciders/deciding.ts'
import { liftGate } from '../deciders/holds.ts'
import type { ExitCode } from '../error.ts'
import { Refusal } from '../error.ts'
import type { Transaction, Workspace } from '../workspace/session.ts'
import { agentPort } from './agent-port.ts'
import type { AgentPort } from './agent-port.ts'
import { restOf } from './backoff.ts'
import { backendNameOf } from './blocks/backends.ts'
import { needsPerson } from './blocks.ts'
import type { Block, Candidate } from './candidate.ts'
import { executeClaim } from './execution.ts'
import { hints } from './hints.ts'
import type { Hint } from './hints.ts'
import { decide, passSoftCheckpoints, takeBackRuns } from './kernel-steps.ts'
import type { Local } from './look.ts'
import { plan } from './plan.ts'
import type { Plan } from './plan.ts'
import { homeOf } from './start.ts'

export interface RunOptions {
  readonly actor: string
  readonly signal?: AbortSignal
  readonly onProgress?: (line: string) => void
  readonly onClaim?: (claim: Claim) => void
  /** Called after the run: collection, notifications. */
  readonly afterRun?: (outcome: RunOutcome) => Promise<void>
  readonly env?: NodeJS.ProcessEnv
  readonly factoryHome?: string
  readonly port?: AgentPort
}

export interface RunReport {
  readonly outcome: RunOutcome
  /** What was passed because a person asked for the run. */
  readonly warnings: readonly string[]
  readonly exitCode: ExitCode
  readonly next: readonly Hint[]
}

/** What to run, with what stands in its way. */
export interface Choice { readonly candidate: Candidate; readonly request: RunRequest }
export interface Choosing { readonly transaction: Transaction; readonly local: Local; readonly plan: Plan }

export const portOf = async (options: RunOptions): Promise<AgentPort> =>
  options.port ?? await agentPort({ env: options.env ?? process.env, factoryHome: options.factoryHome ?? homeOf(options.env ?? process.env) })

/** Chooses and claims in one transaction, executes, and says what is next. Refuses before anything is started. */
export async function oneRun(workspace: Workspace, options: RunOptions, command: string, choose: (choosing: Choosing) => Choice): Promise<RunReport> {
  const port = await portOf(options)
  const warnings: string[] = []
  const claim = await workspace.transact({ command, actor: options.actor }, transaction => {
    const local = (): Local => port.local(workspace, transaction.state, transaction.config)
    takeBackRuns(transaction, local())
    const { candidate, request } = choose({ transaction, local: local(), plan: plan(transaction.state, transaction.config, transaction.now, local()) })
    warnings.push(...pass(transaction, local(), candidate, options.actor))
    passSoftCheckpoints(transaction, candidate)
    const claimed = port.claim(workspace, transaction, request)
    port.hold(workspace, claimed.run)
    return claimed
  })
  options.onClaim?.(claim)
  const outcome = await executeClaim(workspace, port, claim, { signal: options.signal, onLine: text => options.onProgress?.(text) })
  await options.afterRun?.(outcome).catch(() => {})
  return { outcome, warnings, exitCode: exitCodeOf(outcome, options.signal), next: await nextHints(workspace, port) }
}

/** Lifts what a person may pass, with a warning for each; refuses for the rest. */
function pass(transaction: Transaction, local: Local, candidate: Candidate, actor: string): readonly string[] {
  return candidate.blocked.map(block => {
    if (!isPerson(actor) || !isPassable(block, transaction, local, candidate)) throw refusalOf(block, candidate)
    if (block.code === 'no-progress') decide(transaction, liftGate, { item: candidate.item, kind: 'no-progress', answer: 'run again' }, actor)
    return `${candidate.name}: ${block.reason}`
  })
}

function isPassable({ code }: Block, { state, config }: Transaction, local: Local, { agent }: Candidate): boolean {
  if (code === 'no-progress' || code === 'research') return true
  const backend = code === 'backend' && agent !== null ? backendNameOf(state, config, agent) : null
  return backend !== null && local.backends[backend] === 'ok' && restOf(state.runs.backends[backend]) !== null
}

const refusalOf = (block: Block, { name }: Candidate): Refusal =>
  new Refusal(block.code, `${name}: ${block.reason}.`, block.mend, needsPerson(block) ? 3 : 1)

function exitCodeOf({ outcome }: RunOutcome, signal: AbortSignal | undefined): ExitCode {
  if (signal?.aborted === true) return 130
  if (outcome === 'finished') return 0
  return outcome === 'failed' ? 4 : outcome === 'timed-out' ? 5 : 1
}

async function nextHints(workspace: Workspace, port: AgentPort): Promise<readonly Hint[]> {
  const { state, config } = await workspace.look()
  return hints(plan(state, config, new Date().toISOString(), port.local(workspace, state, config)).candidates)
}
