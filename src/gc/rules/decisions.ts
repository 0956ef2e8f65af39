/** Decisions of specs that are complete: documentation needs them, nobody after it. */
import { olderThan } from '../rule.ts'
import type { GcRule } from '../rule.ts'
import { isOver } from '../../../reducers/reducing.ts'
import { findSpec } from '../../../reducers/spec-names.ts'

export const collectDecisions: GcRule = {
  command: 'cleanup-decisions',
  stale: 'the decisions of a spec that is documented, resolved or withdrawn',
  age: '`limits.keepRecords` (1d) after that',
  leaves: '`tasks/decisions/N.md`',
  find: (state, config, now) => Object.keys(state.specs.byName).flatMap(name => {
    const spec = findSpec(state.specs, name)
    return spec !== undefined && isOver(spec.stage) && olderThan(spec.stageSince, config.limits.keepRecordsMs, now) ? [`tasks/decisions/${name}.md`] : []
  }),
}
