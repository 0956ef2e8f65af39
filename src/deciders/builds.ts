/**
 * A build handed over, its criteria, and the verdict. Called by import and the criteria runner. What must hold: a build is submitted by
 * the run that made it, verified only by a verifier's run on the same attempt, and never while a criterion failed or was not run.
 */
import { Refusal } from '../error.ts'
import type { DataOf, Doc, ItemId } from '../events/types.ts'
import type { Spec } from '../../reducers/spec.ts'
import type { State } from '../../reducers/state.ts'
import type { Decider, DecidingContext } from './deciding.ts'
import { agentOf, requireAttempt, requireStage, runsOn, specById, specStream } from './guards.ts'

export interface SubmitBuild {
  readonly spec: ItemId
  readonly attempt: number
  readonly report: Doc
  readonly notes: Doc | null
  readonly commit: string | null
  readonly base: string | null
}

/** The run that builds the spec hands its build over for review. */
export const submitBuild: Decider<SubmitBuild> = (state, { spec: id, attempt, report, notes, commit, base }, context) => {
  const spec = specById(state, id)
  if (spec.stage === 'review' && spec.attempt === attempt && spec.report?.sha256 === report.sha256 && spec.commit === commit) return []
  requireStage(spec, ['building'], 'submitted for review')
  requireAttempt(spec, attempt)
  requireBuilder(spec, context)
  return [{ type: 'build.submitted', ...about(spec), data: { attempt, report, notes, commit, base } }]
}

const about = (spec: Spec) => ({ item: spec.id, stream: specStream(spec) })

function requireBuilder(spec: Spec, { actor }: DecidingContext): void {
  if (spec.builder !== null && agentOf(actor) === spec.builder.agent) return
  throw new Refusal('run-only', `A build of ${spec.name} is handed over by the run that made it, not by ${actor}.`, `factory run builder ${spec.name}`)
}

function requireVerifier(state: State, spec: Spec, attempt: number, by: string, { actor }: DecidingContext): void {
  const own = runsOn(state, spec.id).some(run => run.dispatch === 'verify' && run.attempt === attempt && run.agent === agentOf(actor))
  if (by === 'verify' && own) return
  throw new Refusal('verifier-only', `Only a verifier's run on attempt ${attempt} of ${spec.name} may judge it; this came from ${actor}.`, `factory run verifier ${spec.name}`)
}

export type CriterionResult = Omit<DataOf<'criterion.checked'>, 'attempt'>

/** What the kernel found when it ran the criteria on the submitted commit. */
export const recordCriteria: Decider<{ readonly spec: ItemId; readonly results: readonly CriterionResult[] }> = (state, { spec: id, results }) => {
  const spec = specById(state, id)
  requireStage(spec, ['review', 'verified'], 'checked')
  const strange = results.find(result => !spec.fields.criteria.some(criterion => criterion.id === result.id))
  if (strange !== undefined) throw new Refusal('criterion-unknown', `${spec.name} has no criterion ${JSON.stringify(strange.id)}.`, `factory why ${spec.name}`)
  return results.map(({ id: criterion, commit, ok, exitCode, reason, durationMs, output, provesNothing }) =>
    ({ type: 'criterion.checked', ...about(spec), data: { attempt: spec.attempt, id: criterion, commit, ok, exitCode, reason, durationMs, output, provesNothing } }))
}

/** Criteria of the spec as readied that failed, and those without a result, for the attempt in hand. */
export function criteriaVerdict(spec: Spec): { readonly failed: readonly string[]; readonly missing: readonly string[] } {
  return {
    failed: spec.criteria.filter(result => !result.ok).map(result => result.id),
    missing: spec.fields.criteria.filter(criterion => !spec.criteria.some(result => result.id === criterion.id)).map(criterion => criterion.id),
  }
}

export interface VerifySpec {
  readonly spec: ItemId
  readonly attempt: number
  readonly doc: Doc
  readonly score: number | null
  readonly commit: string | null
  readonly by: { readonly dispatch: string }
}

/** A verifier's run found the build satisfying, and so did every criterion. */
export const verifySpec: Decider<VerifySpec> = (state, { spec: id, attempt, doc, score, commit, by }, context) => {
  const spec = specById(state, id)
  requireStage(spec, ['review'], 'verified')
  requireAttempt(spec, attempt)
  requireVerifier(state, spec, attempt, by.dispatch, context)
  const { failed, missing } = criteriaVerdict(spec)
  if (failed.length > 0) throw new Refusal('criteria-failed', `${spec.name} cannot be verified: ${failed.join(', ')} failed, and no opinion changes that.`, `factory why ${spec.name}`)
  if (missing.length > 0) throw new Refusal('criteria-missing', `${spec.name} cannot be verified: ${missing.join(', ')} was not run.`, `factory run verifier ${spec.name}`)
  return [{ type: 'spec.verified', ...about(spec), data: { attempt, doc, score, commit } }]
}

export interface FailSpec {
  readonly spec: ItemId
  readonly attempt: number
  readonly doc: Doc
  readonly score: number | null
  readonly by: DataOf<'spec.failed'>['by']
  readonly failedCriteria: readonly string[]
}

/** Where each kind of judge may find a build wanting; a conflict or a criterion may still show when the change is delivered. */
const judged = { verifier: ['review'], criteria: ['review', 'verified'], conflict: ['review', 'verified'], builder: ['building'] } as const

/** The build was found wanting. */
export const failSpec: Decider<FailSpec> = (state, { spec: id, attempt, doc, score, by, failedCriteria }, context) => {
  const spec = specById(state, id)
  const last = spec.attempts.at(-1)
  if (spec.stage === 'failed' && last?.attempt === attempt && last.by === by && last.doc.sha256 === doc.sha256) return []
  requireStage(spec, judged[by], 'failed')
  requireAttempt(spec, attempt)
  if (by === 'builder') requireBuilder(spec, context)
  if (by === 'verifier') requireVerifier(state, spec, attempt, 'verify', context)
  return [{ type: 'spec.failed', ...about(spec), data: { attempt, doc, score, by, failedCriteria: [...failedCriteria] } }]
}
