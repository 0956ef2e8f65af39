/** `triage --list --json`: observations, the most severe first, then the oldest. */
import type { Observation } from '../reducers/feedback.ts'
import type { State } from '../reducers/state.ts'
import { observationPath } from './observations.ts'
import { byText } from './text.ts'

export interface ObservationView {
  readonly file: string
  readonly item: string
  readonly slug: string
  readonly severity: Observation['severity']
  readonly status: Observation['status']
  readonly agent: string
  readonly createdAt: string
  readonly text: string
  readonly context: string
  readonly stops: readonly string[]
  readonly times: number
  readonly promotedTo: string | null
  readonly reason: string | null
}

const order: readonly Observation['severity'][] = ['critical', 'high', 'low']

/** Open observations, or all of them. */
export function observationsView(state: State, options: { readonly all?: boolean } = {}): { readonly observations: readonly ObservationView[] } {
  const shown = Object.values(state.feedback.observations).filter(one => options.all === true || one.status === 'open')
  return { observations: shown.sort(compare).map(view) }
}

const compare = (a: Observation, b: Observation): number => order.indexOf(a.severity) - order.indexOf(b.severity) || byText(a.createdAt, b.createdAt) || byText(a.id, b.id)

const view = (one: Observation): ObservationView => {
  const path = observationPath(one)
  return {
    file: path.slice(path.lastIndexOf('/') + 1), item: one.id, slug: one.slug, severity: one.severity, status: one.status, agent: one.agent, createdAt: one.createdAt,
    text: one.text, context: one.context, stops: [...one.stops], times: one.times, promotedTo: one.promotedTo?.name ?? null, reason: one.reason,
  }
}
