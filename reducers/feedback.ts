/** Needs, observations and requests that could not be read. */
import { idOf, wallTime } from '../src/events/types.ts'
import type { DataOf, Doc, FactoryEvent, ItemId } from '../src/events/types.ts'
import { own, put } from './reducing.ts'
import type { Reducer } from './reducing.ts'

export interface Need {
  readonly id: ItemId
  readonly key: string
  readonly agent: string
  readonly category: DataOf<'need.opened'>['category']
  readonly blocked: string
  readonly context: string
  readonly change: DataOf<'need.opened'>['change']
  /** A change made without a wall while a run was live; it waits for a person. */
  readonly held: { readonly path: string; readonly doc: Doc | null } | null
  status: 'open' | 'resolved'
  readonly createdAt: string
  resolvedAt: string | null
  resolvedBy: string | null
  note: string | null
  refused: string | null
  /** What its change made of which text; `undone`: a person took it back. */
  applied: { path: string; before: Doc; after: Doc; at: string; undone: boolean } | null
}

export interface Observation {
  readonly id: ItemId
  readonly file: string
  readonly slug: string
  readonly severity: 'critical' | 'high' | 'low'
  readonly agent: string
  readonly text: string
  readonly context: string
  readonly stops: readonly string[]
  readonly fingerprint: string
  status: 'open' | 'promoted' | 'dismissed'
  times: number
  readonly createdAt: string
  promotedTo: { spec: ItemId; name: string } | null
  closedAt: string | null
  closedBy: string | null
  reason: string | null
}

export interface Unparsed { readonly source: string; readonly line: number; readonly message: string; readonly at: string; readonly actor: string }

export interface Feedback {
  needs: Record<ItemId, Need>
  observations: Record<ItemId, Observation>
  /** The latest parse errors of each source, until that source is read without error. */
  unparsed: Record<string, Unparsed[]>
}

export const initialFeedback = (): Feedback => ({ needs: {}, observations: {}, unparsed: {} })

export const reduceFeedback: Reducer<Feedback> = (feedback, event, context) => {
  switch (event.type) {
    case 'need.opened': {
      const { id: key, agent, category, blocked, context: grounds, change, held } = event.data
      const id = idOf(event)
      feedback.needs[id] = { id, key, agent, category, blocked, context: grounds, change, held, status: 'open', createdAt: wallTime(event), resolvedAt: null, resolvedBy: null, note: null, refused: null, applied: null }
      return
    }
    case 'observation.recorded': {
      const id = idOf(event)
      feedback.observations[id] = { id, ...event.data, status: 'open', times: 1, createdAt: wallTime(event), promotedTo: null, closedAt: null, closedBy: null, reason: null }
      return
    }
    case 'request.unparsed': {
      const known = (own(feedback.unparsed, event.data.source) ?? []).filter(one => one.line !== event.data.line)
      put(feedback.unparsed, event.data.source, [...known.slice(-9), { ...event.data, at: wallTime(event), actor: event.actor }])
      return
    }
    case 'memory.written':
    case 'spec.drafted':
    case 'spec.readied':
      // A source that is written anew is judged anew: its parse errors follow it in the same batch.
      for (const source of Object.keys(feedback.unparsed)) if (source === ('path' in event.data ? event.data.path : event.stream)) delete feedback.unparsed[source]
      return
    case 'change.refused': {
      const need = own(feedback.needs, event.data.need)
      if (need !== undefined) need.refused = event.data.why
      return
    }
    case 'change.applied': {
      const { need: id, path, before, after } = event.data
      const need = own(feedback.needs, id)
      if (need !== undefined) need.applied = { path, before, after, at: wallTime(event), undone: false }
      return
    }
    case 'change.undone':
      for (const { applied } of Object.values(feedback.needs)) {
        if (applied?.path === event.data.path && applied.after.sha256 === event.data.before.sha256 && applied.before.sha256 === event.data.after.sha256) applied.undone = true
      }
      return
    default:
      reduceNeed(own(feedback.needs, event.item), event)
      reduceObservation(own(feedback.observations, event.item), event, context.lost)
  }
}

function reduceNeed(need: Need | undefined, event: FactoryEvent): void {
  if (need === undefined || event.type !== 'need.resolved' || need.status === 'resolved') return
  Object.assign(need, { status: 'resolved', resolvedAt: wallTime(event), resolvedBy: event.actor, note: event.data.note })
}

function reduceObservation(observation: Observation | undefined, event: FactoryEvent, lost: (against: ItemId) => void): void {
  if (observation === undefined) return
  const close = { closedAt: wallTime(event), closedBy: event.actor }
  switch (event.type) {
    case 'observation.merged':
      observation.times += 1
      return
    case 'observation.promoted':
      if (observation.status !== 'open') return lost(observation.id)
      Object.assign(observation, { status: 'promoted', promotedTo: event.data, ...close })
      return
    case 'observation.dismissed':
      if (observation.status !== 'open') return lost(observation.id)
      Object.assign(observation, { status: 'dismissed', reason: event.data.reason, ...close })
      return
    default:
  }
}
