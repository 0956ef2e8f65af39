/** One git commit a command: exactly the paths it wrote, with the event range and the chain heads in the message, an anchor outside the file. */
import type { FactoryEvent } from '../events/types.ts'
import type { State } from '../../reducers/state.ts'

export function commitMessage(command: string, events: readonly FactoryEvent[], state: State): string {
  const first = events[0]
  const last = events.at(-1)
  const subject = `factory ${command}`.replace(/\s+/g, ' ').slice(0, 100)
  const range = first === undefined || last === undefined ? [] : [`Factory-Events: ${first.writer}:${first.seq}..${last.writer}:${last.seq}`]
  const heads = Object.keys(state.heads).sort().map(writer => `${writer}=${state.heads[writer]}:${state.tips[writer]}`)
  return [subject, '', ...summary(events), '', ...range, `Factory-Heads: ${heads.join(' ')}`].join('\n')
}

function summary(events: readonly FactoryEvent[]): string[] {
  const lines = events.slice(0, 20).map(event => `${event.type} ${event.stream}`.replace(/[^\x20-\x7e]/g, '?').slice(0, 120))
  return events.length > 20 ? [...lines, `and ${events.length - 20} more`] : lines
}

/** Every document that an event names, and those that its listings name: what a view held, what a cancelled run had made. */
export function documentsOf(event: FactoryEvent, text: (sha256: string) => string): string[] {
  const listing = event.type === 'run.started' ? event.data.view : event.type === 'run.cancelled' ? event.data.kept : null
  return [...docsIn(event.data), ...(listing === null ? [] : docsIn(listingOf(listing.sha256, text)))]
}

function listingOf(sha256: string, text: (sha256: string) => string): unknown {
  try {
    return JSON.parse(text(sha256))
  } catch {
    // Missing, erased or no listing: then it names nothing.
    return null
  }
}

function docsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap(docsIn)
  const { sha256, bytes } = value as { sha256?: unknown; bytes?: unknown }
  if (typeof sha256 === 'string' && typeof bytes === 'number') return [sha256]
  return Object.values(value).flatMap(docsIn)
}
