/**
 * One turn of the scheduler, in one transaction: take back runs whose process is gone, do the kernel's steps, claim runs up to the
 * free slots, record gates newly met. The plan is made anew after every claim, so that a budget or a project is never given twice.
 */
import type { Claim, RunRequest } from '../agents/claim.ts'
import { Refusal, isFactoryError } from '../error.ts'
import type { ExitCode, FactoryError } from '../error.ts'
import type { ItemId } from '../events/types.ts'
import type { Transaction, Workspace } from '../workspace/session.ts'
import type { AgentPort } from './agent-port.ts'
import { blocksOf } from './blocks.ts'
import type { Candidate, Gate } from './candidate.ts'
import { kernelStep, passSoftCheckpoints, recordGates, takeBackRuns } from './kernel-steps.ts'
import { isReady, plan } from './plan.ts'
import type { Plan } from './plan.ts'
import { dueSchedules, firing, freeOffer, isBeating } from './schedules.ts'

export interface TurnOptions {
  readonly actor: string
  readonly slots: number | null
  /** Runs of this process that are still at work, and what they are about: a run may be recorded before its delivery is done. */
  readonly running: ReadonlyMap<string, ItemId | null>
  readonly stepsLeft: number
  /** Look at schedules that fired since then; null: leave them. */
  readonly schedulesSince: string | null
}

/** A claim or a step that was refused although it looked ready; not tried again in this turn. */
export interface RefusedStep {
  readonly item: string
  readonly name: string
  readonly dispatch: string
  readonly error: { readonly code: string; readonly message: string; readonly mend?: string; readonly exitCode: ExitCode }
}

export interface Turn {
  readonly plan: Plan
  readonly claims: readonly Claim[]
  readonly steps: readonly Candidate[]
  readonly recovered: readonly string[]
  readonly gates: readonly Gate[]
  readonly refused: readonly RefusedStep[]
  /** Open observations that stop nothing, but that a person should see. */
  readonly high: number
  /** Runs of this clone in another process. */
  readonly busy: readonly string[]
  /** Events folded when the turn ended: what comes later is news. */
  readonly events: number
  readonly now: string
}

interface Going {
  readonly workspace: Workspace
  readonly transaction: Transaction
  readonly port: AgentPort
  readonly options: TurnOptions
  readonly claims: Claim[]
  readonly steps: Candidate[]
  readonly refused: RefusedStep[]
}

export function takeTurn(workspace: Workspace, port: AgentPort, options: TurnOptions): Promise<Turn> {
  return workspace.transact({ command: 'start', actor: options.actor }, transaction => {
    const going: Going = { workspace, transaction, port, options, claims: [], steps: [], refused: [] }
    const recovered = takeBackRuns(transaction, port.local(workspace, transaction.state, transaction.config))
    for (let next = choose(going); next !== undefined; next = choose(going)) act(going, next)
    fireSchedules(going)
    const final = currentPlan(going)
    const gates = recordGates(transaction, final.candidates)
    return { plan: final, claims: going.claims, steps: going.steps, recovered, gates, refused: going.refused, high: highObservations(transaction), busy: busyRuns(going), events: transaction.state.events, now: transaction.now }
  })
}

const currentPlan = ({ workspace, transaction, port }: Going): Plan =>
  plan(transaction.state, transaction.config, transaction.now, port.local(workspace, transaction.state, transaction.config))

const keyOf = ({ dispatch, item }: Candidate): string => `${dispatch} ${item}`
const slotsFree = ({ options, claims, transaction }: Going): boolean => options.running.size + claims.length < (options.slots ?? transaction.config.limits.slots)
const stepsLeft = ({ options, claims, steps }: Going): boolean => claims.length + steps.length < options.stepsLeft

function choose(going: Going): Candidate | undefined {
  if (!stepsLeft(going)) return undefined
  const given = new Set(going.refused.map(({ dispatch, item }) => `${dispatch} ${item}`))
  const held = new Set(going.options.running.values())
  return currentPlan(going).candidates.find(candidate => isReady(candidate) && !given.has(keyOf(candidate)) && !held.has(candidate.item) && (candidate.agent === null || slotsFree(going)))
}

function act(going: Going, candidate: Candidate): void {
  const { transaction, steps, refused } = going
  try {
    if (candidate.agent === null) {
      const before = transaction.state.events
      kernelStep(transaction, candidate)
      if (transaction.state.events === before) refused.push({ item: candidate.item, name: candidate.name, dispatch: candidate.dispatch, error: plain(nothingDone(candidate)) })
      else steps.push(candidate)
      return
    }
    passSoftCheckpoints(transaction, candidate)
    claim(going, requestOf(candidate, candidate.agent, 'start'))
  } catch (error) {
    if (!isFactoryError(error)) throw error
    refused.push({ item: candidate.item, name: candidate.name, dispatch: candidate.dispatch, error: plain(error) })
  }
}

/** What is asked of the agents for a candidate. */
export const requestOf = (candidate: Candidate, agent: string, trigger: RunRequest['trigger']): RunRequest => ({
  agent, dispatch: candidate.dispatch, trigger,
  ...(candidate.spec === null ? {} : { spec: candidate.spec }),
  ...(candidate.subject === null ? {} : { subject: candidate.subject }),
  ...(candidate.segment === null ? {} : { segment: candidate.segment }),
})

function claim({ workspace, transaction, port, claims }: Going, request: RunRequest): void {
  const claimed = port.claim(workspace, transaction, request)
  port.hold(workspace, claimed.run)
  claims.push(claimed)
}

function fireSchedules(going: Going): void {
  const { transaction, options, workspace, port, refused } = going
  if (options.schedulesSince === null) return
  for (const schedule of dueSchedules(transaction.state, transaction.config, transaction.now, options.schedulesSince)) {
    if (!stepsLeft(going) || !slotsFree(going)) return
    const { state, config, now } = transaction
    const offer = freeOffer(schedule.agent, 'heartbeat', `factory run ${schedule.agent}`, schedule.due)
    if (isBeating(state, schedule.agent) || blocksOf(offer, { state, config, now, local: port.local(workspace, state, config) }).length > 0) continue
    try {
      transaction.append([firing(schedule)], { actor: 'kernel' })
      claim(going, { agent: schedule.agent, dispatch: 'heartbeat', trigger: 'schedule' })
    } catch (error) {
      if (!isFactoryError(error)) throw error
      refused.push({ item: schedule.agent, name: schedule.agent, dispatch: 'heartbeat', error: plain(error) })
    }
  }
}

const highObservations = ({ state }: Transaction): number => Object.values(state.feedback.observations).filter(({ status, severity }) => status === 'open' && severity === 'high').length

function busyRuns({ transaction, options, claims }: Going): readonly string[] {
  const own = new Set([...options.running.keys(), ...claims.map(({ run }) => run)])
  return Object.values(transaction.state.runs.live).filter(run => run.writer === transaction.writer && !own.has(run.id)).map(({ id }) => id)
}

const nothingDone = ({ dispatch, name }: Candidate): Refusal => new Refusal('already-so', `${dispatch} changed nothing of ${name}.`, 'factory status')

const plain = ({ code, message, mend, exitCode }: FactoryError): RefusedStep['error'] => ({ code, message, exitCode, ...(mend === undefined ? {} : { mend }) })
