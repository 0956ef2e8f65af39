/**
 * Steps that need no agent: queueing a rebuild with its brief, promoting a small observation, clearing soft checkpoints, taking back
 * runs whose process is gone, recording gates. Each happens inside the caller's transaction, as the kernel.
 */
import { endMarked } from '../processes/marked-processes.ts'
import type { Decider, DecidingContext } from '../deciders/deciding.ts'
import { promoteObservation } from '../deciders/feedback.ts'
import { raiseGate } from '../deciders/holds.ts'
import { clearCheckpoint, reachCheckpoint } from '../deciders/plans.ts'
import { queueRebuild } from '../deciders/rebuilds.ts'
import { abandonRun } from '../deciders/runs.ts'
import { Refusal } from '../error.ts'
import type { FactoryEvent, SpecFields } from '../events/types.ts'
import { rebuildBrief } from '../formats/rebuild-brief.ts'
import { parseReport } from '../formats/report-document.ts'
import type { Observation } from '../../reducers/feedback.ts'
import type { Spec } from '../../reducers/spec.ts'
import type { Transaction } from '../workspace/session.ts'
import { appOf, nextStep } from './app-graph.ts'
import type { Candidate, Gate } from './candidate.ts'
import { holdingOf } from './look.ts'
import type { Local } from './look.ts'

export const contextOf = (transaction: Transaction, actor = 'kernel'): DecidingContext => ({
  now: transaction.now, actor, config: transaction.config, writer: transaction.writer, nextId: transaction.nextId,
})

/** Decides and appends as the kernel, or as whom is named. */
export function decide<Command>(transaction: Transaction, decider: Decider<Command>, command: Command, actor = 'kernel'): readonly FactoryEvent[] {
  const drafts = decider(transaction.state, command, contextOf(transaction, actor))
  return drafts.length === 0 ? [] : transaction.append(drafts, { actor })
}

/** Queues a failed spec again, with a brief made from its last report and the criteria that failed. Refuses as the decider does. */
export function queueRebuildOf(transaction: Transaction, spec: Spec, options: { readonly override: boolean; readonly actor?: string }): void {
  const reason = spec.attempts.at(-1)?.by === 'conflict' ? 'conflict' : 'failed'
  // Refused before anything is stored: a refusal leaves no trace.
  queueRebuild(transaction.state, { spec: spec.name, brief: unwritten, reason, override: options.override }, contextOf(transaction, options.actor))
  const brief = transaction.store(briefFor(transaction, spec))
  decide(transaction, queueRebuild, { spec: spec.name, brief, reason, override: options.override }, options.actor)
}

const unwritten = { sha256: '', bytes: 0 }

function briefFor(transaction: Transaction, spec: Spec): string {
  const last = spec.attempts.findLast(({ verdict }) => verdict === 'failed')
  const report = last === undefined ? null : transaction.text(last.doc)
  const read = report === null ? null : parseReport(report)
  const failed = spec.criteria.filter(({ ok }) => !ok)
  return rebuildBrief({
    name: spec.name, attempt: spec.attempt, priorFailure: last === undefined ? null : `tasks/failed/${spec.name}.v${last.attempt}.md`,
    priorScore: last?.score ?? read?.score ?? null, whatToFix: read?.whatToFix ?? '',
    failedCriteria: failed.map(({ id, exitCode, output }) => ({
      id, command: spec.fields.criteria.find(criterion => criterion.id === id)?.script ?? '', exitCode, output: output === null ? '' : transaction.text(output),
    })),
    ...(last?.by === 'conflict' && report !== null ? { conflict: report } : {}),
  })
}

const noFields: SpecFields = { project: null, app: null, scope: [], priority: null, due: null, criteria: [] }

/** Makes an observation an intent, as the kernel or as whom is named. Refuses as the decider does. */
export function promoteObservationOf(transaction: Transaction, observation: Observation, actor?: string): void {
  const text = `# ${observation.slug}\n\n${observation.text.trim()}\n\n## Source\n\n- observation: ${observation.file}\n- agent: ${observation.agent}\n- severity: ${observation.severity}\n`
  decide(transaction, promoteObservation, { observation: observation.id, title: observation.slug, doc: transaction.store(text), fields: noFields }, actor)
}

function promote(transaction: Transaction, candidate: Candidate): void {
  const observation = transaction.state.feedback.observations[candidate.item]
  if (observation === undefined) throw new Refusal('observation-not-found', `There is no observation ${candidate.name}.`, 'factory triage --list')
  promoteObservationOf(transaction, observation)
}

/** A candidate without an agent is done at once. */
export function kernelStep(transaction: Transaction, candidate: Candidate): void {
  const spec = candidate.spec === null ? undefined : transaction.state.specs.byId[candidate.spec]
  if (spec !== undefined) queueRebuildOf(transaction, spec, { override: false })
  else promote(transaction, candidate)
}

/** Lets execution pass the soft checkpoints before it. */
export function passSoftCheckpoints(transaction: Transaction, candidate: Candidate): void {
  const spec = candidate.spec === null ? undefined : transaction.state.specs.byId[candidate.spec]
  if (candidate.dispatch !== 'execute' || spec === undefined) return
  const next = nextStep(spec, appOf(spec, transaction.config) ?? null, transaction.config.limits)
  if (next.kind !== 'execute') return
  for (const { id } of next.passes) decide(transaction, clearCheckpoint, { spec: spec.id, id, answer: 'passed by policy' })
}

/** Takes back runs whose owner is gone; the items return to where they were. Returns their ids. */
export function takeBackRuns(transaction: Transaction, local: Local): readonly string[] {
  const look = { state: transaction.state, config: transaction.config, now: transaction.now, local }
  const gone = Object.values(transaction.state.runs.live).filter(run => holdingOf(run, look) === 'gone')
  for (const { id, writer } of gone) {
    // Its agent may have outlived the owner, and would go on beside the next run.
    if (writer === local.writer) endMarked(id)
    decide(transaction, abandonRun, { run: id, why: writer === local.writer ? 'the process that owned it is gone' : `nothing was heard of the clone ${writer} for a day` })
  }
  return gone.map(({ id }) => id)
}

const recorded: ReadonlySet<string> = new Set<Gate['kind']>(['no-progress', 'retry-limit', 'budget', 'plan-checkpoint'])

/** Records gates that candidates have newly come to, once each. Returns what was recorded. */
export function recordGates(transaction: Transaction, candidates: readonly Candidate[]): readonly Gate[] {
  return candidates.flatMap(candidate => candidate.blocked.filter(({ code }) => recorded.has(code)).flatMap(({ code, reason, until, mend }) => {
    reachStanding(transaction, candidate)
    const { specs, research } = transaction.state
    const raised = specs.byId[candidate.item]?.raised ?? research.byId[candidate.item]?.raised ?? []
    if (raised.includes(code)) return []
    decide(transaction, raiseGate, { item: candidate.item, kind: code, reason })
    return [{ kind: code as Gate['kind'], item: candidate.stream, reason, until, mend }]
  }))
}

function reachStanding(transaction: Transaction, candidate: Candidate): void {
  const spec = candidate.spec === null ? undefined : transaction.state.specs.byId[candidate.spec]
  if (candidate.dispatch !== 'execute' || spec === undefined) return
  const next = nextStep(spec, appOf(spec, transaction.config) ?? null, transaction.config.limits)
  if (next.kind !== 'checkpoint' || spec.plan?.standing?.id === next.checkpoint.id) return
  decide(transaction, reachCheckpoint, { spec: spec.id, id: next.checkpoint.id })
}
