/**
 * Brings a verified change to its target, as its own small state machine: requested, then delivered or failed, retried while the target's
 * checkout is dirty. A target that moved on is merged into the branch first and the criteria run again on the result. Called after a
 * verifying run, and by `start` for what is still open. Project work happens outside the lock; each step is recorded.
 */
import { failSpec } from '../deciders/builds.ts'
import { failDelivery, finishDelivery, requestDelivery } from '../deciders/deliveries.ts'
import { requestEffect } from '../deciders/effects.ts'
import { openNeed } from '../deciders/feedback.ts'
import { Refusal, isFactoryError, messageOf } from '../error.ts'
import type { DataOf, Draft, ItemId } from '../events/types.ts'
import type { Transaction, Workspace } from '../workspace/session.ts'
import type { Spec } from '../../reducers/spec.ts'
import type { State } from '../../reducers/state.ts'
import type { Config, PolicyConfig } from '../config/model.ts'
import { recordResults } from './check-criteria.ts'
import { specOf } from './claim-facts.ts'
import { runCriteria } from './criteria.ts'
import { failedReport } from './criteria-text.ts'
import { conflictReport } from './conflict-report.ts'
import { isAncestor } from '../workspace/git.ts'
import { isDirty } from '../projects/branch.ts'
import { mergeInto } from '../projects/clone.ts'
import type { MergeResult } from '../projects/clone.ts'
import { resolveCommit } from '../projects/repository.ts'
import { projectNameFor, requireProject } from '../projects/projects.ts'
import type { LinkedProject } from '../projects/projects.ts'
import { branchOf } from './run-end.ts'

export interface DeliverOptions {
  readonly env: NodeJS.ProcessEnv
  readonly signal?: AbortSignal
  readonly onProgress?: (line: string) => void
}

export type DeliveryStep = 'delivered' | 'failed' | 'waiting' | 'nothing'

interface Job { readonly spec: Spec; readonly project: LinkedProject; readonly branch: string; readonly commit: string; readonly mode: PolicyConfig['deliver']; readonly setup: string | null }

const kernel = { actor: 'kernel' } as const
/** A target that keeps moving under the merge is left for the next turn. */
const mostMoves = 3

/** Specs whose change is not where it belongs yet, and may be brought there now. */
export const pendingDeliveries = (state: State): readonly ItemId[] => Object.values(state.specs.byId)
  .filter(spec => (spec.stage === 'verified' || spec.stage === 'documented') && spec.commit !== null && isOpen(spec)).map(spec => spec.id)

const isOpen = ({ delivery, stage }: Spec): boolean =>
  (delivery === null ? stage === 'verified' : delivery.status === 'requested' || (delivery.status === 'failed' && (delivery.why === 'dirty' || delivery.why === 'missing')))

/** Delivers all that is open, one after the other. */
export async function deliverPending(workspace: Workspace, options: DeliverOptions): Promise<readonly { readonly spec: ItemId; readonly step: DeliveryStep }[]> {
  const { state } = await workspace.look({ pending: false })
  const steps: { spec: ItemId; step: DeliveryStep }[] = []
  for (const spec of pendingDeliveries(state)) {
    if (options.signal?.aborted === true) break
    steps.push({ spec, step: await deliverSpec(workspace, spec, options) })
  }
  return steps
}

/** One delivery as far as it gets now. What goes wrong is recorded, not thrown. */
export async function deliverSpec(workspace: Workspace, id: ItemId, options: DeliverOptions): Promise<DeliveryStep> {
  const job = await request(workspace, id)
  if (job === null) return 'nothing'
  try {
    if (job.mode === 'none') return await finished(workspace, job, { how: 'kept-on-branch', commit: job.commit })
    if (job.mode === 'pull-request') return await askForPull(workspace, job)
    return await merge(workspace, job, options)
  } catch (error) {
    return failed(workspace, job, { why: 'error', paths: [], detail: (isFactoryError(error) ? error.message : messageOf(error)).slice(0, 2000) })
  }
}

/** Records the request, or why there is nothing to ask for. */
async function request(workspace: Workspace, id: ItemId): Promise<Job | null> {
  return workspace.transact({ command: 'deliver', actor: 'kernel' }, transaction => {
    const { state, config } = transaction
    const spec = specOf(state, id)
    if (!pendingDeliveries(state).includes(id) || spec.commit === null) return null
    const project = projectHere(transaction, spec)
    if (project === null) return null
    const { name } = project
    const job: Job = { spec, project: { ...project, target: config.projects[name]?.target ?? project.target }, branch: branchOf(spec.name), commit: spec.commit, mode: modeOf(config, name), setup: config.projects[name]?.setup ?? null }
    decide(transaction, requestDelivery(state, { spec: id, project: name, branch: job.branch, commit: job.commit, target: job.project.target, mode: job.mode }, contextOf(transaction)))
    return job
  })
}

/** A project that is on another machine is delivered from there. */
function projectHere(transaction: Transaction, spec: Spec): LinkedProject | null {
  try {
    const name = projectNameFor(transaction.state, transaction, spec)
    return name === null ? null : requireProject(transaction.state, transaction, name)
  } catch (error) {
    if (error instanceof Refusal) return null
    throw error
  }
}

const modeOf = (config: Config, project: string): PolicyConfig['deliver'] => config.projects[project]?.deliver ?? config.policy.deliver
const contextOf = (transaction: Transaction) => ({ now: transaction.now, actor: 'kernel', config: transaction.config, writer: transaction.writer, nextId: transaction.nextId })
const decide = (transaction: Transaction, drafts: readonly Draft[]): void => { if (drafts.length > 0) transaction.append(drafts, kernel) }

async function merge(workspace: Workspace, job: Job, options: DeliverOptions): Promise<DeliveryStep> {
  for (let moves = 0; moves < mostMoves; moves += 1) {
    const head = resolveCommit(job.project.path, `refs/heads/${job.project.target}`)
    if (head === null) return failed(workspace, job, { why: 'missing', paths: [], detail: `the project has no branch ${job.project.target}` })
    if (await isAncestor(job.project.path, job.commit, head)) return finished(workspace, job, { how: 'up-to-date', commit: head })
    const joined = await joinTarget(job, head)
    if (joined.outcome === 'conflict') return conflicted(workspace, job, head, joined.paths)
    if (joined.outcome === 'dirty') return dirty(workspace, job, job.branch)
    if (await isDirty(job.project.path, job.project.target, head, joined.commit)) return dirty(workspace, job, job.project.target)
    if (joined.commit !== job.commit && !(await passesAgain(workspace, job, joined.commit, head, options))) return 'failed'
    if (resolveCommit(job.project.path, `refs/heads/${job.project.target}`) !== head) continue
    const result = await mergeInto({ project: job.project.path, branch: joined.commit, target: job.project.target })
    if (result.outcome === 'conflict') continue
    if (result.outcome === 'dirty') return dirty(workspace, job, job.project.target)
    return finished(workspace, job, { how: result.outcome, commit: result.commit })
  }
  return 'waiting'
}

/** The branch holds what was verified; a target that moved on is merged into it. */
async function joinTarget(job: Job, head: string): Promise<MergeResult> {
  const { path, target } = job.project
  const onTarget = await mergeInto({ project: path, branch: head, target: job.branch, message: `Merge ${target} into ${job.branch}` })
  return onTarget.outcome === 'up-to-date' || onTarget.outcome === 'fast-forward' ? { outcome: 'up-to-date', commit: onTarget.commit } : onTarget
}

async function passesAgain(workspace: Workspace, job: Job, commit: string, head: string, options: DeliverOptions): Promise<boolean> {
  if (commit === head) return true
  const { config } = await workspace.look({ pending: false })
  options.onProgress?.(`${job.project.target} has moved: the criteria of ${job.spec.name} run again on the merge`)
  const results = await runCriteria({ project: job.project.path, commit, base: null, criteria: job.spec.fields.criteria, setup: job.setup, criterionMs: config.limits.criterionMs, env: options.env, ...(options.signal === undefined ? {} : { signal: options.signal }) })
  const failing = results.filter(result => !result.ok).map(result => result.id)
  if (failing.length === 0) return true
  await recordResults(workspace, job.spec.id, results, () => {})
  await workspace.transact({ command: 'deliver', ...kernel }, transaction => {
    decide(transaction, failDelivery(transaction.state, { spec: job.spec.id, why: 'criteria', paths: [], detail: `on the merge with ${job.project.target}: ${failing.join(', ')}` }, contextOf(transaction)))
    const doc = transaction.store(failedReport(transaction.state, job.spec.id, null, transaction))
    decide(transaction, failSpec(transaction.state, { spec: job.spec.id, attempt: job.spec.attempt, doc, score: null, by: 'criteria', failedCriteria: failing }, contextOf(transaction)))
  })
  return false
}

/** A text conflict starts a rebuild: its report, with both sides, becomes the brief. */
async function conflicted(workspace: Workspace, job: Job, head: string, paths: readonly string[]): Promise<DeliveryStep> {
  const report = await conflictReport({ project: job.project.path, name: job.spec.name, target: job.project.target, head, commit: job.commit, base: job.spec.base, paths })
  return workspace.transact({ command: 'deliver', ...kernel }, transaction => {
    decide(transaction, failDelivery(transaction.state, { spec: job.spec.id, why: 'conflict', paths: paths.map(path => path.slice(0, 500)), detail: `conflicts with ${job.project.target}` }, contextOf(transaction)))
    const spec = specOf(transaction.state, job.spec.id)
    if (spec.stage === 'verified') {
      decide(transaction, failSpec(transaction.state, { spec: spec.id, attempt: spec.attempt, doc: transaction.take(report), score: null, by: 'conflict', failedCriteria: [] }, contextOf(transaction)))
    } else need(transaction, job, `conflicts with ${job.project.target}`, `merge ${job.branch} into ${job.project.target} by hand: ${paths.slice(0, 20).join(', ')}`)
    return 'failed'
  })
}

async function dirty(workspace: Workspace, job: Job, branch: string): Promise<DeliveryStep> {
  await workspace.transact({ command: 'deliver', ...kernel }, transaction => {
    decide(transaction, failDelivery(transaction.state, { spec: job.spec.id, why: 'dirty', paths: [], detail: `${branch} is checked out with changes that are not committed` }, contextOf(transaction)))
    need(transaction, job, `${job.spec.name} cannot be merged: ${branch} is checked out in ${job.project.name} with changes that are not committed`, `commit them or put them aside; the next turn of factory start delivers ${job.spec.name}`)
  })
  return 'waiting'
}

/** One need per delivery, however often it is tried. */
function need(transaction: Transaction, job: Job, blocked: string, context: string): void {
  const key = `deliver-${job.spec.name}`.slice(0, 200)
  if (Object.values(transaction.state.feedback.needs).some(one => one.key === key && one.status === 'open')) return
  decide(transaction, openNeed(transaction.state, { id: key, agent: 'kernel', category: 'manual-intervention', blocked, context, change: null, held: null }, contextOf(transaction)))
}

async function finished(workspace: Workspace, job: Job, how: DataOf<'delivery.finished'>): Promise<DeliveryStep> {
  await workspace.transact({ command: 'deliver', ...kernel }, transaction => {
    decide(transaction, finishDelivery(transaction.state, { spec: job.spec.id, ...how }, contextOf(transaction)))
    resolveNeed(transaction, job)
  })
  return 'delivered'
}

/** What was asked of a person for this delivery is met. */
function resolveNeed(transaction: Transaction, job: Job): void {
  const open = Object.values(transaction.state.feedback.needs).find(one => one.key === `deliver-${job.spec.name}`.slice(0, 200) && one.status === 'open')
  if (open !== undefined) decide(transaction, [{ type: 'need.resolved', item: open.id, stream: `need/${open.agent}/${open.key}`, data: { note: `${job.spec.name} was delivered` } }])
}

async function failed(workspace: Workspace, job: Job, why: DataOf<'delivery.failed'>): Promise<DeliveryStep> {
  await workspace.transact({ command: 'deliver', ...kernel }, transaction => decide(transaction, failDelivery(transaction.state, { spec: job.spec.id, ...why }, contextOf(transaction))))
  return 'failed'
}

/** The branch waits in the project; asking for the pull request itself is an effect outside. */
async function askForPull(workspace: Workspace, job: Job): Promise<DeliveryStep> {
  await workspace.transact({ command: 'deliver', ...kernel }, transaction => {
    const { spec, project, branch, commit } = job
    const payload = { spec: spec.name, title: spec.title, project: project.name, branch, commit, target: project.target }
    decide(transaction, requestEffect(transaction.state, { kind: 'pull-request', dedupe: `pull-request:${spec.id}:${commit}`, payload }, contextOf(transaction)))
    decide(transaction, finishDelivery(transaction.state, { spec: spec.id, how: 'pull-request', commit }, contextOf(transaction)))
  })
  return 'delivered'
}
