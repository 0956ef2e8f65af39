/** What becomes of a failure: queued again with a brief, within the limit of rebuilds, or closed by a person. */
import type { Config } from '../config/model.ts'
import { Refusal } from '../error.ts'
import type { DataOf, Doc } from '../events/types.ts'
import type { Spec } from '../../reducers/spec.ts'
import type { State } from '../../reducers/state.ts'
import { isPerson, specNamed } from './deciding.ts'
import type { Decider, DecidingContext } from './deciding.ts'
import { mendFor, requirePerson, revokedByPerson, specStream } from './guards.ts'

/** Whether all rebuilds that the configuration and people allowed are used up. */
export const overLimit = (spec: Spec, config: Config): boolean => spec.attempt - 1 >= config.limits.rebuilds + spec.overrides

/** Whether the spec may be queued again without a person. */
export const rebuildAllowed = (_state: State, spec: Spec, config: Config): boolean => spec.stage === 'failed' && !overLimit(spec, config)

export interface QueueRebuild { readonly spec: string; readonly brief: Doc; readonly reason: DataOf<'rebuild.queued'>['reason']; readonly override: boolean }

/** Queues a failed spec again; only a person may go past the limit, and that is recorded. */
export const queueRebuild: Decider<QueueRebuild> = (state, { spec: name, brief, reason, override }, context) => {
  const spec = specNamed(state, name)
  requireFailed(spec)
  requireAgreement(spec, context)
  const over = overLimit(spec, context.config)
  if (over && !override) throw new Refusal('retry-limit', `${spec.name} was rebuilt ${spec.attempt - 1} times and still fails.`, `look at factory why ${spec.name}; then factory rebuild ${spec.name} --override-limit, or factory resolve ${spec.name} --reason TEXT`, 3)
  if (over) requirePerson(context, 'go past the limit of rebuilds')
  return [
    ...revokedByPerson(state, spec, 'it was queued for a rebuild', context),
    { type: 'rebuild.queued', item: spec.id, stream: specStream(spec), data: { attempt: spec.attempt + 1, brief, reason, override: over } },
  ]
}

const queued: ReadonlySet<string> = new Set(['ready', 'planning', 'building'])

function requireFailed(spec: Spec): void {
  if (spec.stage === 'failed') return
  if (queued.has(spec.stage)) throw new Refusal('already-queued', `${spec.name} is queued already; it is ${spec.stage}.`, `factory run builder ${spec.name}`, 2)
  const early = spec.stage === 'inbox' || spec.stage === 'drafting'
  const missing = early ? `specs/archive/${spec.name}.md and tasks/failed/${spec.name}.md are missing` : `tasks/failed/${spec.name}.md is missing`
  throw new Refusal('not-failed', `${spec.name} is ${spec.stage}, not failed: ${missing}.`, mendFor(spec))
}

function requireAgreement(spec: Spec, { actor }: DecidingContext): void {
  if (spec.conflict === null || isPerson(actor)) return
  throw new Refusal('conflict', `Two clones moved ${spec.name} without knowing of each other; a person has to decide first.`, `factory decide ${spec.name} --entry conflict --answer keep`, 3)
}

/** Closes a failure without rebuilding. */
export const resolveFailure: Decider<{ readonly spec: string; readonly reason: string }> = (state, { spec: name, reason }, context) => {
  const spec = specNamed(state, name)
  if (reason.trim() === '') throw new Refusal('reason-missing', 'A failure is closed for a reason.', `factory resolve ${spec.name} --reason TEXT`)
  if (spec.stage === 'resolved') return []
  if (spec.stage !== 'failed') throw new Refusal('not-failed', `${spec.name} is ${spec.stage}; tasks/failed/${spec.name}.md is missing.`, mendFor(spec))
  requirePerson(context, 'close a failure')
  return [...revokedByPerson(state, spec, 'its failure was closed', context), { type: 'spec.resolved', item: spec.id, stream: specStream(spec), data: { reason } }]
}
