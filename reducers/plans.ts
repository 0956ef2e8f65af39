/** The plan of a spec and how far its execution has come. */
import { idOf, wallTime } from '../src/events/types.ts'
import type { FactoryEvent } from '../src/events/types.ts'
import type { FoldContext } from './reducing.ts'
import type { PlanState, Spec } from './spec.ts'
import { move } from './stage-moves.ts'

export function reducePlan(spec: Spec, event: FactoryEvent, context: FoldContext): void {
  if (event.type === 'plan.written') {
    if (!move(spec, event, context, 'planning')) return
    const { doc, round, strategy, segments, problems } = event.data
    // What holds no work is done without a run.
    const done = segments.flatMap(({ empty }, index) => (empty === true ? [{ index, doc: null, commit: null }] : []))
    spec.plan = { doc, round, strategy, segments, problems, status: 'written', feedback: null, done, standing: null, cleared: [] }
    return
  }
  if (spec.plan === null || !reduceStanding(spec, spec.plan, event, context)) return
  spec.tries = null
  spec.last = idOf(event)
}

/** What happened to the plan that stands; false: nothing did. A judgement of a plan that another clone replaced or judged first is lost. */
function reduceStanding(spec: Spec, plan: PlanState, event: FactoryEvent, context: FoldContext): boolean {
  switch (event.type) {
    case 'plan.validated':
    case 'plan.rejected':
      if (!context.saw(spec.last)) { context.lost(spec.last); return false }
      plan.status = event.type === 'plan.validated' ? 'validated' : 'rejected'
      if (event.type === 'plan.rejected') plan.feedback = event.data.doc
      return true
    case 'segment.finished': {
      const { index, doc, commit } = event.data
      if (!plan.done.some(result => result.index === index)) plan.done.push({ index, doc, commit })
      return true
    }
    case 'checkpoint.reached': {
      const { id, type, title, index } = event.data
      plan.standing = { id, type, title, index, since: wallTime(event) }
      return true
    }
    case 'checkpoint.cleared':
      return clear(spec, plan, event.data, context)
    default:
      return false
  }
}

/** The first answer stands; another one that did not know of it is reported. */
function clear(spec: Spec, plan: PlanState, { id, answer }: { readonly id: string; readonly answer: string }, context: FoldContext): boolean {
  const known = plan.cleared.find(one => one.id === id)
  if (known === undefined) plan.cleared.push({ id, answer })
  else if (known.answer !== answer && !context.saw(spec.last)) context.lost(spec.last)
  if (plan.standing?.id === id) plan.standing = null
  return known === undefined
}
