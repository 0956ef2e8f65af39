/**
 * `status --json`: the whole board as plain data. Pure: what only the machine knows (wall, pending changes, damage, the planner's
 * list) is handed in, so that the command line, the dashboard and tests see the same.
 */
import type { AgentConfig, Config } from '../src/config/model.ts'
import { isOver, stages } from '../reducers/reducing.ts'
import type { Stage } from '../reducers/reducing.ts'
import type { Spec } from '../reducers/spec.ts'
import { findSpec } from '../reducers/spec-names.ts'
import type { State } from '../reducers/state.ts'
import { spentToday } from './spend-view.ts'
import type { SpendView } from './spend-view.ts'
import { byText } from './text.ts'

/** What the planner offers, as far as the board shows it. */
export interface StatusCandidate {
  readonly command: string
  readonly stream: string
  readonly agent: string | null
  readonly blocked: readonly { readonly code: string; readonly reason: string }[]
}

export interface StatusGate {
  readonly kind: string
  readonly item: string
  readonly reason: string
  readonly until: string | null
  readonly mend: string
}

export interface StatusInput {
  /** How the workspace is called; its name in the log when left out. */
  readonly workspace?: string
  readonly state: State
  readonly config: Config
  readonly candidates: readonly StatusCandidate[]
  readonly gates: readonly StatusGate[]
  readonly cursor: { readonly heads: Readonly<Record<string, number>>; readonly events: number }
  readonly unrecorded: readonly { readonly path: string; readonly change: string; readonly refused?: string }[]
  readonly problems: readonly unknown[]
  readonly wall: string
  readonly now: string
}

export interface StageEntry { readonly name: string; readonly item: string; readonly project: string | null; readonly attempt: number; readonly revision: number; readonly title: string; readonly since: string; readonly paused: boolean }

export interface AgentEntry {
  readonly name: string
  readonly backend: string | null
  readonly model: string | null
  readonly lastRun: { readonly id: string; readonly at: string; readonly dispatch: string; readonly outcome: string } | null
  readonly idle: boolean
  readonly running: boolean
}

export interface StatusView {
  readonly workspace: string
  readonly position: { readonly events: number; readonly heads: Readonly<Record<string, number>> }
  readonly wall: string
  readonly paused: boolean
  readonly stages: Readonly<Record<Stage, readonly StageEntry[]>>
  readonly research: readonly { readonly name: string; readonly item: string }[]
  readonly agents: readonly AgentEntry[]
  readonly runs: readonly { readonly id: string; readonly agent: string; readonly dispatch: string; readonly item: string | null; readonly project: string | null; readonly since: string; readonly writer: string }[]
  readonly gates: readonly StatusGate[]
  /** Questions of specs that are not over. */
  readonly decisions: { readonly awaiting: number; readonly autoResolved: number }
  readonly needs: number
  readonly observations: { readonly critical: number; readonly high: number; readonly low: number }
  readonly denied: { readonly count: number; readonly latest: readonly { readonly run: string; readonly agent: string; readonly path: string; readonly why: string; readonly at: string }[] }
  /** What agents and people wrote and nobody could read, of what is still in work. */
  readonly unparsed: readonly { readonly source: string; readonly line: number; readonly message: string }[]
  readonly unrecorded: StatusInput['unrecorded']
  readonly problems: readonly unknown[]
  readonly next: readonly { readonly command: string; readonly item: string; readonly ready: boolean; readonly blockedBy: readonly string[] }[]
  readonly spend: { readonly today: SpendView }
}

/** The board. */
export function statusView(input: StatusInput): StatusView {
  const { state, config, cursor, now } = input
  return {
    workspace: input.workspace ?? state.settings.workspace?.name ?? '',
    position: { events: cursor.events, heads: sorted(cursor.heads) },
    wall: input.wall, paused: state.settings.paused,
    stages: stageEntries(state),
    research: Object.values(state.research.byId).filter(one => one.status === 'requested').map(({ name, id }) => ({ name, item: id })).sort((a, b) => byText(a.name, b.name)),
    agents: config.agents.map(agent => agentEntry(state, agent)),
    runs: Object.values(state.runs.live).map(({ id, agent, dispatch, spec, subject, project, since, writer }) => ({ id, agent, dispatch, item: streamOf(state, spec ?? subject), project, since, writer })).sort((a, b) => byText(a.since, b.since) || byText(a.id, b.id)),
    gates: input.gates.map(({ kind, item, reason, until, mend }) => ({ kind, item, reason, until, mend })),
    decisions: openQuestions(state),
    needs: Object.values(state.feedback.needs).filter(need => need.status === 'open').length,
    observations: openObservations(state),
    denied: { count: state.runs.denied, latest: state.runs.denials.map(({ run, agent, path, why, at }) => ({ run, agent, path, why, at })) },
    unparsed: unreadable(state), unrecorded: input.unrecorded, problems: input.problems,
    next: input.candidates.map(({ command, stream, blocked }) => ({ command, item: stream, ready: blocked.length === 0, blockedBy: [...new Set(blocked.map(block => block.code))] })),
    spend: { today: spentToday(state, now) },
  }
}

const sorted = (heads: Readonly<Record<string, number>>): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(heads).sort(([a], [b]) => byText(a, b)))

function stageEntries(state: State): Record<Stage, StageEntry[]> {
  const board = Object.fromEntries(stages.map(stage => [stage, [] as StageEntry[]])) as Record<Stage, StageEntry[]>
  const specs = Object.values(state.specs.byId).sort((a, b) => byText(a.name, b.name) || a.revision - b.revision)
  for (const spec of specs) board[spec.stage].push(stageEntry(spec))
  return board
}

const stageEntry = (spec: Spec): StageEntry => ({
  name: spec.name, item: spec.id, project: spec.fields.project, attempt: spec.attempt, revision: spec.revision, title: spec.title, since: spec.stageSince, paused: spec.paused,
})

/** A choice made by `factory backend` goes before the configuration. */
function agentEntry(state: State, agent: AgentConfig): AgentEntry {
  const last = Object.hasOwn(state.runs.last, agent.name) ? state.runs.last[agent.name] : undefined
  const running = Object.values(state.runs.live).some(run => run.agent === agent.name)
  return {
    name: agent.name, backend: state.settings.backends[agent.name] ?? state.settings.backends['*'] ?? agent.backend, model: agent.model,
    lastRun: last === undefined ? null : { id: last.id, at: last.at, dispatch: last.dispatch, outcome: last.outcome },
    idle: !running && last?.quiet === true, running,
  }
}

function streamOf(state: State, item: `${string}:${number}` | null): string | null {
  if (item === null) return null
  const spec = state.specs.byId[item]
  if (spec !== undefined) return `spec/${spec.name}`
  const request = state.research.byId[item]
  return request === undefined ? item : `research/${request.name}`
}

function openQuestions(state: State): { awaiting: number; autoResolved: number } {
  const open = Object.values(state.specs.byId).filter(spec => !isOver(spec.stage))
  const statuses = open.flatMap(spec => state.decisions.bySpec[spec.id] ?? []).map(id => state.decisions.byId[id]?.status)
  return { awaiting: statuses.filter(status => status === 'awaiting').length, autoResolved: statuses.filter(status => status === 'auto-resolved').length }
}

/** The texts of a spec that is over trouble nobody any more. */
function unreadable(state: State): StatusView['unparsed'] {
  const isOpen = (source: string): boolean => {
    const spec = source.startsWith('spec/') ? findSpec(state.specs, source.slice('spec/'.length)) : undefined
    return spec === undefined || !isOver(spec.stage)
  }
  return Object.entries(state.feedback.unparsed).filter(([source]) => isOpen(source)).sort(([a], [b]) => byText(a, b))
    .flatMap(([source, errors]) => errors.map(({ line, message }) => ({ source, line, message })))
}

function openObservations(state: State): { critical: number; high: number; low: number } {
  const open = { critical: 0, high: 0, low: 0 }
  for (const observation of Object.values(state.feedback.observations)) if (observation.status === 'open') open[observation.severity] += 1
  return open
}
