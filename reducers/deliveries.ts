/** How a verified change gets to its target: requested, delivered, failed or superseded. Facts about the world never lose. */
import type { FactoryEvent } from '../src/events/types.ts'
import type { Spec } from './spec.ts'

export function reduceDelivery(spec: Spec, event: FactoryEvent): void {
  switch (event.type) {
    case 'delivery.requested':
      spec.delivery = { status: 'requested', ...event.data, detail: '', why: null }
      return
    case 'delivery.finished':
      if (spec.delivery !== null) spec.delivery = { ...spec.delivery, status: 'delivered', detail: event.data.how, commit: event.data.commit ?? spec.delivery.commit }
      return
    case 'delivery.failed':
      if (spec.delivery !== null) spec.delivery = { ...spec.delivery, status: 'failed', detail: event.data.detail, why: event.data.why }
      return
    case 'delivery.superseded':
      if (spec.delivery !== null) spec.delivery = { ...spec.delivery, status: 'superseded' }
      return
    default:
  }
}
