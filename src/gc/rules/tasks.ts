/** Reports that have done their work: of changes that are documented, and of failures that were closed. */
import type { Spec } from '../../../reducers/spec.ts'
import { olderThan } from '../rule.ts'
import type { GcRule } from '../rule.ts'

export const collectTasks: GcRule = {
  command: 'cleanup-tasks',
  stale: 'the report and notes of a spec that is documented; the reports of a failure that was resolved',
  age: 'documented: at once; resolved: `limits.keepResolved` (30d)',
  leaves: '`tasks/verified/N.md` and notes; `tasks/resolved/N.md` and its versions',
  find: (state, config, now) => Object.values(state.specs.byId).flatMap(spec => {
    if (spec.stage === 'documented') return [`tasks/verified/${spec.name}.md`, `tasks/verified/${spec.name}.builder-notes.md`]
    return spec.stage === 'resolved' && olderThan(spec.stageSince, config.limits.keepResolvedMs, now) ? resolvedReports(spec) : []
  }),
}

const resolvedReports = (spec: Spec): string[] =>
  [`tasks/resolved/${spec.name}.md`, ...spec.attempts.map(({ attempt }) => `tasks/resolved/${spec.name}.v${attempt}.md`)]
