/**
 * The functions behind `run`, `advance`, `docs`, `reflect` and `cancel`. Each chooses what the planner would do with that item, and
 * goes through the same claim; none has a way around a gate that the scheduler respects.
 */
import { cancelRun } from '../deciders/runs.ts'
import type { ExitCode } from '../error.ts'
import { Refusal, isFactoryError } from '../error.ts'
import type { ItemId } from '../events/types.ts'
import type { RunOutcome } from '../agents/run.ts'
import type { Spec } from '../../reducers/spec.ts'
import { findSpec } from '../../reducers/spec-names.ts'
import type { State } from '../../reducers/state.ts'
import type { Workspace } from '../workspace/session.ts'
import { blocksOf } from './blocks.ts'
import type { Candidate } from './candidate.ts'
import { decide } from './kernel-steps.ts'
import type { Offer } from './offer.ts'
import { candidateOf, restingStage, specOffer } from './offer.ts'
import { oneRun } from './one-run.ts'
import type { Choice, Choosing, RunOptions, RunReport } from './one-run.ts'
import { freeOffer } from './schedules.ts'
import { requestOf } from './turn.ts'

export type { RunOptions, RunReport } from './one-run.ts'

export interface RunAgentRequest {
  readonly agent: string
  /** A spec, or a question for the researcher. */
  readonly spec?: string
  readonly message?: string
  readonly taskText?: string
}

/** `factory run AGENT [SPEC]`: the item's next dispatch if it is this agent's, else a run without transitions; neither: a heartbeat. */
export const runAgent = (workspace: Workspace, request: RunAgentRequest, options: RunOptions): Promise<RunReport> =>
  oneRun(workspace, options, 'run', choosing => {
    requireAgent(choosing, request.agent)
    const choice = request.spec === undefined ? freeChoice(choosing, request) : itemChoice(choosing, request, request.spec)
    return { ...choice, request: { ...choice.request, ...texts(request) } }
  })

const texts = ({ message, taskText }: RunAgentRequest) => ({ ...(message === undefined ? {} : { message }), ...(taskText === undefined ? {} : { taskFile: taskText }) })

function requireAgent({ transaction: { config } }: Choosing, agent: string): void {
  if (config.agents.some(({ name }) => name === agent)) return
  throw new Refusal('agent-not-found', `There is no agent named ${agent}.`, `use one of ${config.agents.map(({ name }) => name).join(', ')}`)
}

const blockedOffer = ({ transaction: { state, config, now }, local }: Choosing, offer: Offer): Candidate => candidateOf(offer, blocksOf(offer, { state, config, now, local }))

/** Without an item: a heartbeat, or a run with a message. */
function freeChoice(choosing: Choosing, { agent, message, taskText }: RunAgentRequest): Choice {
  const dispatch = message === undefined && taskText === undefined ? 'heartbeat' : 'reflect'
  const candidate = blockedOffer(choosing, freeOffer(agent, dispatch, `factory run ${agent}`, choosing.transaction.now))
  return { candidate, request: { agent, dispatch, trigger: dispatch === 'heartbeat' ? 'heartbeat' : 'command' } }
}

function itemChoice(choosing: Choosing, { agent }: RunAgentRequest, name: string): Choice {
  const item = itemNamed(choosing.transaction.state, agent, name)
  const candidate = choosing.plan.candidates.find(one => one.item === item && one.agent === agent)
  if (candidate !== undefined) return { candidate, request: requestOf(candidate, agent, 'command') }
  const spec = choosing.transaction.state.specs.byId[item]
  if (spec === undefined) throw new Refusal('not-legal-now', `${name} does not wait for ${agent}.`, 'factory status')
  return aside(choosing, agent, spec)
}

/** A run about a spec that is not at this agent's stage: it sees the record and moves nothing. */
function aside(choosing: Choosing, agent: string, spec: Spec): Choice {
  const offer = specOffer({ name: 'reflect', agent, downstream: 0, offer: () => [] }, choosing.transaction.state, spec, { command: `factory run ${agent} ${spec.name}` })
  return { candidate: blockedOffer(choosing, offer), request: { agent, dispatch: 'reflect', spec: spec.id, trigger: 'command' } }
}

function itemNamed(state: State, agent: string, name: string): ItemId {
  const question = name.replace(/^research\//, '').replace(/\.md$/, '')
  const research = Object.hasOwn(state.research.byName, question) ? state.research.byName[question] : undefined
  const spec = findSpec(state.specs, name)
  if (research !== undefined && (agent === 'researcher' || spec === undefined || name.startsWith('research/'))) return research
  if (spec !== undefined) return spec.id
  throw new Refusal('spec-not-found', `There is no spec named ${name}.`, 'factory status lists what is there')
}

/** `factory advance SPEC`: take the spec its next step towards being built. */
export const advance = (workspace: Workspace, request: { readonly spec: string }, options: RunOptions): Promise<RunReport> =>
  oneRun(workspace, options, 'advance', choosing => stepChoice(choosing, request.spec, ['draft', 'advance', 'plan', 'validate', 'build', 'execute'], 'be advanced'))

/** `factory docs SPEC`: documentation of a verified spec. */
export const docs = (workspace: Workspace, request: { readonly spec: string }, options: RunOptions): Promise<RunReport> =>
  oneRun(workspace, options, 'docs', choosing => stepChoice(choosing, request.spec, ['document'], 'be documented'))

function stepChoice(choosing: Choosing, name: string, dispatches: readonly string[], what: string): Choice {
  const spec = findSpec(choosing.transaction.state.specs, name)
  if (spec === undefined) throw new Refusal('spec-not-found', `There is no spec named ${name}.`, 'factory status lists what is there')
  const candidate = choosing.plan.candidates.find(one => one.item === spec.id && dispatches.includes(one.dispatch))
  if (candidate === undefined || candidate.agent === null) throw new Refusal('not-legal-now', `${spec.name} is in the stage ${restingStage(spec)} and cannot ${what} now.`, 'factory status')
  return { candidate, request: requestOf(candidate, candidate.agent, 'command') }
}

export interface ReflectReport {
  readonly runs: readonly RunOutcome[]
  readonly failed: readonly { readonly agent: string; readonly why: string }[]
  /** Needs and observations that are new since. */
  readonly observations: number
  readonly exitCode: ExitCode
}

/** `factory reflect [AGENT]`: one agent or all of them, one after another, examine themselves. Exit code 2 if every one failed. */
export async function reflect(workspace: Workspace, request: { readonly agent?: string }, options: RunOptions): Promise<ReflectReport> {
  const before = await workspace.look()
  if (request.agent !== undefined && !before.config.agents.some(({ name }) => name === request.agent)) {
    throw new Refusal('agent-not-found', `There is no agent named ${request.agent}.`, `use one of ${before.config.agents.map(({ name }) => name).join(', ')}`)
  }
  const known = feedbackCount(before.state)
  const runs: RunOutcome[] = []
  const failed: { agent: string; why: string }[] = []
  for (const agent of request.agent === undefined ? before.config.agents.map(({ name }) => name) : [request.agent]) {
    if (options.signal?.aborted === true) break
    await reflectOne(workspace, agent, options, runs, failed)
  }
  const observations = feedbackCount((await workspace.look()).state) - known
  const exitCode = options.signal?.aborted === true ? 130 : failed.length > 0 && runs.every(({ outcome }) => outcome !== 'finished') ? 2 : 0
  return { runs, failed, observations, exitCode }
}

async function reflectOne(workspace: Workspace, agent: string, options: RunOptions, runs: RunOutcome[], failed: { agent: string; why: string }[]): Promise<void> {
  try {
    const { outcome } = await oneRun(workspace, options, 'reflect', choosing => ({
      candidate: blockedOffer(choosing, freeOffer(agent, 'reflect', `factory reflect ${agent}`, choosing.transaction.now)),
      request: { agent, dispatch: 'reflect', trigger: 'reflection' },
    }))
    runs.push(outcome)
    if (outcome.outcome !== 'finished') failed.push({ agent, why: outcome.message || outcome.outcome })
  } catch (error) {
    if (!isFactoryError(error) || error.exitCode === 75) throw error
    failed.push({ agent, why: error.message.replace(`${agent}: `, '') })
  }
}

const feedbackCount = ({ feedback }: State): number => Object.keys(feedback.needs).length + Object.keys(feedback.observations).length

/** `factory cancel RUN`: records the end of a run; the process that executes it sees that and stops the agent. */
export async function cancel(workspace: Workspace, request: { readonly run: string; readonly why?: string }, options: { readonly actor: string }): Promise<{ readonly run: string }> {
  const run = request.run.replace(/^run\//, '')
  await workspace.transact({ command: 'cancel', actor: options.actor }, transaction => {
    const live = Object.hasOwn(transaction.state.runs.live, run) ? transaction.state.runs.live[run] : undefined
    if (live === undefined) throw new Refusal('run-not-found', `There is no run ${run} in progress.`, 'factory status')
    decide(transaction, cancelRun, { run, why: request.why ?? `cancelled by ${options.actor}` }, options.actor)
  })
  return { run }
}
