/**
 * `factory start`: plan, claim, run, and plan again as soon as anything ends, until idle, gated, the given number of steps, or an
 * interrupt. Nothing is kept in memory that the log does not hold: a crash is the normal stop, and starting is resuming.
 */
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { RunOutcome } from '../agents/run.ts'
import { FactoryError, isFactoryError } from '../error.ts'
import type { ItemId } from '../events/types.ts'
import type { Workspace } from '../workspace/session.ts'
import { agentPort } from './agent-port.ts'
import type { AgentPort } from './agent-port.ts'
import type { Gate } from './candidate.ts'
import { executeClaim } from './execution.ts'
import { resultOf } from './outcome.ts'
import type { StartResult } from './outcome.ts'
import { dueSchedules } from './schedules.ts'
import { takeTurn } from './turn.ts'
import type { RefusedStep, Turn } from './turn.ts'
import { sleep, watchWorkspace } from './watching.ts'
import type { Waker } from './watching.ts'

export type { StartResult } from './outcome.ts'

export type StartProgress =
  | { readonly kind: 'recovered'; readonly runs: readonly string[] }
  | { readonly kind: 'claimed'; readonly run: string; readonly agent: string; readonly dispatch: string; readonly name: string; readonly model: string | null }
  | { readonly kind: 'line'; readonly run: string; readonly text: string }
  | { readonly kind: 'ended'; readonly outcome: RunOutcome }
  | { readonly kind: 'step'; readonly dispatch: string; readonly name: string }
  | { readonly kind: 'gate'; readonly gate: Gate }
  | { readonly kind: 'refused'; readonly refused: RefusedStep }
  /** High observations are open; told once. */
  | { readonly kind: 'noticed'; readonly high: number }
  | { readonly kind: 'resting'; readonly until: string }
  | { readonly kind: 'watching' }

export interface StartOptions {
  readonly actor: string
  /** Dispatches and promotions; left out: until idle or gated. */
  readonly maxSteps?: number
  /** Left out: `limits.slots`. */
  readonly slots?: number
  readonly watch?: boolean
  readonly signal?: AbortSignal
  readonly onProgress?: (event: StartProgress) => void
  /** Called after every run, before the next turn: collection, notifications. A failure is told, never fatal. */
  readonly afterRun?: (outcome: RunOutcome) => Promise<void>
  readonly env?: NodeJS.ProcessEnv
  readonly factoryHome?: string
  readonly port?: AgentPort
}

/** Every loop has a number, also when no one gave one. */
const mostSteps = 10_000
/** A backend's rest of at most this is waited for; a longer one ends the start. */
const patienceMs = 2 * 60_000
const floorMs = 1000
const betweenDeliveriesMs = 60_000

interface Session {
  readonly workspace: Workspace
  readonly options: StartOptions
  readonly port: AgentPort
  readonly maxSteps: number
  readonly running: Map<string, { readonly item: ItemId | null; readonly end: Promise<void> }>
  readonly runs: RunOutcome[]
  readonly since: string
  /** Refusals that were told: each once. */
  readonly told: Set<string>
  /** Resolves at the interrupt; one for all waiting, however long it goes on. */
  readonly interrupt: Promise<void>
  steps: number
  deliveredAt: number
}

/** Runs the scheduler. Resolves when there is nothing more to do; the log holds everything that happened. */
export async function start(workspace: Workspace, options: StartOptions): Promise<StartResult> {
  if (options.slots !== undefined && (!Number.isInteger(options.slots) || options.slots < 1)) throw new FactoryError('slots-invalid', 'The number of slots is at least 1.', { exitCode: 64, mend: 'factory start --slots 1' })
  const port = options.port ?? await agentPort({ env: options.env ?? process.env, factoryHome: options.factoryHome ?? homeOf(options.env ?? process.env) })
  const waker = options.watch === true ? await watchWorkspace(workspace) : null
  const session: Session = { workspace, options, port, maxSteps: options.maxSteps ?? mostSteps, running: new Map(), runs: [], since: new Date().toISOString(), told: new Set(), interrupt: untilAborted(options.signal), steps: 0, deliveredAt: 0 }
  try {
    return await loop(session, waker)
  } finally {
    await allEnd(session)
    await waker?.close()
  }
}

/** FACTORY_HOME, where views are made. */
export const homeOf = (env: NodeJS.ProcessEnv): string => env.FACTORY_HOME ?? join(env.HOME ?? homedir(), '.factory')

async function loop(session: Session, waker: Waker | null): Promise<StartResult> {
  for (let last: Turn | null = null; ;) {
    if (isOver(session)) return interrupted(session, last)
    if (session.running.size === 0) await deliver(session)
    const atWork = session.running.size
    const turn = await nextTurn(session, waker !== null)
    if (turn === null) continue
    last = turn
    tell(session, turn)
    for (const claim of turn.claims) launch(session, claim)
    if (session.running.size > 0) await anyEnds(session, waker)
    // A run that was wound up while the turn was taken held its item back from it: the next turn has it.
    else if (isOver(session) || atWork > 0) continue
    else if (session.steps < session.maxSteps && await waits(session, turn, waker)) continue
    else return ending(session, turn, false)
  }
}

const isOver = ({ options: { signal } }: Session): boolean => signal?.aborted === true

/** One turn; null: the workspace was busy, and there is reason to try again. */
async function nextTurn(session: Session, watch: boolean): Promise<Turn | null> {
  try {
    return await takeTurn(session.workspace, session.port, {
      actor: session.options.actor, slots: session.options.slots ?? null, running: new Map([...session.running].map(([run, { item }]) => [run, item])),
      stepsLeft: session.maxSteps - session.steps, schedulesSince: watch ? session.since : null,
    })
  } catch (error) {
    if (!isFactoryError(error) || error.exitCode !== 75 || (session.running.size === 0 && !watch)) throw error
    await sleep(floorMs, session.options.signal)
    return null
  }
}

function tell(session: Session, turn: Turn): void {
  const { onProgress } = session.options
  session.steps += turn.steps.length
  if (turn.recovered.length > 0) onProgress?.({ kind: 'recovered', runs: turn.recovered })
  for (const { dispatch, name } of turn.steps) onProgress?.({ kind: 'step', dispatch, name })
  for (const refused of turn.refused) {
    const key = `${refused.dispatch} ${refused.item} ${refused.error.code}`
    if (!session.told.has(key)) onProgress?.({ kind: 'refused', refused })
    session.told.add(key)
  }
  if (turn.high > 0 && !session.told.has('high observations')) {
    onProgress?.({ kind: 'noticed', high: turn.high })
    session.told.add('high observations')
  }
  for (const gate of turn.gates) onProgress?.({ kind: 'gate', gate })
}

function launch(session: Session, claim: Turn['claims'][number]): void {
  const { options: { onProgress, signal }, running, runs } = session
  session.steps += 1
  onProgress?.({ kind: 'claimed', run: claim.run, agent: claim.agent.name, dispatch: claim.dispatch, name: claim.spec?.name ?? claim.research?.name ?? claim.agent.name, model: claim.model })
  const end = async (): Promise<void> => {
    const outcome = await executeClaim(session.workspace, session.port, claim, { signal, onLine: text => onProgress?.({ kind: 'line', run: claim.run, text }) })
    runs.push(outcome)
    onProgress?.({ kind: 'ended', outcome })
    await session.options.afterRun?.(outcome).catch(() => {})
  }
  running.set(claim.run, { item: claim.spec?.id ?? claim.research?.id ?? null, end: end().finally(() => running.delete(claim.run)) })
}

/** Waits until a run ends or, where files are watched, until there may be more to do for a free slot. */
async function anyEnds({ running, options }: Session, waker: Waker | null): Promise<void> {
  const hint = waker === null || options.signal?.aborted === true ? [] : [waker.next(floorMs)]
  await Promise.race([...[...running.values()].map(({ end }) => end), ...hint])
}

const allEnd = async ({ running }: Session): Promise<void> => { await Promise.all([...running.values()].map(({ end }) => end)) }

/** What stood in the way of a delivery may be gone. Recorded where it happens; a delivery that fails ends no start. */
async function deliver(session: Session): Promise<void> {
  const { port, workspace, options: { signal, onProgress } } = session
  if (port.deliver === undefined || Date.now() - session.deliveredAt < betweenDeliveriesMs || isOver(session)) return
  session.deliveredAt = Date.now()
  await port.deliver(workspace, { signal: signal ?? new AbortController().signal, onProgress: text => onProgress?.({ kind: 'line', run: 'delivery', text }) }).catch(() => {})
}

/** Whether there is something to wait for; resolves when it is time for another turn. */
async function waits(session: Session, turn: Turn, waker: Waker | null): Promise<boolean> {
  const { onProgress, signal } = session.options
  const until = restingUntil(turn)
  if (waker === null) {
    const ms = until === null ? Infinity : Date.parse(until) - Date.now()
    if (until === null || ms > patienceMs) return false
    onProgress?.({ kind: 'resting', until })
    await sleep(Math.max(1, ms), signal)
    return true
  }
  onProgress?.({ kind: 'watching' })
  while (signal?.aborted !== true) {
    await Promise.race([waker.next(floorMs), session.interrupt])
    if (until !== null && Date.parse(until) <= Date.now()) return true
    if (await hasNews(session, turn)) return true
  }
  return true
}

/** The earliest end of a backend's rest that holds up something otherwise ready. */
function restingUntil({ plan: { candidates } }: Turn): string | null {
  const ends = candidates.filter(({ blocked }) => blocked.length > 0 && blocked.every(({ code, until }) => code === 'backend' && until !== null))
  return ends.flatMap(({ blocked }) => blocked.flatMap(({ until }) => until ?? [])).sort()[0] ?? null
}

async function hasNews({ workspace, since }: Session, turn: Turn): Promise<boolean> {
  const { state, config, unrecorded } = await workspace.look()
  return state.events !== turn.events || unrecorded.length > 0 || dueSchedules(state, config, new Date().toISOString(), since).length > 0
}

const untilAborted = (signal: AbortSignal | undefined): Promise<void> => new Promise(resolve => { signal?.addEventListener('abort', () => resolve(), { once: true }) })

async function interrupted(session: Session, turn: Turn | null): Promise<StartResult> {
  await allEnd(session)
  return ending(session, turn, true)
}

function ending({ steps, runs, maxSteps }: Session, turn: Turn | null, isInterrupted: boolean): StartResult {
  return resultOf({
    steps, runs, interrupted: isInterrupted, limited: steps >= maxSteps, gates: turn?.plan.gates ?? [], candidates: turn?.plan.candidates ?? [],
    refused: turn?.refused ?? [], busy: turn?.busy ?? [],
  })
}
