/** Runs: those in progress with their lease, the last one of each agent, and what was denied. */
import { idOf, wallTime } from '../src/events/types.ts'
import type { EventOf, FactoryEvent, ItemId } from '../src/events/types.ts'
import { countsAsTry } from './faults.ts'
import { own, put } from './reducing.ts'
import type { Reducer } from './reducing.ts'

export interface LiveRun {
  readonly id: string
  readonly item: ItemId
  readonly stream: string
  readonly agent: string
  readonly dispatch: string
  readonly spec: ItemId | null
  readonly subject: ItemId | null
  readonly project: string | null
  readonly attempt: number
  readonly backend: string
  readonly writer: string
  readonly since: string
  readonly leaseMs: number
  readonly deadlineMs: number
  readonly fence: number
  readonly reserve: { readonly usd: number; readonly tokens: number }
  pid: number | null
}

export interface EndedRun {
  readonly id: string
  readonly agent: string
  readonly dispatch: string
  readonly at: string
  readonly outcome: 'finished' | 'failed' | 'timed-out' | 'cancelled' | 'abandoned'
  readonly quiet: boolean
  readonly durationMs: number
  readonly costUsd: number | null
}

export interface Denial { readonly run: string; readonly agent: string; readonly path: string; readonly want: string; readonly why: string; readonly at: string }

export interface Runs {
  live: Record<string, LiveRun>
  /** Highest fencing token of each subject. */
  fences: Record<ItemId, number>
  last: Record<string, EndedRun>
  /** Faults in a row that were the backend's own, when the last one was, and until when the backend itself asked to be left alone. */
  backends: Record<string, { failing: number; since: string; until: string | null }>
  denials: Denial[]
  denied: number
}

export const initialRuns = (): Runs => ({ live: {}, fences: {}, last: {}, backends: {}, denials: [], denied: 0 })

export const reduceRuns: Reducer<Runs> = (runs, event) => {
  switch (event.type) {
    case 'run.claimed':
      return claim(runs, event)
    case 'run.started': {
      const live = event.run === undefined ? undefined : own(runs.live, event.run)
      if (live !== undefined) live.pid = event.data.pid
      return
    }
    case 'access.denied':
      runs.denied += 1
      runs.denials = [...runs.denials.slice(-19), { run: event.run ?? '', agent: event.data.agent, path: event.data.path, want: event.data.want, why: event.data.why, at: wallTime(event) }]
      return
    case 'run.finished':
    case 'run.failed':
    case 'run.timed-out':
    case 'run.cancelled':
    case 'run.abandoned':
      return end(runs, event)
    default:
  }
}

function claim(runs: Runs, event: EventOf<'run.claimed'>): void {
  const { run } = event
  if (run === undefined) return
  const { agent, dispatch, spec, subject, project, attempt, backend, leaseMs, deadlineMs, fence, reserve } = event.data
  put(runs.live, run, { id: run, item: idOf(event), stream: event.stream, agent, dispatch, spec, subject, project, attempt, backend, writer: event.writer, since: wallTime(event), leaseMs, deadlineMs, fence, reserve, pid: null })
  const held = spec ?? subject
  if (held !== null) put(runs.fences, held, Math.max(own(runs.fences, held) ?? 0, fence))
}

type End = Extract<FactoryEvent, { type: 'run.finished' | 'run.failed' | 'run.timed-out' | 'run.cancelled' | 'run.abandoned' }>

function end(runs: Runs, event: End): void {
  const live = event.run === undefined ? undefined : own(runs.live, event.run)
  if (live === undefined || event.run === undefined) return
  delete runs.live[event.run]
  put(runs.last, live.agent, {
    id: live.id, agent: live.agent, dispatch: live.dispatch, at: wallTime(event), outcome: event.type.slice('run.'.length) as EndedRun['outcome'],
    quiet: event.type === 'run.finished' && event.data.quiet,
    durationMs: 'durationMs' in event.data ? event.data.durationMs : 0,
    costUsd: 'costUsd' in event.data ? event.data.costUsd : null,
  })
  const backend = own(runs.backends, live.backend) ?? { failing: 0, since: '', until: null }
  put(runs.backends, live.backend, backend)
  if (event.type === 'run.cancelled' || event.type === 'run.abandoned' || (event.type === 'run.failed' && event.data.fault === 'cancelled')) return
  if (event.type === 'run.failed' && !countsAsTry(event.data.fault)) Object.assign(backend, { failing: backend.failing + 1, since: wallTime(event), until: event.data.until })
  // An agent that fails, or takes too long, has been reached: its backend works.
  else Object.assign(backend, { failing: 0, until: null })
}
