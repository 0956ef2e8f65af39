/** Plans whose spec went back to be specified or will not be built. */
import { olderThan } from '../rule.ts'
import type { GcRule } from '../rule.ts'

export const collectPlanning: GcRule = {
  command: 'cleanup-planning',
  stale: 'the plan of a spec that is held with an unsettled conflict or paused',
  age: '`limits.keepResolved` (30d) in that state',
  leaves: '`tasks/planning/N/PLAN.md`',
  find: (state, config, now) => Object.values(state.specs.byId)
    .filter(spec => spec.stage === 'planning' && (spec.paused || spec.conflict !== null) && olderThan(spec.stageSince, config.limits.keepResolvedMs, now))
    .map(spec => `tasks/planning/${spec.name}/PLAN.md`),
}
