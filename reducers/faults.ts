/** Which ends of a run count as a try of the item: the agent's own failures do, the world's do not. */
import type { EventOf } from '../src/events/types.ts'

type Fault = EventOf<'run.failed'>['data']['fault']
const notTheItems: ReadonlySet<Fault> = new Set<Fault>(['rate-limit', 'quota', 'authentication', 'infrastructure', 'cancelled'])

export const countsAsTry = (fault: Fault): boolean => !notTheItems.has(fault)

export function isTry(event: EventOf<'run.failed'> | EventOf<'run.timed-out'> | EventOf<'run.cancelled'> | EventOf<'run.abandoned'>): boolean {
  if (event.type === 'run.failed') return countsAsTry(event.data.fault)
  return event.type === 'run.timed-out'
}
