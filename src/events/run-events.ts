/** Runs of agents and effects outside. A run ends as exactly one of finished, failed, timed out, cancelled, abandoned. */
import * as z from 'zod'
import { doc, event, id, short, text } from './define.ts'

export const usage = z.strictObject({ inputTokens: z.number().nullable(), outputTokens: z.number().nullable(), cachedTokens: z.number().nullable() })
export const faultClasses = ['rate-limit', 'quota', 'authentication', 'infrastructure', 'timeout', 'refusal', 'cancelled', 'agent', 'no-change'] as const

const ended = { durationMs: z.number().nonnegative(), usage: usage.nullable(), costUsd: z.number().nonnegative().nullable(), toolCalls: z.int().nullable(), log: doc.nullable() }

export const runEvents = {
  'run.claimed': event(1, 'A dispatch was decided: this agent, this item, this input, under a lease.', z.strictObject({
    agent: short, dispatch: short, spec: id.nullable(), subject: id.nullable(), project: short.nullable(), attempt: z.int().nonnegative(), segment: z.int().nullable(),
    backend: short, model: short.nullable(), fence: z.int().positive(), leaseMs: z.number().positive(), deadlineMs: z.number().positive(), silenceMs: z.number().positive(),
    trigger: z.enum(['start', 'command', 'schedule', 'reflection', 'heartbeat']),
    config: short, base: short.nullable(), wall: short,
    reserve: z.strictObject({ usd: z.number().nonnegative(), tokens: z.number().nonnegative() }),
    message: text.nullable(),
  })),
  'run.started': event(1, 'The view is materialised and the agent was called.', z.strictObject({ prompt: doc, view: doc, context: z.array(z.strictObject({ path: short, doc })), left: z.array(short), pid: z.int().nullable() })),
  'run.finished': event(1, 'The agent ended well; only such a run carries transitions.', z.strictObject({ ...ended, reply: doc.nullable(), quiet: z.boolean(), progress: z.boolean() })),
  'run.failed': event(1, 'The agent ended badly.', z.strictObject({ ...ended, fault: z.enum(faultClasses), message: text, exitCode: z.int().nullable(), until: short.nullable() })),
  'run.timed-out': event(1, 'A deadline of wall-clock or silence ended the run.', z.strictObject({ ...ended, deadline: z.enum(['wall-clock', 'silence']) })),
  'run.cancelled': event(1, 'A person or a legal change to the item ended the run.', z.strictObject({ ...ended, why: text, kept: doc.nullable() })),
  'run.abandoned': event(1, 'The process that owned the run is gone.', z.strictObject({ why: text })),
  'access.denied': event(1, 'Something an agent left was not imported.', z.strictObject({ agent: short, path: short, want: z.enum(['read', 'write', 'remove', 'request']), why: text, doc: doc.nullable() })),
  'branch.moved': event(1, 'The commit of a run was fetched into the project and its branch moved.', z.strictObject({ project: short, branch: short, commit: short, from: short.nullable(), files: z.int() })),
}

export const effectEvents = {
  'effect.requested': event(1, 'Something outside is to happen, once.', z.strictObject({ kind: short, dedupe: short, payload: z.record(z.string(), z.unknown()), maxAttempts: z.int().positive() })),
  'effect.claimed': event(1, 'A process is delivering the effect.', z.strictObject({ attempt: z.int().positive(), leaseMs: z.number().positive() })),
  'effect.delivered': event(1, 'The effect happened.', z.strictObject({ receipt: text })),
  'effect.failed': event(1, 'An attempt to deliver failed.', z.strictObject({ attempt: z.int().positive(), error: text, final: z.boolean() })),
}

export const logEvents = {
  'log.rewound': event(1, 'This clone continues under a new writer id, because the log does not continue the one it had.', z.strictObject({
    from: short, seq: z.int().nonnegative(), hash: short, reason: short,
  })),
  'log.restored': event(1, 'Acknowledged lines that another program replaced were put back.', z.strictObject({ events: z.array(short) })),
  'log.repaired': event(1, 'Damaged bytes were copied to quarantine and cut.', z.strictObject({ bytes: z.int().nonnegative(), quarantine: short, events: z.array(short) })),
  'log.merged': event(1, 'Histories of several writers were united or healed.', z.strictObject({
    heads: z.record(z.string(), z.int()), writers: z.array(short), removed: z.int().nonnegative(),
  })),
}
