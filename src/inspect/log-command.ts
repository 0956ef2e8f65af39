/** `factory log`: events, newest last, filtered. */
import { FactoryError } from '../error.ts'
import type { FactoryEvent } from '../events/types.ts'
import { wallTime } from '../events/types.ts'
import { parseDuration } from '../config/duration.ts'
import type { Workspace } from '../workspace/session.ts'

export interface LogFilter {
  /** `spec/NAME`, or the beginning of one. */
  readonly stream?: string | undefined
  readonly type?: string | undefined
  readonly actor?: string | undefined
  /** A time, an age such as `2h`, or an event id. */
  readonly since?: string | undefined
  readonly limit?: number | undefined
}

export function readLog(workspace: Workspace, filter: LogFilter, now = new Date()): readonly FactoryEvent[] {
  const since = sinceFilter(workspace, filter.since, now)
  const found: FactoryEvent[] = []
  for (const event of workspace.events()) {
    if (!since(event) || !matches(event.stream, filter.stream) || !matches(event.type, filter.type) || !matches(event.actor, filter.actor)) continue
    found.push(event)
    if (filter.limit !== undefined && found.length > filter.limit * 2 + 1000) found.splice(0, found.length - filter.limit)
  }
  return filter.limit === undefined ? found : found.slice(Math.max(0, found.length - filter.limit))
}

/** Exact, or everything under a prefix that ends in `*`, `/` or `.`; a bare kind means all of it. */
function matches(value: string, wanted: string | undefined): boolean {
  if (wanted === undefined || value === wanted) return true
  const prefix = wanted.replace(/\*$/, '')
  if (/[/.:]$/.test(prefix) || wanted.endsWith('*')) return value.startsWith(prefix)
  return value.startsWith(`${wanted}/`) || value.startsWith(`${wanted}.`) || value.startsWith(`${wanted}:`)
}

function sinceFilter(workspace: Workspace, since: string | undefined, now: Date): (event: FactoryEvent) => boolean {
  if (since === undefined) return () => true
  if (/^[a-z0-9]+:\d+$/.test(since)) {
    const known = [...workspace.events()].some(event => `${event.writer}:${event.seq}` === since)
    if (!known) throw new FactoryError('event-not-found', `There is no event ${since} in this log.`, { mend: 'factory log lists events' })
    let passed = false
    return event => {
      const now = passed
      if (`${event.writer}:${event.seq}` === since) passed = true
      return now
    }
  }
  const age = parseDuration(since)
  const from = age === undefined || age === null ? Date.parse(since) : now.getTime() - age
  if (Number.isNaN(from)) throw new FactoryError('bad-time', `${since} is no time, no age and no event.`, { exitCode: 64, mend: 'write 2026-11-20T10:00:00Z, 2h or k3f9ab:17' })
  const moment = new Date(from).toISOString()
  return event => wallTime(event) >= moment
}
