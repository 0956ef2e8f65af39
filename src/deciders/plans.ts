/**
 * Plans: handed over, accepted or sent back, executed segment by segment, with checkpoints between. Called by import and the
 * directory protocol. How many rounds of planning there may be is the planner's business: a rejected plan past its rounds is gated.
 */
import { Refusal } from '../error.ts'
import type { DataOf, Doc, Draft, ItemId } from '../events/types.ts'
import type { PlanState, Spec } from '../../reducers/spec.ts'
import { isPerson } from './deciding.ts'
import type { Decider } from './deciding.ts'
import { mendFor, requireStage, revokedByPerson, refuseAgents, specById, specStream } from './guards.ts'

type Written = DataOf<'plan.written'>
type Segment = Written['segments'][number]
export interface WritePlan {
  readonly spec: ItemId
  readonly doc: Doc
  readonly plan: { readonly strategy: Written['strategy']; readonly segments: readonly Segment[]; readonly problems: readonly string[] }
  /** What the planner is told of the problems. */
  readonly feedback: Doc | null
}

/** A plan was handed over. One that could not be read whole is sent back at once. */
export const writePlan: Decider<WritePlan> = (state, { spec: id, doc, plan, feedback }, context) => {
  const spec = specById(state, id)
  requireStage(spec, ['ready', 'planning'], 'planned')
  if (spec.stage === 'planning' && spec.plan?.doc.sha256 === doc.sha256 && spec.plan.status !== 'rejected') return []
  const round = (spec.plan?.round ?? 0) + 1
  const problems = plan.problems.slice(0, 50).map(problem => problem.slice(0, 500))
  const written: Draft = { type: 'plan.written', ...about(spec), data: { doc, round, strategy: plan.strategy, segments: plan.segments.map(short), problems } }
  const rejected: readonly Draft[] = problems.length === 0 ? [] : [{ type: 'plan.rejected', ...about(spec), data: { round, by: 'kernel', doc: feedback ?? doc } }]
  return [...revokedByPerson(state, spec, 'its plan was changed', context), written, ...rejected]
}

const short = ({ title, checkpoint, empty }: Segment): Segment => ({ title: title.slice(0, 500), ...(empty === true ? { empty } : {}), checkpoint: checkpoint === null ? null : { ...checkpoint, title: checkpoint.title.slice(0, 500) } })
const about = (spec: Spec) => ({ item: spec.id, stream: specStream(spec) })

function planOf(spec: Spec, what: string): PlanState {
  requireStage(spec, ['planning'], what)
  if (spec.plan === null) throw new Refusal('not-legal-now', `${spec.name} has no plan.`, mendFor(spec))
  return spec.plan
}

/** The plan was accepted: it may be executed. */
export const validatePlan: Decider<{ readonly spec: ItemId; readonly by: string }> = (state, { spec: id, by }) => {
  const spec = specById(state, id)
  const plan = planOf(spec, 'accepted')
  if (plan.status === 'validated') return []
  if (plan.status === 'rejected') throw new Refusal('not-legal-now', `The plan of ${spec.name} was sent back.`, `write another one: factory run builder ${spec.name}`)
  return [{ type: 'plan.validated', ...about(spec), data: { round: plan.round, by } }]
}

/** The plan was sent back with reasons. */
export const rejectPlan: Decider<{ readonly spec: ItemId; readonly by: string; readonly doc: Doc }> = (state, { spec: id, by, doc }, context) => {
  const spec = specById(state, id)
  const plan = planOf(spec, 'sent back')
  if (plan.status === 'rejected') return []
  return [...revokedByPerson(state, spec, 'its plan was sent back', context), { type: 'plan.rejected', ...about(spec), data: { round: plan.round, by, doc } }]
}

export interface FinishSegment { readonly spec: ItemId; readonly index: number; readonly doc: Doc | null; readonly commit: string | null }

/** One segment was executed; segments are executed in order. */
export const finishSegment: Decider<FinishSegment> = (state, { spec: id, index, doc, commit }, context) => {
  const spec = specById(state, id)
  if (isPerson(context.actor)) throw new Refusal('run-only', `A segment of ${spec.name} is executed by a run, not by hand.`, `factory run builder ${spec.name}`)
  requireStage(spec, ['building', 'planning'], 'executed')
  const { plan } = spec
  if (plan === null || plan.status === 'rejected') throw new Refusal('not-legal-now', `${spec.name} has no plan to execute.`, mendFor(spec))
  if (plan.done.some(result => result.index === index)) return []
  const next = plan.segments.findIndex((_, at) => !plan.done.some(result => result.index === at))
  if (index !== next) throw new Refusal('not-legal-now', `Segment ${index + 1} of ${spec.name} is not the next one${next === -1 ? '' : `, which is ${next + 1}`}.`, `factory why ${spec.name}`)
  return [{ type: 'segment.finished', ...about(spec), data: { index, doc, commit } }]
}

function checkpointOf(spec: Spec, id: string): { readonly type: string; readonly title: string; readonly index: number } {
  const index = spec.plan?.segments.findIndex(segment => segment.checkpoint?.id === id) ?? -1
  const checkpoint = spec.plan?.segments[index]?.checkpoint
  if (checkpoint == null) throw new Refusal('entry-not-found', `The plan of ${spec.name} has no checkpoint ${JSON.stringify(id)}.`, `factory decide ${spec.name}`)
  return { type: checkpoint.type, title: checkpoint.title, index }
}

const isCleared = (spec: Spec, id: string): boolean => spec.plan?.cleared.some(one => one.id === id) ?? false

/** Execution stands at a checkpoint. */
export const reachCheckpoint: Decider<{ readonly spec: ItemId; readonly id: string }> = (state, { spec: item, id }) => {
  const spec = specById(state, item)
  const { type, title, index } = checkpointOf(spec, id)
  if (isCleared(spec, id) || spec.plan?.standing?.id === id) return []
  requireStage(spec, ['planning', 'building'], 'held at a checkpoint')
  return [{ type: 'checkpoint.reached', ...about(spec), data: { id, index, type, title } }]
}

/** Lets execution pass. A look by a person may be waived by policy; a decision or an action of a person never is. */
export const clearCheckpoint: Decider<{ readonly spec: ItemId; readonly id: string; readonly answer: string }> = (state, { spec: item, id, answer }, context) => {
  const spec = specById(state, item)
  const { type } = checkpointOf(spec, id)
  if (isCleared(spec, id)) return []
  refuseAgents(context, 'clear a checkpoint')
  if (type !== 'human-verify' && !isPerson(context.actor)) throw new Refusal('person-only', `Checkpoint ${id} of ${spec.name} asks for a person.`, `factory decide ${spec.name} --entry ${id} --answer TEXT`, 3)
  requireStage(spec, ['planning', 'building'], 'let past a checkpoint')
  return [{ type: 'checkpoint.cleared', ...about(spec), data: { id, answer } }]
}
