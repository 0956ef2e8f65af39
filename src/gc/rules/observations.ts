/** Observations that are closed. */
import { olderThan } from '../rule.ts'
import type { GcRule } from '../rule.ts'
import { isOver } from '../../../reducers/reducing.ts'

export const collectObservations: GcRule = {
  command: 'cleanup-factory-internal',
  stale: 'an observation that was dismissed; one whose intent is documented, resolved or withdrawn',
  age: 'dismissed: `limits.keepResolved` (30d); promoted: at once when its spec is over',
  leaves: '`specs/factory-internal/FILE.md`',
  find: (state, config, now) => Object.values(state.feedback.observations).flatMap(observation => {
    const path = `specs/factory-internal/${observation.file}`
    if (observation.status === 'dismissed') return olderThan(observation.closedAt, config.limits.keepResolvedMs, now) ? [path] : []
    const spec = observation.promotedTo === null ? undefined : state.specs.byId[observation.promotedTo.spec]
    return observation.status === 'promoted' && spec !== undefined && isOver(spec.stage) ? [path] : []
  }),
}
