/**
 * What a dispatcher offers: one item, one agent, one input, and how it ranks. Dispatchers say nothing about whether it may run;
 * that is what the filters in `blocks.ts` do. Pure.
 */
import type { Config } from '../config/model.ts'
import type { ItemId } from '../events/types.ts'
import type { Stage } from '../../reducers/reducing.ts'
import type { Spec } from '../../reducers/spec.ts'
import type { State } from '../../reducers/state.ts'
import type { Candidate } from './candidate.ts'
import { projectOf } from './project-of.ts'

export interface Offer extends Omit<Candidate, 'blocked'> {
  /** Consecutive runs of this dispatch without a transition. */
  readonly tries: number
  /** Specs that wait for it. */
  readonly waits: number
  /** 1 is first; null last. */
  readonly priority: number | null
  /** ISO 8601 date, or null. */
  readonly due: string | null
  readonly since: string
}

export interface Dispatcher {
  readonly name: string
  /** Who does it unless an app says otherwise; null: the kernel itself. */
  readonly agent: string | null
  /** Higher is further downstream and comes first. */
  readonly downstream: number
  readonly offer: (state: State, config: Config) => readonly Offer[]
}

type Details = Pick<Offer, 'command'> & Partial<Pick<Offer, 'agent' | 'segment' | 'downstream' | 'attempt'>>

/** Where a spec stands when nobody works on it: a build in progress counts as what it was taken from. */
export const restingStage = (spec: Spec): Stage => (spec.stage === 'building' ? spec.buildingFrom ?? 'ready' : spec.stage)

export const specsAt = (state: State, stage: Stage): readonly Spec[] => Object.values(state.specs.byId).filter(spec => restingStage(spec) === stage)

/** The offer of a dispatcher for a spec, ranked by what its front matter says. */
export function specOffer(dispatcher: Dispatcher, state: State, spec: Spec, details: Details): Offer {
  return {
    dispatch: dispatcher.name, agent: dispatcher.agent, downstream: dispatcher.downstream, segment: null, attempt: spec.attempt,
    item: spec.id, stream: `spec/${spec.name}`, name: spec.name, spec: spec.id, subject: null,
    project: projectOf(state, spec), scope: spec.fields.scope,
    tries: spec.tries?.dispatch === dispatcher.name ? spec.tries.count : 0,
    waits: (state.specs.byName[spec.name] ?? []).filter(id => id !== spec.id && state.specs.byId[id]?.stage === 'inbox').length,
    priority: spec.fields.priority, due: spec.fields.due, since: spec.createdAt,
    ...details,
  }
}

/** An offer for something that is no spec: a research request, an observation. */
export function otherOffer(dispatcher: Dispatcher, item: { readonly id: ItemId; readonly stream: string; readonly name: string; readonly since: string }, details: Details & Partial<Offer>): Offer {
  return {
    dispatch: dispatcher.name, agent: dispatcher.agent, downstream: dispatcher.downstream, segment: null, attempt: 0,
    item: item.id, stream: item.stream, name: item.name, spec: null, subject: item.id, project: null, scope: [],
    tries: 0, waits: 0, priority: null, due: null, since: item.since,
    ...details,
  }
}

/** The candidate that people and the loop see of an offer. */
export function candidateOf(offer: Offer, blocked: Candidate['blocked']): Candidate {
  const { tries: _tries, waits: _waits, priority: _priority, due: _due, since: _since, ...shown } = offer
  return { ...shown, blocked }
}
