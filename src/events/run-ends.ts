/** The ends of a run. All but `run.abandoned`, whose process is gone, know what the run cost. */
import type { EventOf, FactoryEvent } from './types.ts'

export type RunEnd = EventOf<'run.finished' | 'run.failed' | 'run.timed-out' | 'run.cancelled' | 'run.abandoned'>
export type CostedEnd = Exclude<RunEnd, { type: 'run.abandoned' }>

export const isRunEnd = (event: FactoryEvent): event is RunEnd => isCostedEnd(event) || event.type === 'run.abandoned'

export const isCostedEnd = (event: FactoryEvent): event is CostedEnd =>
  event.type === 'run.finished' || event.type === 'run.failed' || event.type === 'run.timed-out' || event.type === 'run.cancelled'
