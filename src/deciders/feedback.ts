/**
 * What agents tell people and themselves: needs, observations, learnings. Called by import, `needs`, `triage` and the promotion step.
 * An agent lists its requests again in every run, so what is known, open or closed, is never recorded twice.
 */
import { slugName } from '../formats/names.ts'
import { Refusal } from '../error.ts'
import type { DataOf, Doc, Draft, ItemId, SpecFields } from '../events/types.ts'
import type { Need, Observation } from '../../reducers/feedback.ts'
import { revisionsOf } from '../../reducers/spec-names.ts'
import type { State } from '../../reducers/state.ts'
import { isPerson } from './deciding.ts'
import type { Decider } from './deciding.ts'
import { fingerprintOf } from './fingerprints.ts'
import { freeName, own, refuseAgents, requirePerson } from './guards.ts'
import { submitIntent } from './specs.ts'

export type OpenNeed = DataOf<'need.opened'>
const longestPath = 300
const needStream = (need: { readonly agent: string; readonly key: string }): string => `need/${need.agent}/${need.key}`
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

/** Something waits for a person. A newer change of the same file takes the place of the one that waits. */
export const openNeed: Decider<OpenNeed> = (state, command) => {
  const known = Object.values(state.feedback.needs).filter(need => need.agent === command.agent && need.key === command.id)
  const asks = (need: Need): boolean => same(need.change, command.change) && need.held?.doc?.sha256 === command.held?.doc?.sha256
  const open = known.filter(need => need.status === 'open')
  if (open.some(asks)) return []
  if (open.length === 0 && command.held === null && known.some(need => asks(need) && need.blocked === command.blocked && need.context === command.context)) return []
  const replaced = open.map((need): Draft => ({ type: 'need.resolved', item: need.id, stream: needStream(need), data: { note: 'a newer one took its place' } }))
  return [...replaced, { type: 'need.opened', stream: `need/${command.agent}/${command.id}`, data: command }]
}

/** A need was met. Of one that holds a change back this declines the change: what was there stays (`confirmHeld` lets it take effect). */
export const resolveNeed: Decider<{ readonly id: string; readonly note: string }> = (state, { id, note }, context) => {
  refuseAgents(context, 'resolve a need')
  const need = needNamed(state, id)
  if (need.held !== null) requirePerson(context, 'decline a change that was held back')
  return [{ type: 'need.resolved', item: need.id, stream: needStream(need), data: { note: need.held !== null && note === '' ? 'declined' : note } }]
}

function needNamed(state: State, id: string): Need {
  const named = Object.values(state.feedback.needs).filter(need => need.key === id || need.id === id || needStream(need) === id || `${need.agent}/${need.key}` === id)
  const open = named.filter(need => need.status === 'open')
  const [only] = open
  if (only === undefined) throw new Refusal('need-not-found', named.length === 0 ? `There is no need ${JSON.stringify(id)}.` : `The need ${id} is resolved already.`, 'factory needs lists what is open')
  if (open.length > 1) throw new Refusal('need-ambiguous', `Several needs are called ${id}: ${open.map(need => `${needStream(need)} (${need.id})`).join(', ')}.`, `factory needs --resolve ${only.id} resolves the first of them`)
  return only
}

export interface RecordObservation {
  readonly slug: string
  readonly text: string
  readonly context: string
  readonly severity: 'critical' | 'high' | 'low'
  readonly agent: string
  readonly stops: readonly string[]
}

/** A remark about the factory. The same words again are the same remark; one agent's remark stays closed once it was. */
export const recordObservation: Decider<RecordObservation> = (state, { text, severity, agent, stops, ...rest }, { now }) => {
  const fingerprint = fingerprintOf(text)
  const alike = Object.values(state.feedback.observations).filter(one => one.fingerprint === fingerprint)
  const known = alike.find(one => one.status === 'open') ?? alike.find(one => one.agent === agent)
  if (known !== undefined) return [{ type: 'observation.merged', item: known.id, stream: observationStream(known), data: { agent } }]
  const slug = (slugName(rest.slug) ?? 'observation').slice(0, 50).replace(/[._-]+$/, '')
  const files = new Set(Object.values(state.feedback.observations).map(one => one.file))
  const stem = freeName(`${now.slice(0, 16).replace(':', '')}-${severity}-${slug}`, name => files.has(`${name}.md`), longestPath)
  return [{ type: 'observation.recorded', stream: `observation/${slug}`, data: { file: `${stem}.md`, slug, severity, agent, text, context: rest.context, stops: [...stops], fingerprint } }]
}

const observationStream = ({ slug }: Observation): string => `observation/${slug}`

function observationById(state: State, id: ItemId): Observation {
  const observation = own(state.feedback.observations, id)
  if (observation === undefined) throw new Refusal('observation-not-found', `There is no observation ${id}.`, 'factory triage --list')
  return observation
}

export interface PromoteObservation {
  readonly observation: ItemId
  readonly doc: Doc
  readonly title?: string
  readonly fields?: SpecFields
}

const noFields: SpecFields = { project: null, app: null, scope: [], priority: null, due: null, criteria: [] }

/** The remark becomes an intent under a name that nobody has. By a person, or by policy if it is a small one. */
export const promoteObservation: Decider<PromoteObservation> = (state, { observation: id, doc, title, fields = noFields }, context) => {
  const observation = observationById(state, id)
  refuseAgents(context, 'promote an observation')
  const byPolicy = context.config.policy.promoteLowObservations && observation.severity === 'low'
  if (!isPerson(context.actor) && !byPolicy) throw new Refusal('person-only', `Only a person promotes the ${observation.severity} observation ${observation.slug}.`, `factory triage ${observation.slug} --promote`)
  if (observation.status !== 'open') throw new Refusal(observation.status === 'promoted' ? 'already-promoted' : 'not-legal-now', `The observation ${observation.slug} is ${observation.status}${observation.promotedTo === null ? '' : ` to ${observation.promotedTo.name}`}.`, 'factory triage --list --all')
  const name = freeName(slugName(observation.slug) ?? 'observation', other => revisionsOf(state.specs, other).length > 0)
  const intent = submitIntent(state, { name, title: title ?? observation.slug, doc, fields, source: { kind: 'observation', ref: observation.file }, droppedAs: null }, context)
  return [...intent, { type: 'observation.promoted', item: observation.id, stream: observationStream(observation), data: { spec: context.nextId(0), name } }]
}

/** A person closes the observation. */
export const dismissObservation: Decider<{ readonly observation: ItemId; readonly reason: string }> = (state, { observation: id, reason }, context) => {
  const observation = observationById(state, id)
  requirePerson(context, 'dismiss an observation')
  if (reason.trim() === '') throw new Refusal('reason-missing', 'An observation is dismissed for a reason.', `factory triage ${observation.slug} --dismiss --reason TEXT`)
  if (observation.status === 'dismissed') return []
  if (observation.status === 'promoted') throw new Refusal('not-legal-now', `The observation ${observation.slug} is promoted to ${observation.promotedTo?.name ?? 'a spec'}.`, `factory withdraw ${observation.promotedTo?.name ?? 'SPEC'}`)
  return [{ type: 'observation.dismissed', item: observation.id, stream: observationStream(observation), data: { reason } }]
}

/** A lesson is kept once; another one under the same file name gets a free one. */
export const recordLearning: Decider<DataOf<'learning.recorded'>> = (state, command) => {
  if (own(state.library.lessons, command.fingerprint) !== undefined) return []
  const stem = freeName(command.path.replace(/\.md$/, ''), name => own(state.library.byPath, `${name}.md`) !== undefined, longestPath)
  const path = `${stem}.md`
  return [{ type: 'learning.recorded', stream: `learning/${path.replace(/^learnings\//, '')}`, data: { ...command, path } }]
}
