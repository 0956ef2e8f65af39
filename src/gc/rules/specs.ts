/** Texts of revisions that nobody will work on again. */
import { olderThan } from '../rule.ts'
import type { GcRule } from '../rule.ts'
import { revisionsOf } from '../../../reducers/spec-names.ts'

export const collectSpecs: GcRule = {
  command: 'cleanup-specs',
  stale: 'an older revision of a documented spec; a spec whose failure was resolved',
  age: '`limits.keepResolved` (30d) after it was over',
  leaves: '`specs/archive/N.r<n>.md`; `specs/archive/N.md` of a resolved spec',
  find: (state, config, now) => Object.keys(state.specs.byName).flatMap(name => {
    const revisions = revisionsOf(state.specs, name)
    return revisions.flatMap((spec, position) => {
      if (!olderThan(spec.stageSince, config.limits.keepResolvedMs, now)) return []
      const newest = position === revisions.length - 1
      if (spec.stage === 'documented' && !newest) return [`specs/archive/${name}.r${spec.revision}.md`]
      return spec.stage === 'resolved' ? [newest ? `specs/archive/${name}.md` : `specs/archive/${name}.r${spec.revision}.md`] : []
    })
  }),
}
