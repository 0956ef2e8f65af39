/**
 * What the planner is told besides the state: the moment, the configuration, and what only this machine knows. Nothing here is read
 * by the planner itself. Pure.
 */
import type { Config } from '../config/model.ts'
import { foreignLeaseMs } from '../deciders/runs.ts'
import type { LiveRun } from '../../reducers/runs.ts'
import type { State } from '../../reducers/state.ts'

/** Facts of this clone and this machine. */
export interface Local {
  readonly writer: string
  /** Backend to `ok`, or why it cannot run here. */
  readonly backends: Readonly<Record<string, string>>
  /** Whether `backend:NAME` or `criteria:SPEC` may run on this clone. */
  readonly trusted: (subject: string) => boolean
  /** Whether the process that owns a run of this clone still lives; left out: it does. */
  readonly ownerAlive?: (run: LiveRun) => boolean
}

export interface Look {
  readonly state: State
  readonly config: Config
  /** ISO 8601. */
  readonly now: string
  readonly local: Local
}

/** Held by this clone, by another one, or by nobody any more. */
export type Holding = 'here' | 'elsewhere' | 'gone'

/** A lease is judged by the clone that claimed it, by its owner process; elsewhere it stands until a day has passed. */
export function holdingOf(run: LiveRun, { now, local }: Look): Holding {
  if (run.writer === local.writer) return local.ownerAlive?.(run) === false ? 'gone' : 'here'
  return Date.parse(now) - Date.parse(run.since) < foreignLeaseMs ? 'elsewhere' : 'gone'
}
