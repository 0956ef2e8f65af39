/** The plan of a spec and how far its execution has come. */
import { idOf, wallTime } from '../src/events/types.ts'
import type { FactoryEvent } from '../src/events/types.ts'
import type { FoldContext } from './reducing.ts'
import type { Spec } from './spec.ts'
import { move } from './stage-moves.ts'

export function reducePlan(spec: Spec, event: FactoryEvent, context: FoldContext): void {
  if (event.type === 'plan.written') {
    if (!move(spec, event, context, 'planning')) return
    const { doc, round, strategy, segments, problems } = event.data
    spec.plan = { doc, round, strategy, segments, problems, status: 'written', feedback: null, done: [], standing: null, cleared: [] }
    return
  }
  const { plan } = spec
  if (plan === null) return
  switch (event.type) {
    case 'plan.validated':
      plan.status = 'validated'
      break
    case 'plan.rejected':
      plan.status = 'rejected'
      plan.feedback = event.data.doc
      break
    case 'segment.finished': {
      const { index, doc, commit } = event.data
      if (!plan.done.some(result => result.index === index)) plan.done.push({ index, doc, commit })
      break
    }
    case 'checkpoint.reached': {
      const { id, type, title, index } = event.data
      plan.standing = { id, type, title, index, since: wallTime(event) }
      break
    }
    case 'checkpoint.cleared':
      plan.cleared.push({ id: event.data.id, answer: event.data.answer })
      if (plan.standing?.id === event.data.id) plan.standing = null
      break
    default:
      return
  }
  spec.tries = null
  spec.last = idOf(event)
}
