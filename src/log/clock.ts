/**
 * The hybrid logical clock: every new event is later than anything this clone has seen, whatever the wall clock says.
 * Pure; the file log and the memory log stamp their events with it.
 */
import type { LogProblem, StoredEvent } from './port.ts'

/** A point of the clock: [time, tick]. */
export type Stamp = readonly [time: string, tick: number]

export const ZERO_STAMP: Stamp = ['', -1]
const DRIFT_MS = 1000
const AHEAD_MS = 10 * 60 * 1000

export const laterStamp = (a: Stamp, b: Stamp): Stamp => (a[0] > b[0] || (a[0] === b[0] && a[1] >= b[1]) ? a : b)

/** The stamp of the next event: the wall clock if that is later than all seen, else the latest time seen, one tick on. */
export function nextStamp(seen: Stamp, now: Date): Stamp {
  const wall = now.toISOString()
  return wall > seen[0] ? [wall, 0] : [seen[0], seen[1] + 1]
}

/** The wall clock to record beside `time`, where the two differ by over a second. */
export const wallClock = (time: string, now: Date): string | undefined =>
  Math.abs(Date.parse(time) - now.getTime()) > DRIFT_MS ? now.toISOString() : undefined

/** True if events with this stamp can be from now, give or take ten minutes. */
export const isNear = ([time]: Stamp, now: Date): boolean => time === '' || Date.parse(time) - now.getTime() <= AHEAD_MS

/** Report each writer whose last event was written by a wall clock more than ten minutes ahead of `now`. */
export function clocksAhead(lastEvents: Iterable<StoredEvent>, now: Date): readonly LogProblem[] {
  const problems: LogProblem[] = []
  for (const event of lastEvents) {
    const aheadMs = Date.parse(event.at ?? event.time) - now.getTime()
    if (aheadMs <= AHEAD_MS) continue
    const detail = `the clock of writer ${event.writer} is ${Math.round(aheadMs / 60_000)} minutes ahead of this machine's`
    problems.push({ kind: 'clock-ahead', at: `${event.writer}:${event.seq}`, detail })
  }
  return problems
}

/** The last event of each writer among `events`. */
export function lastOfEachWriter(events: Iterable<StoredEvent>): readonly StoredEvent[] {
  const last = new Map<string, StoredEvent>()
  for (const event of events) {
    const known = last.get(event.writer)
    if (known === undefined || known.seq < event.seq) last.set(event.writer, event)
  }
  return [...last.values()]
}
