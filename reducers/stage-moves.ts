/** How a spec moves between stages, and who wins when two clones moved it without knowing of each other. */
import { idOf, wallTime } from '../src/events/types.ts'
import type { FactoryEvent } from '../src/events/types.ts'
import type { FoldContext, Stage } from './reducing.ts'
import type { Spec } from './spec.ts'

const rank: Readonly<Record<Stage, number>> = { inbox: 0, drafting: 1, withdrawn: 1.5, ready: 2, planning: 3, building: 4, review: 5, failed: 6, resolved: 6.5, verified: 7, documented: 8 }

/**
 * Moves the spec, unless the move was decided without having seen the one that stands. Then the earlier wins and this one is
 * reported; if it goes further, later facts were based on it, so the furthest stage is kept and a person decides.
 */
export function move(spec: Spec, event: FactoryEvent, context: FoldContext, to: Stage, attempt = spec.attempt): boolean {
  const contested = spec.disputes.find(answer => !context.saw(answer))
  if (context.saw(spec.last) && contested === undefined) return settle(spec, event, to)
  const winner = contested ?? spec.last
  if (contested === undefined) context.lost(winner)
  if (attempt * 100 + rank[to] <= spec.attempt * 100 + rank[spec.stage]) return false
  spec.conflict ??= { winner, loser: idOf(event), since: wallTime(event) }
  return settle(spec, event, to)
}

function settle(spec: Spec, event: FactoryEvent, to: Stage): true {
  if (spec.stage !== to) spec.stageSince = wallTime(event)
  spec.stage = to
  spec.last = idOf(event)
  spec.tries = null
  spec.raised = []
  if (to === 'documented' || to === 'resolved') forgetWork(spec)
  return true
}

/** What only the work on it needed; the log keeps it, the state of thousands of finished specs does not. */
function forgetWork(spec: Spec): void {
  spec.criteria = []
  spec.plan = null
}
