/**
 * Gates of a spec that are answered like questions: `conflict`, `no-progress`, `retry-limit`, and the checkpoints of its plan.
 * Called by `decisions.ts`. A gate that does not stand is not an entry.
 */
import type { Config } from '../config/model.ts'
import { Refusal } from '../error.ts'
import type { Draft } from '../events/types.ts'
import type { PlanState, Spec } from '../../reducers/spec.ts'
import { specStream } from './guards.ts'
import { overLimit } from './rebuilds.ts'

export type AnswerableGate = 'conflict' | 'no-progress' | 'retry-limit'

const stands: { readonly [Kind in AnswerableGate]: (spec: Spec, config: Config) => boolean } = {
  'conflict': spec => spec.conflict !== null || spec.disputes.length > 0,
  'no-progress': (spec, config) => spec.raised.includes('no-progress') || (spec.tries?.count ?? 0) >= config.limits.noProgress,
  'retry-limit': (spec, config) => spec.raised.includes('retry-limit') || (spec.stage === 'failed' && overLimit(spec, config)) || spec.plan?.status === 'rejected',
}

const kinds = Object.keys(stands) as readonly AnswerableGate[]

/** Whether this gate of the spec waits for somebody. */
export const gateStands = (spec: Spec, kind: string, config: Config): boolean => {
  const known = kinds.find(one => one === kind)
  return known === undefined ? spec.raised.includes(kind) : stands[known](spec, config)
}

/** The entries that `answerGate` would take now. */
export const answerableGates = (spec: Spec, config: Config): readonly string[] =>
  [...kinds.filter(kind => stands[kind](spec, config)), ...(spec.plan === null ? [] : checkpointsReached(spec.plan))]

/** The events of the answer; null: there is no such entry. */
export function answerGate(spec: Spec, entry: string, answer: string, config: Config): readonly Draft[] | null {
  const about = { item: spec.id, stream: specStream(spec) }
  if (kinds.some(kind => kind === entry) && gateStands(spec, entry, config)) return [{ type: 'gate.lifted', ...about, data: { kind: entry, answer } }]
  const { plan } = spec
  if (plan === null || !plan.segments.some(({ checkpoint }) => checkpoint?.id === entry)) return null
  if (plan.cleared.some(({ id }) => id === entry)) throw new Refusal('already-answered', `Checkpoint ${entry} of ${spec.name} is passed.`, `factory why ${spec.name}`)
  if (!checkpointsReached(plan).includes(entry)) throw new Refusal('not-legal-now', `The work on ${spec.name} has not come to checkpoint ${entry}.`, `factory status shows where it stands`)
  return [{ type: 'checkpoint.cleared', ...about, data: { id: entry, answer } }]
}

/** Checkpoints whose segment is executed, or at which execution stands, and that nobody has cleared. */
function checkpointsReached(plan: PlanState): readonly string[] {
  const first = plan.segments.findIndex((_, index) => !plan.done.some(result => result.index === index))
  const end = first === -1 ? plan.segments.length : first
  return plan.segments.flatMap(({ checkpoint }, index) => {
    if (checkpoint === null || plan.cleared.some(({ id }) => id === checkpoint.id)) return []
    return index < end || plan.standing?.id === checkpoint.id ? [checkpoint.id] : []
  })
}
