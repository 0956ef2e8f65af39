/**
 * What may stand in the way of any command, and what several deciders have in common: items by id, who may ask, which stage is legal,
 * and the end of runs that a person's change makes pointless. Throws refusals, decides nothing itself.
 */
import { Refusal } from '../error.ts'
import type { Draft, ItemId } from '../events/types.ts'
import type { Stage } from '../../reducers/reducing.ts'
import type { LiveRun } from '../../reducers/runs.ts'
import type { Spec } from '../../reducers/spec.ts'
import type { State } from '../../reducers/state.ts'
import { isPerson } from './deciding.ts'
import type { DecidingContext } from './deciding.ts'

export function specById(state: State, id: ItemId): Spec {
  const spec = Object.hasOwn(state.specs.byId, id) ? state.specs.byId[id] : undefined
  if (spec === undefined) throw new Refusal('spec-not-found', `There is no spec ${id}.`, 'factory status lists what is there')
  return spec
}

export const specStream = (spec: { readonly name: string }): string => `spec/${spec.name}`

/** The agent behind an actor, or null. */
export const agentOf = (actor: string): string | null => (actor.startsWith('agent:') ? actor.slice('agent:'.length) : null)

/** Refuses everybody but a person. */
export function requirePerson({ actor }: DecidingContext, what: string): void {
  if (!isPerson(actor)) throw new Refusal('person-only', `Only a person may ${what}; this came from ${actor}.`, 'ask for it in a need, and a person will see it')
}

/** Refuses agents and actors nobody can name; people, the kernel and integrations pass. */
export function refuseAgents({ actor }: DecidingContext, what: string): void {
  if (agentOf(actor) === null && actor !== 'unknown') return
  throw new Refusal('person-only', `${actor} may not ${what}.`, 'ask for it in a need, and a person will see it')
}

/** Refuses unless the spec is in one of these stages. */
export function requireStage(spec: Spec, legal: readonly Stage[], what: string): void {
  if (!legal.includes(spec.stage)) throw new Refusal('not-legal-now', `${spec.name} is ${spec.stage}; it can be ${what} only while it is ${orList(legal)}.`, mendFor(spec))
}

const orList = (words: readonly string[]): string => (words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`)

/** What to do with a spec that a change came too late, or too early, for. */
export function mendFor(spec: Spec): string {
  switch (spec.stage) {
    case 'building':
      return spec.builder === null ? `factory why ${spec.name}` : `wait for its build, or end it with factory cancel ${spec.builder.run}`
    case 'failed':
      return `factory rebuild ${spec.name}, or factory resolve ${spec.name} --reason TEXT`
    case 'review':
      return `wait for its verification: factory run verifier ${spec.name}`
    case 'verified':
      return `factory docs ${spec.name}; a further change is a new intent of the same name`
    case 'documented':
    case 'resolved':
    case 'withdrawn':
      return `drop a new intent of the same name; it becomes revision ${spec.revision + 1}`
    default:
      return `factory why ${spec.name}`
  }
}

/** Refuses a report on another attempt than the one that is being worked on. */
export function requireAttempt(spec: Spec, attempt: number): void {
  if (attempt === spec.attempt) return
  throw new Refusal('attempt-stale', `${spec.name} is at attempt ${spec.attempt}; this is about attempt ${attempt}.`, `factory why ${spec.name}`)
}

export const runsOn = (state: State, item: ItemId): readonly LiveRun[] => Object.values(state.runs.live).filter(run => run.spec === item || run.subject === item)

/** Ends every run in progress on the item: its input is no longer what it was given. */
export function revokeRuns(state: State, item: { readonly id: ItemId }, why: string, context: DecidingContext): readonly Draft[] {
  return runsOn(state, item.id).map(run => cancelled(run, why, context.now))
}

/** The same, only if it was a person who changed the item: what a run itself hands over does not end it. */
export const revokedByPerson = (state: State, item: { readonly id: ItemId }, why: string, context: DecidingContext): readonly Draft[] =>
  (isPerson(context.actor) ? revokeRuns(state, item, why, context) : [])

export function cancelled(run: LiveRun, why: string, now: string, more: Partial<Extract<Draft, { type: 'run.cancelled' }>['data']> = {}): Draft {
  const data = { durationMs: sinceMs(run, now), usage: null, costUsd: null, toolCalls: null, log: null, kept: null, ...more, why }
  return { type: 'run.cancelled', item: run.item, stream: run.stream, run: run.id, data }
}

export const sinceMs = (run: LiveRun, now: string): number => Math.max(0, Date.parse(now) - Date.parse(run.since) || 0)

/** The context for drafts that follow `earlier` ones in the same batch. */
export const after = (context: DecidingContext, earlier: readonly Draft[]): DecidingContext =>
  ({ ...context, nextId: offset => context.nextId(earlier.length + offset) })

const longestName = 80

/** `base`, or the first of `base-2`, `base-3`, … that nobody has. */
export function freeName(base: string, taken: (name: string) => boolean, longest = longestName): string {
  let name = base
  for (let number = 2; taken(name); number += 1) name = `${base.slice(0, longest - `-${number}`.length)}-${number}`
  return name
}

/** An own entry of a record whose keys people and agents chose: `constructor` is a name like any other. */
export const own = <Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined => (Object.hasOwn(record, key) ? record[key] : undefined)
