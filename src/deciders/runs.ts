/**
 * Runs: claimed under a lease, and ended as exactly one of finished, failed, timed out, cancelled, abandoned. Called by the claim, by
 * the run itself and by recovery. What must hold: at most one live lease per item and clone, and nothing ends twice.
 */
import { Refusal } from '../error.ts'
import type { DataOf, Draft, EventOf, ItemId } from '../events/types.ts'
import type { Stage } from '../../reducers/reducing.ts'
import type { LiveRun } from '../../reducers/runs.ts'
import { isWaiting } from '../../reducers/spec-names.ts'
import type { Spec } from '../../reducers/spec.ts'
import type { State } from '../../reducers/state.ts'
import { budgetBlock } from './budgets.ts'
import type { Decider, DecidingContext } from './deciding.ts'
import { cancelled, mendFor, own, requireAttempt, runsOn, sinceMs, specById } from './guards.ts'

/** Elsewhere a lease stands until its end arrives, a person cancels it, or this long has passed. */
export const foreignLeaseMs = 24 * 60 * 60 * 1000

/** What a dispatch needs its spec to be; dispatches that are not here move nothing. */
const stagesOf: Readonly<Record<string, readonly Stage[]>> = {
  draft: ['inbox'], advance: ['drafting'], plan: ['ready', 'planning'], validate: ['planning'], build: ['ready', 'planning'], execute: ['planning'],
  verify: ['review'], document: ['verified'],
}

export type ClaimRun = Omit<DataOf<'run.claimed'>, 'fence'>

/** One draft, whose `run` is the new run's id. */
export const claimRun: Decider<ClaimRun> = (state, command, context) => {
  if (command.spec !== null) requireFit(state, specById(state, command.spec), command)
  const held = command.spec ?? command.subject
  if (held !== null) requireFree(state, held, context)
  requireBudget(state, command, context)
  const run = runId(context.nextId(0))
  return [{ type: 'run.claimed', stream: `run/${run}`, run, data: { ...command, fence: nextFence(state, held) } }]
}

export const runId = (id: ItemId): string => `run-${id.replace(':', '-')}`

function requireFit(state: State, spec: Spec, { dispatch, attempt }: ClaimRun): void {
  const legal = own(stagesOf, dispatch)
  if (legal === undefined) return
  if (!legal.includes(spec.stage)) throw new Refusal(spec.stage === 'building' ? 'claimed-already' : 'not-legal-now', `${spec.name} is ${spec.stage}; ${dispatch} needs it ${legal.join(' or ')}.`, mendFor(spec))
  if (isWaiting(state.specs, spec)) throw new Refusal('revision-waits', `Revision ${spec.revision} of ${spec.name} waits until the earlier one is over.`, `factory why ${spec.name}`)
  if (spec.conflict !== null) throw new Refusal('conflict', `Two clones moved ${spec.name} without knowing of each other.`, `factory decide ${spec.name} --entry conflict --answer keep`, 3)
  if (dispatch === 'build' || dispatch === 'execute') {
    if (attempt !== Math.max(1, spec.attempt)) requireAttempt(spec, attempt)
  } else if (dispatch === 'verify') requireAttempt(spec, attempt)
}

function requireFree(state: State, item: ItemId, context: DecidingContext): void {
  const run = runsOn(state, item).find(one => one.writer === context.writer || sinceMs(one, context.now) < foreignLeaseMs)
  if (run === undefined) return
  const where = run.writer === context.writer ? '' : ` on the clone ${run.writer}`
  throw new Refusal('claimed-already', `${run.agent} is at work on it${where} (${run.id}).`, `wait for its end, or factory cancel ${run.id}`)
}

function requireBudget(state: State, { agent, project, spec, reserve }: ClaimRun, { config, now }: DecidingContext): void {
  const stop = budgetBlock(state, config, { agent, project, spec, at: now, reserve })
  if (stop !== null) throw new Refusal('over-budget', `A run of ${agent} would exceed a budget: ${stop.reason}.`, stop.until === null ? 'factory config edit' : `wait until ${stop.until}, or factory config edit`, 3)
}

function nextFence(state: State, held: ItemId | null): number {
  if (held === null) return 1
  return 1 + Math.max(own(state.runs.fences, held) ?? 0, own(state.specs.byId, held)?.fence ?? 0)
}

function liveRun(state: State, run: string): LiveRun {
  const live = own(state.runs.live, run)
  if (live === undefined) throw new Refusal('run-not-live', `${run} is not in progress.`, `factory logs ${run}`)
  return live
}

function ownRun(state: State, run: string, { writer }: DecidingContext): LiveRun {
  const live = liveRun(state, run)
  if (live.writer !== writer) throw new Refusal('run-elsewhere', `${run} is in progress on the clone ${live.writer}.`, `factory sync, or factory cancel ${run}`)
  return live
}

type Ended<Type extends 'run.started' | 'run.finished' | 'run.failed' | 'run.timed-out'> = { readonly run: string } & EventOf<Type>['data']
const about = (live: LiveRun) => ({ item: live.item, stream: live.stream, run: live.id })

/** The view is materialised and the agent is being called. */
export const startRun: Decider<Ended<'run.started'>> = (state, { run, ...data }, context) =>
  [{ type: 'run.started', ...about(ownRun(state, run, context)), data }]

/** The agent ended well: only beside this event may a run carry transitions. */
export const finishRun: Decider<Ended<'run.finished'>> = (state, { run, ...data }, context) =>
  [{ type: 'run.finished', ...about(ownRun(state, run, context)), data }]

/** The agent ended badly. */
export const failRun: Decider<Ended<'run.failed'>> = (state, { run, ...data }, context) =>
  [{ type: 'run.failed', ...about(ownRun(state, run, context)), data }]

/** A deadline ended the run. */
export const timeOutRun: Decider<Ended<'run.timed-out'>> = (state, { run, ...data }, context) =>
  [{ type: 'run.timed-out', ...about(ownRun(state, run, context)), data }]

/** A person, an interrupt or a change of the item ended the run; also on another clone. What it had cost may be told. */
export const cancelRun: Decider<{ readonly run: string; readonly why: string } & Partial<Omit<DataOf<'run.cancelled'>, 'why'>>> = (state, { run, why, ...more }, { now }) =>
  [cancelled(liveRun(state, run), why, now, more)]

/** The process that owned the run is gone; of another clone's run this is known only after a day. */
export const abandonRun: Decider<{ readonly run: string; readonly why: string }> = (state, { run, why }, context) => {
  const live = liveRun(state, run)
  if (sinceMs(live, context.now) < foreignLeaseMs) ownRun(state, run, context)
  const drafts: readonly Draft[] = [{ type: 'run.abandoned', ...about(live), data: { why } }]
  return drafts
}
