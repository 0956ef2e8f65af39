/**
 * `factory why`: the causal story of a spec, run, research question, decision, event, file (also of a project) or commit, across streams:
 * who, when, on what grounds, at what cost.
 */
import { FactoryError } from '../error.ts'
import { isCostedEnd } from '../events/run-ends.ts'
import { idOf, wallTime } from '../events/types.ts'
import type { FactoryEvent, ItemId } from '../events/types.ts'
import type { Workspace } from '../workspace/session.ts'
import { filesOf } from '../../projections/all.ts'
import { findSpec, revisionsOf } from '../../reducers/spec-names.ts'
import type { State } from '../../reducers/state.ts'
import { sentence } from './sentences.ts'
import { commitsOfFile, workspaceCommitEvents } from './why-git.ts'

export interface StoryLine {
  readonly id: ItemId
  readonly at: string
  readonly actor: string
  readonly type: string
  readonly stream: string
  readonly run: string | null
  readonly cause: ItemId | null
  readonly text: string
  readonly costUsd: number | null
}

export interface Story {
  readonly subject: { readonly kind: string; readonly name: string; readonly item: ItemId | null }
  readonly lines: readonly StoryLine[]
  /** `usd` and `tokens` are null where no run's is known. */
  readonly cost: { readonly runs: number; readonly usd: number | null; readonly tokens: number | null; readonly runsOfUnknownCost: number }
}

/** What the question is about: items and runs whose events tell the story, and single events. */
interface Subject {
  readonly kind: string
  readonly name: string
  readonly items: ReadonlySet<ItemId>
  readonly runs: ReadonlySet<string>
  readonly events: ReadonlySet<string>
}

export async function why(workspace: Workspace, what: string, projectDirectory?: string): Promise<Story> {
  const { state } = await workspace.look()
  const subject = await subjectOf(workspace, state, what, projectDirectory)
  const events = storyOf(workspace, subject)
  if (events.length === 0) throw notFound(what)
  return {
    subject: { kind: subject.kind, name: subject.name, item: [...subject.items][0] ?? null },
    lines: events.map(toLine),
    cost: costOf(events),
  }
}

const notFound = (what: string): FactoryError =>
  new FactoryError('nothing-known', `Nothing in the log is about ${what}.`, { mend: 'give a spec, a run, a decision as SPEC/ENTRY, an event id, a file or a commit; factory log lists events' })

async function subjectOf(workspace: Workspace, state: State, what: string, projectDirectory: string | undefined): Promise<Subject> {
  const none = { items: new Set<ItemId>(), runs: new Set<string>(), events: new Set<string>() }
  if (/^run-[a-z0-9]+-\d+$/.test(what)) return { kind: 'run', name: what, ...none, runs: new Set([what]) }
  if (/^[a-z0-9]+:\d+$/.test(what)) return { kind: 'event', name: what, ...none, events: new Set([what]), items: new Set([what as ItemId]) }
  const spec = findSpec(state.specs, what)
  if (spec !== undefined) return { kind: 'spec', name: spec.name, ...none, items: new Set(revisionsOf(state.specs, spec.name).map(one => one.id)) }
  const decision = decisionNamed(state, what)
  if (decision !== null) return { kind: 'decision', name: what, ...none, items: new Set([decision]) }
  const question = what.replace(/^research\//, '').replace(/\.md$/, '')
  const research = Object.hasOwn(state.research.byName, question) ? state.research.byName[question] : undefined
  if (research !== undefined) return { kind: 'research', name: what, ...none, items: new Set([research]) }
  const observation = Object.values(state.feedback.observations).find(one => one.slug === what || one.file === what || one.file === what.split('/').at(-1))
  if (observation !== undefined) return { kind: 'observation', name: observation.slug, ...none, items: new Set([observation.id]) }
  const need = Object.values(state.feedback.needs).find(one => one.key === what)
  if (need !== undefined) return { kind: 'need', name: need.key, ...none, items: new Set([need.id]) }
  const path = what.replace(/^\.\//, '')
  const shelved = Object.hasOwn(state.library.byPath, path) ? state.library.byPath[path] : undefined
  if (shelved !== undefined) return { kind: 'file', name: path, ...none, items: new Set([shelved.item]) }
  const owner = Object.keys(state.specs.byName).find(name => filesOf(state, `spec/${name}`).some(file => file.path === path))
  if (owner !== undefined) return { kind: 'file', name: path, ...none, items: new Set(revisionsOf(state.specs, owner).map(one => one.id)) }
  return gitSubject(workspace, state, what, projectDirectory)
}

function decisionNamed(state: State, what: string): ItemId | null {
  const [name, entry] = what.replace(/^decision\//, '').split(/[/#]/)
  const spec = name === undefined ? undefined : findSpec(state.specs, name)
  if (spec === undefined || entry === undefined) return null
  return (state.decisions.bySpec[spec.id] ?? []).find(id => state.decisions.byId[id]?.entry === entry) ?? null
}

/** A commit of the workspace tells its command; a commit or file of a project tells the run that made it. */
async function gitSubject(workspace: Workspace, state: State, what: string, projectDirectory: string | undefined): Promise<Subject> {
  const commits = /^[0-9a-f]{7,40}$/.test(what) ? [what] : await commitsOfFile(workspace, state, what, projectDirectory)
  const events = new Set<string>()
  const runs = new Set<string>()
  const items = new Set<ItemId>()
  for (const event of workspace.events()) {
    const commit = (event.data as { commit?: unknown } | null)?.commit
    if (typeof commit !== 'string' || !commits.some(one => commit.startsWith(one))) continue
    if (event.run !== undefined) runs.add(event.run)
    if (event.type === 'build.submitted') items.add(event.item)
    events.add(idOf(event))
  }
  if (events.size === 0) for (const id of await workspaceCommitEvents(workspace, what)) events.add(id)
  if (events.size === 0) throw notFound(what)
  return { kind: commits.length === 1 && commits[0] === what ? 'commit' : 'file', name: what, items, runs, events }
}

/** Two passes: who ran on the subject, then everything by those runs and on those items, and what they were caused by. */
function storyOf(workspace: Workspace, subject: Subject): FactoryEvent[] {
  const runs = new Set(subject.runs)
  const items = new Set<ItemId>(subject.items)
  const events = [...workspace.events()]
  for (const event of events) {
    const data = event.data as { spec?: unknown; subject?: unknown; blocks?: unknown } | null
    const concerns = [data?.spec, data?.subject, ...(Array.isArray(data?.blocks) ? data.blocks : [])].some(id => typeof id === 'string' && subject.items.has(id as ItemId))
    if (concerns && event.run !== undefined && event.type === 'run.claimed') runs.add(event.run)
    if (concerns && event.type !== 'run.claimed') items.add(event.item)
  }
  const chosen = new Set<string>(subject.events)
  for (const event of events) {
    if (items.has(event.item) || (event.run !== undefined && runs.has(event.run))) chosen.add(idOf(event))
  }
  for (const event of [...events].reverse()) if (chosen.has(idOf(event)) && event.cause !== undefined) chosen.add(event.cause)
  return events.filter(event => chosen.has(idOf(event)))
}

function toLine(event: FactoryEvent): StoryLine {
  return {
    id: idOf(event), at: wallTime(event), actor: event.actor, type: event.type, stream: event.stream, run: event.run ?? null, cause: event.cause ?? null,
    text: sentence(event), costUsd: isCostedEnd(event) ? event.data.costUsd : null,
  }
}

function costOf(events: readonly FactoryEvent[]): Story['cost'] {
  const ends = events.filter(isCostedEnd).map(event => event.data)
  const known = ends.flatMap(({ costUsd }) => costUsd ?? [])
  const used = ends.flatMap(({ usage }) => (usage === null || (usage.inputTokens === null && usage.outputTokens === null) ? [] : (usage.inputTokens ?? 0) + (usage.outputTokens ?? 0)))
  const sum = (amounts: readonly number[]): number | null => (amounts.length === 0 && ends.length > 0 ? null : amounts.reduce((total, amount) => total + amount, 0))
  return { runs: ends.length, usd: sum(known), tokens: sum(used), runsOfUnknownCost: ends.length - known.length }
}
