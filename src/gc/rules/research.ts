/** Questions that nobody waits for, and briefs that everybody has used. */
import { olderThan } from '../rule.ts'
import type { GcRule } from '../rule.ts'
import { isOver } from '../../../reducers/reducing.ts'
import type { Research } from '../../../reducers/research.ts'
import type { State } from '../../../reducers/state.ts'

/** When the last spec it blocks was over; its own last word where it blocks none; null while somebody needs it. */
function idleSince(state: State, request: Research): string | null {
  const specs = request.blocks.flatMap(id => state.specs.byId[id] ?? [])
  if (specs.some(spec => !isOver(spec.stage))) return null
  return [request.answeredAt ?? request.createdAt, ...specs.map(spec => spec.stageSince)].sort().at(-1) ?? null
}

const stale = (status: Research['status'], folder: string): GcRule['find'] => (state, config, now) =>
  Object.values(state.research.byId)
    .filter(request => request.status === status && olderThan(idleSince(state, request), config.limits.keepRecordsMs, now))
    .map(request => `${folder}/${request.name}.md`)

export const collectResearch: GcRule = {
  command: 'cleanup-research',
  stale: 'a question that blocks no spec any more',
  age: '`limits.keepRecords` (1d) after the last spec it blocked was over',
  leaves: '`tasks/research/Q.md`',
  find: (state, config, now) => stale('requested', 'tasks/research')(state, config, now).filter(path => {
    const request = Object.values(state.research.byId).find(one => `tasks/research/${one.name}.md` === path)
    return request !== undefined && request.blocks.length > 0
  }),
}

export const collectBriefs: GcRule = {
  command: 'cleanup-research-done',
  stale: 'a brief all of whose specs are documented, resolved or withdrawn',
  age: '`limits.keepRecords` (1d) after the last of them was over',
  leaves: '`tasks/research-done/Q.md`',
  find: stale('answered', 'tasks/research-done'),
}
