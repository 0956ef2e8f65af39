/** How a verified change gets to its target, as far as it is recorded. Called by delivery. One delivery per verified attempt. */
import { Refusal } from '../error.ts'
import type { DataOf, ItemId } from '../events/types.ts'
import type { Spec } from '../../reducers/spec.ts'
import type { Decider } from './deciding.ts'
import { requireStage, specById, specStream } from './guards.ts'

type Of<Type extends 'delivery.requested' | 'delivery.finished' | 'delivery.failed' | 'delivery.superseded'> = { readonly spec: ItemId } & DataOf<Type>
const about = (spec: Spec) => ({ item: spec.id, stream: specStream(spec) })

/** The change is to be brought to its target; one that could not be is asked for again. */
export const requestDelivery: Decider<Of<'delivery.requested'>> = (state, { spec: id, ...data }) => {
  const spec = specById(state, id)
  requireStage(spec, ['verified', 'documented'], 'delivered')
  const { delivery } = spec
  const same = delivery !== null && delivery.commit === data.commit && delivery.target === data.target && delivery.mode === data.mode
  if (delivery?.status === 'delivered' || (same && delivery.status === 'requested')) return []
  return [{ type: 'delivery.requested', ...about(spec), data }]
}

function requireDelivery(spec: Spec): NonNullable<Spec['delivery']> {
  const { delivery } = spec
  if (delivery !== null && delivery.status !== 'superseded') return delivery
  throw new Refusal('not-legal-now', `No delivery of ${spec.name} is under way.`, `factory why ${spec.name}`)
}

/** The change reached its target, or needs nothing more. */
export const finishDelivery: Decider<Of<'delivery.finished'>> = (state, { spec: id, ...data }) => {
  const spec = specById(state, id)
  if (requireDelivery(spec).status === 'delivered') return []
  return [{ type: 'delivery.finished', ...about(spec), data }]
}

/** The change could not be brought there; the same reason twice is told once. */
export const failDelivery: Decider<Of<'delivery.failed'>> = (state, { spec: id, ...data }) => {
  const spec = specById(state, id)
  const delivery = requireDelivery(spec)
  if (delivery.status === 'delivered') throw new Refusal('not-legal-now', `${spec.name} was delivered already.`, `factory why ${spec.name}`)
  if (delivery.status === 'failed' && delivery.why === data.why && delivery.detail === data.detail) return []
  return [{ type: 'delivery.failed', ...about(spec), data: { ...data, paths: data.paths.slice(0, 1000) } }]
}

/** A later revision or attempt took its place. */
export const supersedeDelivery: Decider<Of<'delivery.superseded'>> = (state, { spec: id, by }) => {
  const spec = specById(state, id)
  if (spec.delivery === null || spec.delivery.status === 'superseded' || spec.delivery.status === 'delivered') return []
  return [{ type: 'delivery.superseded', ...about(spec), data: { by } }]
}
