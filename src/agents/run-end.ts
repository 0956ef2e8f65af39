/**
 * The end of a run, recorded once: finished with everything it handed over in one batch, or failed, timed out or cancelled with nothing
 * of it. Called by `executeRun` alone.
 */
import type { DecidingContext } from '../deciders/deciding.ts'
import { cancelRun, failRun, finishRun, timeOutRun } from '../deciders/runs.ts'
import { isFactoryError, messageOf } from '../error.ts'
import type { Doc, Draft, ItemId } from '../events/types.ts'
import type { Transaction } from '../workspace/session.ts'
import type { BackendResult, Fault } from './backends.ts'
import type { Claim } from './claim.ts'
import { isQuiet } from './command-backend.ts'
import { deliverSpec } from './delivery.ts'
import { settleChanges } from './escalation.ts'
import { judgeImport } from './import.ts'
import type { Imported } from './import.ts'
import type { Denied } from './import-changes.ts'
import { commitChanges, importCommit } from '../projects/clone.ts'
import type { CommittedChanges } from '../projects/clone.ts'
import { readView } from './read-view.ts'
import type { ReadBack } from './read-view.ts'
import type { Execution, RunOutcome } from './run.ts'
import { replacedPlace } from './view-places.ts'
import { removeView } from './views.ts'
import type { View } from './views.ts'

const mostDenials = 100
const nothingLeft: ReadBack = { changed: new Map(), removed: [], unfit: [], outbox: null }

interface Left { readonly back: ReadBack; readonly leading: readonly string[]; readonly commit: CommittedChanges | null; readonly problem: { readonly fault: Fault; readonly message: string } | null }

/** Reads the view back, without the lock, and records the end under it. */
export async function endRun(execution: Execution, view: View | null, result: BackendResult): Promise<RunOutcome> {
  const { workspace, claim, guard } = execution
  const asked = guard.signal.aborted && !result.ok ? { ...result, fault: 'cancelled' as const } : result
  const { config } = await workspace.look({ pending: false })
  const left = view === null ? { back: nothingLeft, leading: [], commit: null, problem: null } : await readLeft(claim, view, asked, { fileBytes: config.limits.fileBytes, files: config.limits.viewFiles * 2 })
  const ended = await workspace.transact({ command: `run ${claim.agent.name}`, actor: 'kernel' }, transaction => record(transaction, execution, view, asked, left))
  if (view !== null && ended.outcome === 'finished') removeView(view)
  if (ended.verified && claim.spec !== null) await deliverNow(execution, claim.spec.id)
  const { verified: _, ...outcome } = ended
  return outcome
}

/** The run is over whatever becomes of its change; what is left open is delivered by a later turn. */
async function deliverNow({ workspace, options }: Execution, spec: ItemId): Promise<void> {
  try {
    await deliverSpec(workspace, spec, options)
  } catch (error) {
    options.onProgress?.(`not delivered yet: ${messageOf(error)}`)
  }
}

async function readLeft(claim: Claim, view: View, result: BackendResult, limits: { fileBytes: number; files: number }): Promise<Left> {
  // Nothing is read, and nothing written, where the agent put something else in the place of what it was given.
  if (replacedPlace(view.places.view) !== null) return { back: nothingLeft, leading: [], commit: null, problem: { fault: 'agent', message: 'the agent took its view away, so nothing could be taken from it' } }
  const back = readView(view, limits)
  if (!result.ok || view.row.project !== 'write' || view.clone === null || claim.project === null) return { back, leading: [], commit: null, problem: null }
  if (replacedPlace(view.places.clone) !== null) return { back, leading: [], commit: null, problem: { fault: 'agent', message: `the agent took projects/${view.clone.name} away, so its changes could not be taken` } }
  try {
    const message = `${claim.spec?.name ?? claim.dispatch}, attempt ${claim.attempt}\n\nBuilt by ${claim.agent.name} in ${claim.run}.\n`
    const author = { name: `Factory ${claim.agent.name}`, email: `${claim.agent.name}@factory.invalid` }
    const leading: string[] = []
    const commit = await commitChanges({ clone: view.clone.path, project: claim.project.path, base: view.clone.commit, message, author, onLeftOut: paths => leading.push(...paths) })
    return { back, leading: leading.map(path => `projects/${claim.project?.name ?? ''}/${path}`), commit, problem: null }
  } catch (error) {
    return { back, leading: [], commit: null, problem: { fault: isFactoryError(error) && error.code === 'project-unfit' ? 'agent' : 'infrastructure', message: `the changes in the project could not be taken: ${messageOf(error)}` } }
  }
}

type Ended = RunOutcome & { readonly verified: boolean }

async function record(transaction: Transaction, execution: Execution, view: View | null, result: BackendResult, left: Left): Promise<Ended> {
  const { claim } = execution
  const live = transaction.state.runs.live[claim.run]
  if (live === undefined || live.fence !== claim.fence) return discard(transaction, execution, result, left)
  if (result.ok && view !== null) {
    if (left.problem !== null) return fail(transaction, execution, { ...result, ok: false, ...left.problem })
    return finish(transaction, execution, view, result, left)
  }
  if (result.fault === 'cancelled') return cancel(transaction, execution, result, left)
  return result.fault === 'timeout' ? timeOut(transaction, execution, result) : fail(transaction, execution, result)
}

const contextOf = (transaction: Transaction, actor: string): DecidingContext => ({ now: transaction.now, actor, config: transaction.config, writer: transaction.writer, nextId: transaction.nextId })
const kept = (transaction: Transaction, text: string): Doc | null => (text.trim() === '' ? null : transaction.take(text))

const spent = (transaction: Transaction, { elapsedMs }: Execution, { usage, costUsd, toolCalls, log }: BackendResult) => ({ durationMs: elapsedMs(), usage, costUsd, toolCalls, log: kept(transaction, log) })

function outcomeOf({ claim, elapsedMs }: Execution, outcome: RunOutcome['outcome'], more: Partial<Ended> = {}): Ended {
  return {
    run: claim.run, agent: claim.agent.name, dispatch: claim.dispatch, item: claim.spec?.id ?? claim.research?.id ?? null, outcome,
    quiet: false, progress: false, fault: null, message: '', durationMs: elapsedMs(), reply: '', verified: false, ...more,
  }
}

async function finish(transaction: Transaction, execution: Execution, view: View, result: BackendResult, left: Left): Promise<Ended> {
  const { claim } = execution
  const quiet = isQuiet(result.reply)
  const judged = await judgeImport(transaction, { claim, view, back: left.back, reply: result.reply, quiet, commit: left.commit?.commit ?? null })
  const imported = { ...judged, denied: [...judged.denied, ...left.leading.map((path): Denied => ({ path, want: 'write', why: 'a link that leads out of the project is not taken', doc: null }))] }
  const moved = await moveBranch(transaction, claim, view, left.commit)
  const progress = imported.progress
  const end = finishRun(transaction.state, { run: claim.run, ...spent(transaction, execution, result), reply: kept(transaction, result.reply), quiet, progress }, contextOf(transaction, 'kernel'))
  transaction.append([...imported.drafts, ...moved, ...denials(claim, imported.denied), ...end], { actor: `agent:${claim.agent.name}`, run: claim.run })
  await settleChanges(transaction, claim.agent.name, execution.options.env)
  report(execution, imported)
  return outcomeOf(execution, 'finished', { quiet, progress, reply: result.reply, verified: imported.drafts.some(draft => draft.type === 'spec.verified') })
}

/** What was not taken and what could not be read, while the person looks. */
function report({ options }: Execution, { denied, drafts }: Imported): void {
  for (const { path, why } of denied) options.onProgress?.(`not taken: ${path} (${why})`)
  for (const { type, data } of drafts) if (type === 'request.unparsed') options.onProgress?.(`not understood: ${data.source}, line ${data.line}: ${data.message}`)
}

/** The commit is brought into the project before the event that names it; a branch that moved ahead of a lost event is moved again. */
async function moveBranch(transaction: Transaction, claim: Claim, view: View, made: CommittedChanges | null): Promise<readonly Draft[]> {
  const { project, spec } = claim
  if (made === null || project === null || spec === null || view.clone === null) return []
  const branch = branchOf(spec.name)
  const known = transaction.state.projects[project.name]
  await importCommit({ project: project.path, clone: view.clone.path, commit: made.commit, branch })
  if (known === undefined) return []
  return [{
    type: 'branch.moved', item: known.item, stream: `project/${project.name}`, run: claim.run,
    data: { project: project.name, branch, commit: made.commit, from: known.branches[branch] ?? null, files: made.changedPaths.length },
  }]
}

/** `~` of a disambiguated name is no part of a ref. */
export const branchOf = (spec: string): string => `factory/${spec.replaceAll('~', '-')}`

function denials(claim: Claim, denied: readonly Denied[]): readonly Draft[] {
  const told = denied.slice(0, mostDenials)
  const more = denied.length - told.length
  const all: readonly Denied[] = more === 0 ? told : [...told, { path: '.', want: 'write', why: `and ${more} more`, doc: null }]
  return all.map(({ path, want, why, doc }) => ({
    type: 'access.denied', item: claim.item, stream: claim.stream, run: claim.run, data: { agent: claim.agent.name, path: printable(path), want, why: why.slice(0, 2000), doc },
  }))
}

/** Control characters of a file name are shown, not obeyed. */
const printable = (path: string): string => JSON.stringify(path.slice(0, 400)).slice(1, -1).slice(0, 500)

function fail(transaction: Transaction, execution: Execution, result: BackendResult): Ended {
  const fault: Fault = result.fault ?? 'agent'
  const message = result.message.slice(0, 2000)
  const { exitCode, until } = result
  transaction.append(failRun(transaction.state, { run: execution.claim.run, ...spent(transaction, execution, result), fault, message, exitCode, until }, contextOf(transaction, 'kernel')), { actor: 'kernel', run: execution.claim.run })
  return outcomeOf(execution, 'failed', { fault, message, reply: result.reply })
}

function timeOut(transaction: Transaction, execution: Execution, result: BackendResult): Ended {
  const deadline = result.deadline ?? 'wall-clock'
  transaction.append(timeOutRun(transaction.state, { run: execution.claim.run, ...spent(transaction, execution, result), deadline }, contextOf(transaction, 'kernel')), { actor: 'kernel', run: execution.claim.run })
  return outcomeOf(execution, 'timed-out', { fault: 'timeout', message: result.message, reply: result.reply })
}

function cancel(transaction: Transaction, execution: Execution, result: BackendResult, left: Left): Ended {
  const why = execution.guard.signal.aborted ? 'it was interrupted' : result.message
  const { log: _, ...cost } = { ...spent(transaction, execution, result) }
  transaction.append(cancelRun(transaction.state, { run: execution.claim.run, why, ...cost, log: kept(transaction, result.log), kept: listing(transaction, left.back) }, contextOf(transaction, 'kernel')), { actor: 'kernel', run: execution.claim.run })
  return outcomeOf(execution, 'cancelled', { fault: 'cancelled', message: why })
}

/** What the run had made, by path; null when it had made nothing. */
function listing(transaction: Transaction, back: ReadBack): Doc | null {
  if (back.changed.size === 0) return null
  const files = Object.fromEntries([...back.changed.values()].map(file => [file.path, transaction.take(file.bytes)]))
  return transaction.store(`${JSON.stringify({ files }, null, 2)}\n`)
}

/** Somebody else ended it: its end stands. What it had made is kept, and shown as not taken. */
function discard(transaction: Transaction, execution: Execution, result: BackendResult, left: Left): Ended {
  const { claim } = execution
  const denied = [...left.back.changed.values()].map((file): Denied => ({ path: file.path, want: 'write', why: 'the run was over before it was done; its version is kept here', doc: transaction.take(file.bytes) }))
  if (denied.length > 0) transaction.append(denials(claim, denied), { actor: `agent:${claim.agent.name}`, run: claim.run })
  return outcomeOf(execution, 'cancelled', { fault: 'cancelled', message: result.ok ? 'it was ended before its result was taken' : result.message })
}
