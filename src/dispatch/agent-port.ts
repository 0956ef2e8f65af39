/**
 * The seam between dispatch and agents: claiming a run inside a transaction, executing it outside, and what this machine knows.
 * `agentPort` is the real one, loaded when it is needed; tests put scripted agents in its place.
 */
import type { Claim, RunRequest } from '../agents/claim.ts'
import type { RunOutcome } from '../agents/run.ts'
import type { Config } from '../config/model.ts'
import type { State } from '../../reducers/state.ts'
import type { Transaction, Workspace } from '../workspace/session.ts'
import type { Local } from './look.ts'

export interface ExecuteOptions {
  readonly signal: AbortSignal
  readonly onProgress: (line: string) => void
}

export interface AgentPort {
  /** Inside the transaction: resolves and records the claim, or refuses. */
  readonly claim: (workspace: Workspace, transaction: Transaction, request: RunRequest) => Claim
  /** Outside: runs it to its end, which it records. */
  readonly execute: (workspace: Workspace, claim: Claim, options: ExecuteOptions) => Promise<RunOutcome>
  /** Outside: brings verified changes to their targets that did not get there yet. */
  readonly deliver?: (workspace: Workspace, options: ExecuteOptions) => Promise<void>
  /** Takes the lease file, before anybody else can look at the claim. */
  readonly hold: (workspace: Workspace, run: string) => void
  readonly local: (workspace: Workspace, state: State, config: Config) => Local
}

export interface Surroundings {
  readonly env: NodeJS.ProcessEnv
  /** FACTORY_HOME: where views are made. */
  readonly factoryHome: string
}

export async function agentPort({ env, factoryHome }: Surroundings): Promise<AgentPort> {
  const [{ claimRun }, { executeRun }, { deliverPending }, { holdLease }, { localFacts }] = await Promise.all([
    import('../agents/claim.ts'), import('../agents/run.ts'), import('../agents/delivery.ts'), import('../agents/lease-file.ts'), import('./local.ts'),
  ])
  return {
    claim: (_workspace, transaction, request) => claimRun(transaction, request),
    execute: (workspace, claim, { signal, onProgress }) => executeRun(workspace, claim, { signal, onProgress, env, factoryHome }),
    deliver: async (workspace, { signal, onProgress }) => { await deliverPending(workspace, { env, signal, onProgress }) },
    hold: (workspace, run) => { holdLease(workspace, run) },
    local: (workspace, state, config) => localFacts(workspace, state, config, env),
  }
}
