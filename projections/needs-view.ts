/** `needs --json`: what waits for a person, by category and age. */
import type { Need } from '../reducers/feedback.ts'
import type { State } from '../reducers/state.ts'
import { byText } from './text.ts'

export interface NeedView {
  readonly id: string
  readonly item: string
  readonly agent: string
  readonly category: Need['category']
  readonly blocked: string
  readonly context: string
  readonly status: 'open' | 'resolved'
  readonly createdAt: string
  readonly resolvedAt: string | null
  readonly resolvedBy: string | null
  readonly note: string | null
  /** Why a requested configuration change was not applied. */
  readonly refused: string | null
  /** The path of a change that waits for confirmation. */
  readonly held: string | null
}

const order: readonly Need['category'][] = ['permission-change', 'config-edit', 'manual-intervention', 'approval']

/** Open needs, or all of them: by category, the oldest first. */
export function needsView(state: State, options: { readonly all?: boolean } = {}): { readonly needs: readonly NeedView[] } {
  const shown = Object.values(state.feedback.needs).filter(need => options.all === true || need.status === 'open')
  return { needs: shown.sort(compare).map(view) }
}

const compare = (a: Need, b: Need): number => order.indexOf(a.category) - order.indexOf(b.category) || byText(a.createdAt, b.createdAt) || byText(a.id, b.id)

const view = (need: Need): NeedView => ({
  id: need.key, item: need.id, agent: need.agent, category: need.category, blocked: need.blocked, context: need.context, status: need.status, createdAt: need.createdAt,
  resolvedAt: need.resolvedAt, resolvedBy: need.resolvedBy, note: need.note, refused: need.refused, held: need.held?.path ?? null,
})
