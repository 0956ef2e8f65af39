/**
 * State = fold(events). The root reducer asks each slice in turn; a new slice is one file and one line in `slices`.
 * Plain JSON all through, so that a snapshot is the state itself.
 */
import type { FactoryEvent, ItemId } from '../src/events/types.ts'
import { isKnown } from '../src/events/type-names.ts'
import { upcast } from '../src/events/upcast.ts'
import { idOf, wallTime } from '../src/events/types.ts'
import { disputeAnswers, freshen, initialDecisions, reduceDecisions } from './decisions.ts'
import type { Decisions } from './decisions.ts'
import { initialEffects, reduceEffects } from './effects.ts'
import type { Effects } from './effects.ts'
import { initialFeedback, reduceFeedback } from './feedback.ts'
import type { Feedback } from './feedback.ts'
import { initialLibrary, reduceLibrary } from './library.ts'
import type { Library } from './library.ts'
import { initialProjects, reduceProjects } from './projects.ts'
import type { Projects } from './projects.ts'
import { own, put } from './reducing.ts'
import type { Conflict, FoldContext, Reducer } from './reducing.ts'
import { initialResearch, reduceResearch } from './research.ts'
import type { ResearchSlice } from './research.ts'
import { initialRuns, reduceRuns } from './runs.ts'
import type { Runs } from './runs.ts'
import { initialSettings, reduceSettings } from './settings.ts'
import type { Settings } from './settings.ts'
import type { Specs } from './spec.ts'
import { initialSpecs, reduceSpecs } from './specs.ts'
import { initialSpending, reduceSpending } from './spending.ts'
import type { Spending } from './spending.ts'

/** Names what the reducers make of events; raised whenever that changes, so that older snapshots are folded anew. */
export const meaning = '4'

export interface Slices {
  specs: Specs
  decisions: Decisions
  research: ResearchSlice
  feedback: Feedback
  library: Library
  runs: Runs
  spending: Spending
  projects: Projects
  effects: Effects
  settings: Settings
}

export interface State extends Slices {
  /** Events folded, and the last seq of each writer. */
  events: number
  heads: Record<string, number>
  /** Hash of each writer's last event, as anchored in git commits. */
  tips: Record<string, string>
  /** For each writer, what it had seen of the others. */
  seen: Record<string, Record<string, number>>
  /** Wall time of the newest event. */
  newest: string
  conflicts: Conflict[]
  /** Types this version does not know: kept and counted. */
  unknown: Record<string, number>
  /** Idempotency keys to the first event they were given to. */
  keys: Record<string, ItemId>
}

export const initialState = (): State => ({
  events: 0, heads: {}, tips: {}, seen: {}, newest: '', conflicts: [], unknown: {}, keys: {},
  specs: initialSpecs(), decisions: initialDecisions(), research: initialResearch(), feedback: initialFeedback(), library: initialLibrary(),
  runs: initialRuns(), spending: initialSpending(), projects: initialProjects(), effects: initialEffects(), settings: initialSettings(),
})

const slices: { readonly [Name in keyof Slices]: Reducer<Slices[Name]> } = {
  specs: reduceSpecs, decisions: reduceDecisions, research: reduceResearch, feedback: reduceFeedback, library: reduceLibrary,
  runs: reduceRuns, spending: reduceSpending, projects: reduceProjects, effects: reduceEffects, settings: reduceSettings,
}

/** Folds one event into the state, which the caller owns. Never throws: what cannot be understood is kept in the log and counted. */
export function reduce(state: State, stored: FactoryEvent): State {
  const event = upcast(stored)
  const id = idOf(event)
  note(state, event, id)
  if (!isKnown(event.type, event.version)) return count(state, event.type)
  try {
    return foldKnown(state, event, id)
  } catch {
    // Data that the schema of its type forbids: somebody wrote it past Factory. `audit` names it.
    return count(state, `${event.type} (malformed)`)
  }
}

function count(state: State, what: string): State {
  put(state.unknown, what, (own(state.unknown, what) ?? 0) + 1)
  return state
}

function foldKnown(state: State, event: FactoryEvent, id: ItemId): State {
  const context = causality(state, event, id)
  for (const name in slices) fold(slices, state, name as keyof Slices, event, context)
  disputeAnswers(state.specs, state.decisions, event, context.saw)
  freshen(state.specs, state.decisions, event)
  return state
}

function fold<Name extends keyof Slices>(reducers: { readonly [N in keyof Slices]: Reducer<Slices[N]> }, state: Slices, name: Name, event: FactoryEvent, context: FoldContext): void {
  reducers[name](state[name], event, context)
}

function note(state: State, event: FactoryEvent, id: ItemId): void {
  state.events += 1
  if (event.seq >= (own(state.heads, event.writer) ?? 0)) {
    put(state.heads, event.writer, event.seq)
    put(state.tips, event.writer, event.hash)
  }
  if (event.seen !== undefined) put(state.seen, event.writer, { ...own(state.seen, event.writer), ...event.seen })
  const at = wallTime(event)
  if (at > state.newest) state.newest = at
  if (event.key !== undefined && own(state.keys, event.key) === undefined) put(state.keys, event.key, id)
}

function causality(state: State, event: FactoryEvent, id: ItemId): FoldContext {
  return {
    saw: other => sawEvent(state, event, other),
    lost: winner => { state.conflicts.push({ item: event.item, name: event.stream, winner, loser: id, type: event.type, at: wallTime(event) }) },
  }
}

function sawEvent(state: State, event: FactoryEvent, other: ItemId): boolean {
  const colon = other.lastIndexOf(':')
  const writer = other.slice(0, colon)
  return writer === event.writer || (own(own(state.seen, event.writer) ?? {}, writer) ?? 0) >= Number(other.slice(colon + 1))
}

/** Folds events onto a state the caller owns. */
export function foldEvents(state: State, events: Iterable<FactoryEvent>): State {
  for (const event of events) reduce(state, event)
  return state
}
