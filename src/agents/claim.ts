/**
 * The claim of a run: everything a run needs is resolved and recorded before anything is started. Synchronous, inside the caller's
 * transaction; the decider appends `run.claimed`. Called by `start` and by `run`, `advance`, `docs` and `reflect`.
 */
import type { AgentConfig, BackendConfig, Config } from '../config/model.ts'
import type { DataOf, ItemId } from '../events/types.ts'
import { Refusal } from '../error.ts'
import { claimRun as decideClaim } from '../deciders/runs.ts'
import type { Transaction } from '../workspace/session.ts'
import type { Spec } from '../../reducers/spec.ts'
import type { State } from '../../reducers/state.ts'
import { backendOf } from './backends.ts'
import { specOf } from './claim-facts.ts'
import { dispatchRow } from './dispatch-table.ts'
import { resolveCommit } from '../projects/repository.ts'
import { createProject, projectNameFor, requireProject } from '../projects/projects.ts'
import type { LinkedProject } from '../projects/projects.ts'
import { backendTrust, criteriaTrust } from './trust.ts'

export interface RunRequest {
  readonly agent: string
  readonly dispatch: string
  readonly spec?: ItemId
  /** A research request. */
  readonly subject?: ItemId
  /** Index of the plan's segment to execute. */
  readonly segment?: number
  readonly trigger: DataOf<'run.claimed'>['trigger']
  readonly message?: string
  /** The text of a task file. */
  readonly taskFile?: string
}

export interface ClaimedProject {
  readonly name: string
  /** On this machine; never recorded. */
  readonly path: string
  /** The commit that lies in the view. */
  readonly base: string
  /** Where the whole change began: criteria that already pass there prove nothing. */
  readonly origin: string
  readonly target: string
}

/** Plain data: all that `executeRun` needs to know of a claim. */
export interface Claim {
  readonly run: string
  /** The run's own item, and where it shows in the log. */
  readonly item: ItemId
  readonly stream: string
  readonly agent: AgentConfig
  readonly backend: BackendConfig
  readonly model: string | null
  readonly dispatch: string
  readonly spec: { readonly id: ItemId; readonly name: string } | null
  readonly research: { readonly id: ItemId; readonly name: string } | null
  readonly attempt: number
  readonly segment: number | null
  readonly project: ClaimedProject | null
  readonly fence: number
  readonly deadlineMs: number
  readonly silenceMs: number
  readonly trigger: RunRequest['trigger']
  readonly message: string | null
  readonly taskFile: string | null
}

const leaseSlackMs = 5 * 60_000

/** Decides and records the claim, or refuses with what stands in the way. */
export function claimRun(transaction: Transaction, request: RunRequest): Claim {
  const { state, config } = transaction
  const row = dispatchRow(request.dispatch)
  const agent = agentNamed(config, request.agent)
  const spec = request.spec === undefined ? null : specOf(state, request.spec)
  const research = request.subject === undefined ? null : state.research.byId[request.subject] ?? null
  const backend = backendFor(state, config, agent, transaction.writer)
  if (config.policy.wall === 'required') throw new Refusal('wall-missing', 'policy.wall is required, and no wall is available for this backend.', 'set policy.wall: auto in agents.yaml, or install a wall that factory doctor names')
  const project = row.project === 'none' || spec === null ? null : projectFor(transaction, spec, request)
  if (request.dispatch === 'verify' && spec !== null) requireCriteriaTrust(transaction, spec, project)
  const attempt = spec === null ? 0 : row.project === 'write' ? Math.max(1, spec.attempt) : spec.attempt
  const model = modelFor(config, spec, agent)
  const [event] = transaction.append(decideClaim(state, {
    agent: agent.name, dispatch: request.dispatch, spec: spec?.id ?? null, subject: research?.id ?? null, project: project?.name ?? null, attempt, segment: request.segment ?? null,
    backend: backend.name, model, leaseMs: agent.timeoutMs + leaseSlackMs, deadlineMs: agent.timeoutMs, silenceMs: agent.silenceMs, trigger: request.trigger,
    config: config.hash, base: project?.base ?? null, wall: 'none', reserve: { usd: config.limits.reserveUsd, tokens: config.limits.reserveTokens }, message: request.message ?? null,
  }, { now: transaction.now, actor: transaction.actor, config, writer: transaction.writer, nextId: transaction.nextId }))
  if (event?.type !== 'run.claimed' || event.run === undefined) throw new Refusal('claimed-already', `${spec?.name ?? agent.name} is being worked on already.`, 'factory status shows the runs in progress')
  return {
    run: event.run, item: event.item, stream: event.stream, agent, backend, model, dispatch: request.dispatch,
    spec: spec === null ? null : { id: spec.id, name: spec.name }, research: research === null ? null : { id: research.id, name: research.name },
    attempt, segment: request.segment ?? null, project, fence: event.data.fence, deadlineMs: agent.timeoutMs, silenceMs: agent.silenceMs,
    trigger: request.trigger, message: request.message ?? null, taskFile: request.taskFile ?? null,
  }
}

function agentNamed(config: Config, name: string): AgentConfig {
  const agent = config.agents.find(one => one.name === name)
  if (agent === undefined) throw new Refusal('agent-not-found', `There is no agent named ${name}.`, `use one of ${config.agents.map(one => one.name).join(', ')}, or name it in agents.yaml`)
  return agent
}

/** The name of the backend an agent runs on: chosen by a person, else configured; null: none. */
export const backendNameFor = (state: State, agent: AgentConfig): string | null =>
  state.settings.backends[agent.name] ?? state.settings.backends['*'] ?? agent.backend

function backendFor(state: State, config: Config, agent: AgentConfig, writer: string): BackendConfig {
  const name = backendNameFor(state, agent)
  if (name === null) throw new Refusal('backend-missing', `${agent.name} has no backend.`, 'name one under backends and defaults in agents.yaml')
  const backend = Object.hasOwn(config.backends, name) ? config.backends[name] : undefined
  if (backend === undefined) throw new Refusal('backend-unknown', `${agent.name} runs on the backend ${name}, which agents.yaml does not define.`, `define it under backends, or choose one of ${Object.keys(config.backends).join(', ') || 'those you add'}`)
  if (backendOf(backend) === undefined) throw new Refusal('backend-unknown', `The backend ${name} is of the kind ${backend.kind}, which this version does not know.`, 'use kind: command')
  const trust = backendTrust(state, writer, backend, config.origins)
  if (!trust.trusted) throw new Refusal('untrusted', `The backend ${name} came from another clone and has not been trusted here.`, 'look at it in agents.yaml, then run factory trust', 3)
  return backend
}

/** Whether the backend of an agent can be claimed now; the reason otherwise. Starts nothing. */
export function backendProblem(state: State, config: Config, agent: AgentConfig, writer: string): Refusal | null {
  try {
    backendFor(state, config, agent, writer)
    return null
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
}

function modelFor(config: Config, spec: Spec | null, agent: AgentConfig): string | null {
  const name = spec?.fields.app ?? config.defaultApp
  const app = config.apps.find(one => one.name === name)
  return app?.profiles[app.profile]?.[agent.name] ?? agent.model
}

function requireCriteriaTrust(transaction: Transaction, spec: Spec, project: ClaimedProject | null): void {
  const setup = project === null ? null : transaction.config.projects[project.name]?.setup ?? null
  if (criteriaTrust(transaction.state, transaction.writer, spec, setup, { project: project?.name ?? null, origins: transaction.config.origins }).trusted) return
  throw new Refusal('untrusted', `The criteria of ${spec.name} came from another clone and have not been trusted here.`, 'read them in the spec, then run factory trust', 3)
}

function projectFor(transaction: Transaction, spec: Spec, request: RunRequest): ClaimedProject {
  const { state } = transaction
  const name = projectNameFor(state, transaction, spec)
  const project = name === null ? createProject(transaction, spec.fields.project ?? spec.name) : requireProject(state, transaction, name)
  const head = resolveCommit(project.path, `refs/heads/${project.target}`) ?? resolveCommit(project.path, 'HEAD')
  if (head === null) throw new Refusal('project-empty', `The project ${project.name} has no commit yet.`, 'make a first commit in it')
  return { ...project, ...basesFor(project, spec, request, head) }
}

/**
 * A verifier gets what was submitted; a builder goes on from its last segment or its last attempt, and from the target itself the first
 * time and after a conflict with it.
 */
function basesFor(project: LinkedProject, spec: Spec, request: RunRequest, head: string): { base: string; origin: string } {
  const here = (commit: string | null | undefined): string | null => (commit == null ? null : resolveCommit(project.path, commit))
  const origin = here(spec.base) ?? head
  if (request.dispatch === 'verify') return { base: submitted(project, spec, here), origin }
  const segment = here(spec.plan?.done.findLast(result => result.commit !== null)?.commit)
  if (segment !== null) return { base: segment, origin: spec.attempts.at(-1)?.by === 'conflict' ? head : origin }
  const earlier = spec.attempts.at(-1)?.by === 'conflict' ? null : here(spec.commit)
  return earlier === null ? { base: head, origin: head } : { base: earlier, origin }
}

function submitted(project: LinkedProject, spec: Spec, here: (commit: string | null) => string | null): string {
  const commit = here(spec.commit)
  if (commit === null) throw new Refusal('commit-missing', `The build of ${spec.name} (${spec.commit?.slice(0, 12) ?? 'no commit'}) is not in the project ${project.name} here.`, 'fetch it from where it was built, or queue a rebuild')
  return commit
}
