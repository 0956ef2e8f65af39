/**
 * Drafts to stored events: identity, clock, chain, `seen` and `batch`. Pure; shared by the file log and the memory log.
 */
import { nextStamp, wallClock, type Stamp } from './clock.ts'
import { encodeEvent, LINE_LIMIT_BYTES, type EncodedEvent } from './codec.ts'
import { Refusal } from '../error.ts'
import type { EventDraft, Heads, StoredEvent } from './port.ts'

export interface WriterPosition {
  readonly writer: string
  readonly seq: number
  readonly hash: string
  readonly stamp: Stamp
  readonly others: Heads
}

export interface ComposedBatch {
  readonly lines: readonly string[]
  readonly events: readonly StoredEvent[]
  readonly position: WriterPosition
}

/** The events that these drafts become behind `position`, as one batch: one time, consecutive ticks. */
export function composeBatch(position: WriterPosition, drafts: readonly EventDraft[], now: Date): ComposedBatch {
  const [time, firstTick] = nextStamp(position.stamp, now)
  const at = wallClock(time, now)
  const lines: string[] = []
  const events: StoredEvent[] = []
  let prev = position.hash
  const { writer } = position
  const seen = Object.keys(position.others).length > 0 ? position.others : undefined
  const count = drafts.length
  for (const draft of drafts) {
    const index = lines.length
    const encoded = encodeEvent(draft, {
      writer, seq: position.seq + 1 + index, time, tick: firstTick + index, prev, at,
      seen: index === 0 ? seen : undefined,
      batch: count > 1 ? [index + 1, count] : undefined,
    })
    refuseTooLarge(encoded)
    lines.push(encoded.line)
    events.push(encoded.event)
    prev = encoded.event.hash
  }
  const stamp: Stamp = [time, firstTick + drafts.length - 1]
  return { lines, events, position: { ...position, seq: position.seq + drafts.length, hash: prev, stamp } }
}

function refuseTooLarge({ line, event }: EncodedEvent): void {
  if (line.length * 3 <= LINE_LIMIT_BYTES || Buffer.byteLength(line) <= LINE_LIMIT_BYTES) return
  throw new Refusal('event-too-large', `the event ${event.type} of ${event.stream} is larger than a line of the log may be (1 MiB)`,
    'store its text as a blob and refer to that')
}
