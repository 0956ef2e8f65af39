/**
 * The events in which the log records what was done to itself. Used by recovery and repair; appended before any command.
 */
import type { EventDraft, Heads } from './port.ts'
import type { RecoveryPlan } from './recovery-plan.ts'
import { quarantineName } from './file-bytes.ts'

/** Enough to look at; an event has to fit on a line however much was damaged. */
const mostNamed = 1000

const draft = (writer: string, type: string, data: unknown): EventDraft =>
  ({ type, version: 1, stream: `log/${writer}`, actor: 'kernel', data })

export const rewoundDraft = (writer: string, { from, reason }: NonNullable<RecoveryPlan['rewound']>): EventDraft =>
  draft(writer, 'log.rewound', { from: from?.writer ?? '', seq: from?.seq ?? 0, hash: from?.hash ?? '', reason })

export const repairedDraft = (writer: string, bytes: Buffer, events: readonly string[]): EventDraft =>
  draft(writer, 'log.repaired', { bytes: bytes.length, quarantine: quarantineName(bytes), events: events.slice(0, mostNamed) })

export const restoredDraft = (writer: string, events: readonly string[]): EventDraft =>
  draft(writer, 'log.restored', { events: events.slice(0, mostNamed) })

export const mergedDraft = (writer: string, heads: Heads, removed: number): EventDraft =>
  draft(writer, 'log.merged', { heads, writers: Object.keys(heads), removed })

/** In the order in which they are to be appended. */
export function draftsOf(plan: RecoveryPlan, writer: string): readonly EventDraft[] {
  return [
    ...(plan.rewound === undefined ? [] : [rewoundDraft(writer, plan.rewound)]),
    ...(plan.cut === undefined ? [] : [repairedDraft(writer, plan.cut.bytes, plan.cut.events)]),
    ...(plan.restored.length === 0 ? [] : [restoredDraft(writer, plan.restored.map(event => `${event.writer}:${event.seq}`))]),
    ...(plan.healed === undefined ? [] : [mergedDraft(writer, plan.heads, plan.healed.removed)]),
  ]
}
