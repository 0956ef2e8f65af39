/**
 * What a claim is about, as the rows of the dispatch table and the prompt need it. Pure.
 */
import type { ItemId } from '../events/types.ts'
import { Refusal } from '../error.ts'
import type { Research } from '../../reducers/research.ts'
import type { Spec } from '../../reducers/spec.ts'
import type { State } from '../../reducers/state.ts'
import type { Subject } from './dispatch-table.ts'
import type { Claim } from './claim.ts'

export function specOf(state: State, id: ItemId): Spec {
  const spec = state.specs.byId[id]
  if (spec === undefined) throw new Refusal('spec-not-found', `There is no spec ${id}.`, 'factory status lists what is there')
  return spec
}

/** The requests that block a spec, answered or not, oldest first. */
export const researchFor = (state: State, spec: ItemId): readonly Research[] =>
  Object.values(state.research.byId).filter(request => request.status !== 'withdrawn' && request.blocks.includes(spec))

export const subjectOf = (state: State, claim: Pick<Claim, 'agent' | 'spec' | 'research' | 'project'>, embedded: boolean): Subject => ({
  agent: claim.agent.name,
  spec: claim.spec?.name ?? null,
  research: claim.research?.name ?? null,
  briefs: claim.spec === null ? [] : researchFor(state, claim.spec.id).map(request => request.name),
  project: claim.project?.name ?? null,
  embedded,
})

/** The workspace's own id, as a folder name: a copy of a workspace has runs of other names. */
export const workspaceId = (state: State): string => (state.settings.workspace?.item ?? 'unnamed').replace(/[^A-Za-z0-9]+/g, '-')

/** The plan's segment that a claim is for. */
export function segmentOf(spec: Spec | null, segment: number | null): { readonly index: number; readonly count: number; readonly title: string } | null {
  if (segment === null || spec?.plan === null || spec === null) return null
  const { segments } = spec.plan
  return { index: segment, count: segments.length, title: segments[segment]?.title ?? `segment ${segment + 1}` }
}

/** Whether a run of this segment reports for review: the last one, unless a checkpoint stands behind it; and every run of a whole plan. */
export const reportsForReview = (spec: Spec | null, segment: number | null): boolean => {
  if (spec?.plan == null || segment === null) return true
  return segment + 1 >= spec.plan.segments.length && spec.plan.segments[segment]?.checkpoint == null
}
