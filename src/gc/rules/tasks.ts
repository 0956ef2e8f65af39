/** Reports of failures that were closed. */
import { olderThan } from '../rule.ts'
import type { GcRule } from '../rule.ts'

export const collectTasks: GcRule = {
  command: 'cleanup-tasks',
  stale: 'the reports of a failure that was resolved',
  age: '`limits.keepResolved` (30d) after the resolution',
  leaves: '`tasks/resolved/N.md` and its versions',
  find: (state, config, now) => Object.values(state.specs.byId).flatMap(spec =>
    spec.stage === 'resolved' && olderThan(spec.stageSince, config.limits.keepResolvedMs, now)
      ? [`tasks/resolved/${spec.name}.md`, ...spec.attempts.map(({ attempt }) => `tasks/resolved/${spec.name}.v${attempt}.md`)]
      : []),
}
