/** Executing one claimed run outside any transaction, so that its end is always recorded, whatever happens to it. */
import type { Claim } from '../agents/claim.ts'
import type { RunOutcome } from '../agents/run.ts'
import { failRun } from '../deciders/runs.ts'
import { messageOf } from '../error.ts'
import type { Workspace } from '../workspace/session.ts'
import type { AgentPort } from './agent-port.ts'
import { decide } from './kernel-steps.ts'

export async function executeClaim(workspace: Workspace, port: AgentPort, claim: Claim, options: { readonly signal: AbortSignal | undefined; readonly onLine: (text: string) => void }): Promise<RunOutcome> {
  try {
    return await port.execute(workspace, claim, { signal: options.signal ?? never, onProgress: options.onLine })
  } catch (error) {
    return await recordFault(workspace, claim, messageOf(error))
  }
}

const never = new AbortController().signal

/** A defect on this side is the world's fault, not a try of the item. */
async function recordFault(workspace: Workspace, claim: Claim, message: string): Promise<RunOutcome> {
  const durationMs = await workspace.transact({ command: 'start', actor: 'kernel' }, transaction => {
    const live = transaction.state.runs.live[claim.run]
    if (live === undefined) return 0
    const elapsed = Math.max(0, Date.parse(transaction.now) - Date.parse(live.since))
    decide(transaction, failRun, { run: claim.run, fault: 'infrastructure', message, durationMs: elapsed, usage: null, costUsd: null, toolCalls: null, log: null, exitCode: null, until: null })
    return elapsed
  })
  return { run: claim.run, agent: claim.agent.name, dispatch: claim.dispatch, item: claim.spec?.id ?? claim.research?.id ?? null, outcome: 'failed', quiet: false, progress: false, fault: 'infrastructure', message, durationMs, reply: '' }
}
