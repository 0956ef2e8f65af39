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
