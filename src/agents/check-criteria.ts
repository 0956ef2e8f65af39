/**
 * The criteria of a submitted build, run and recorded before its verifier begins. Results that are there already (a verifier's run was
 * repeated) stand. Called by `executeRun` and, for a merged commit, by delivery.
 */
import type { ItemId } from '../events/types.ts'
import { recordCriteria } from '../deciders/builds.ts'
import { FactoryError } from '../error.ts'
import type { Transaction, Workspace } from '../workspace/session.ts'
import { specOf } from './claim-facts.ts'
import { runCriteria } from './criteria.ts'
import type { CriterionResult } from './criteria.ts'
import { uncheckedCriteria } from './criteria-text.ts'
import { requireLive } from './run.ts'
import type { Execution } from './run.ts'

export async function checkCriteria({ workspace, claim, options, guard }: Execution): Promise<void> {
  const { state, config } = await workspace.look({ pending: false })
  if (claim.spec === null || claim.project === null) return
  const spec = specOf(state, claim.spec.id)
  if (uncheckedCriteria(spec).length === 0) return
  const results = await runCriteria({
    project: claim.project.path, commit: claim.project.base, base: claim.project.origin, criteria: spec.fields.criteria, setup: config.projects[claim.project.name]?.setup ?? null,
    criterionMs: config.limits.criterionMs, mark: claim.run, env: options.env, signal: guard.signal, ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
  })
  if (guard.signal.aborted) throw new FactoryError('run-over', `${claim.run} was ended while its criteria ran.`)
  await recordResults(workspace, claim.spec.id, results, transaction => requireLive(transaction.state.runs.live, claim), claim.run)
}

/** Records results as the kernel; `guard` may refuse first. */
export async function recordResults(workspace: Workspace, spec: ItemId, results: readonly CriterionResult[], guard: (transaction: Transaction) => void, run?: string): Promise<void> {
  await workspace.transact({ command: 'criteria', actor: 'kernel' }, transaction => {
    guard(transaction)
    const stored = results.map(result => ({ ...result, output: result.output === '' ? null : transaction.take(result.output) }))
    const context = { now: transaction.now, actor: 'kernel', config: transaction.config, writer: transaction.writer, nextId: transaction.nextId }
    transaction.append(recordCriteria(transaction.state, { spec, results: stored }, context), { actor: 'kernel', ...(run === undefined ? {} : { run }) })
  })
}
