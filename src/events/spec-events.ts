/** A spec's life: one item per revision of a name. The words of its stages are in docs/design.md. */
import * as z from 'zod'
import { doc, event, id, nothing, short, specFields, text } from './define.ts'

export const specEvents = {
  'spec.submitted': event(1, 'An intent was dropped, submitted or promoted; it waits in the inbox.', z.strictObject({
    name: short, title: short, revision: z.int().positive(), doc, fields: specFields,
    source: z.strictObject({ kind: z.enum(['person', 'agent', 'observation', 'tracker']), ref: short }).nullable(),
    droppedAs: short.nullable(),
  })),
  'spec.drafted': event(1, 'A draft was written; the spec is being specified.', z.strictObject({ doc, fields: specFields })),
  'spec.readied': event(1, 'The spec is complete and waits to be planned or built; its criteria are fixed.', z.strictObject({ doc, fields: specFields })),
  'spec.edited': event(1, 'The text was changed without changing the stage.', z.strictObject({ doc, fields: specFields })),
  'plan.written': event(1, 'A plan was handed over, with its strategy, segments and checkpoints as parsed.', z.strictObject({
    doc, round: z.int().positive(), strategy: z.enum(['autonomous', 'segmented', 'decision-dependent']),
    segments: z.array(z.strictObject({
      title: short,
      checkpoint: z.strictObject({ id: short, type: z.enum(['human-verify', 'decision', 'human-action']), title: short }).nullable(),
      /** It holds no work: only its checkpoint stands. */
      empty: z.literal(true).optional(),
    })).max(200),
    problems: z.array(short).max(50),
  })),
  'plan.validated': event(1, 'The plan was accepted; it may be executed.', z.strictObject({ round: z.int(), by: short })),
  'plan.rejected': event(1, 'The plan was sent back to the planner with reasons.', z.strictObject({ round: z.int(), by: short, doc })),
  'segment.finished': event(1, 'One segment of the plan was executed.', z.strictObject({ index: z.int().nonnegative(), doc: doc.nullable(), commit: short.nullable() })),
  'checkpoint.reached': event(1, 'Execution stands at a checkpoint of the plan.', z.strictObject({ id: short, index: z.int(), type: short, title: short })),
  'checkpoint.cleared': event(1, 'A person or the policy let execution pass a checkpoint.', z.strictObject({ id: short, answer: text })),
  'build.submitted': event(1, 'A build was handed over for review, with the commit it consists of.', z.strictObject({
    attempt: z.int().positive(), report: doc, notes: doc.nullable(), commit: short.nullable(), base: short.nullable(),
  })),
  'criterion.checked': event(1, 'The kernel ran one verification criterion on the submitted commit.', z.strictObject({
    attempt: z.int().positive(), id: short, commit: short.nullable(), ok: z.boolean(), exitCode: z.int().nullable(), reason: short,
    durationMs: z.number().nonnegative(), output: doc.nullable(),
    provesNothing: z.boolean(),
  })),
  'spec.verified': event(1, 'A verifier found the submitted build satisfying and every criterion passed.', z.strictObject({
    attempt: z.int().positive(), doc, score: z.number().nullable(), commit: short.nullable(),
  })),
  'spec.failed': event(1, 'The submitted build was found wanting, by a verifier, a criterion, its builder, or a conflict with its target.', z.strictObject({
    attempt: z.int().positive(), doc, score: z.number().nullable(), by: z.enum(['verifier', 'criteria', 'builder', 'conflict']), failedCriteria: z.array(short),
  })),
  'rebuild.queued': event(1, 'The spec is queued again, with a brief of what to mend; raises the attempt.', z.strictObject({
    attempt: z.int().positive(), brief: doc, reason: z.enum(['failed', 'conflict']), override: z.boolean(),
  })),
  'spec.resolved': event(1, 'A failure was closed without rebuilding.', z.strictObject({ reason: text })),
  'spec.documented': event(1, 'The verified change is documented; the revision is complete.', nothing),
  'spec.withdrawn': event(1, 'The intent or spec was taken back.', z.strictObject({ reason: text })),
  'item.paused': event(1, 'A person holds this item, or the whole workspace.', nothing),
  'item.resumed': event(1, 'A hold was taken off.', nothing),
  'gate.raised': event(1, 'Work on the item stopped until a person or a policy acts.', z.strictObject({ kind: short, reason: text })),
  'gate.lifted': event(1, 'A person let the item pass a gate.', z.strictObject({ kind: short, answer: text })),
  'delivery.requested': event(1, 'The verified change is to be brought to its target.', z.strictObject({
    project: short, branch: short, commit: short, target: short, mode: z.enum(['merge', 'pull-request', 'none']),
  })),
  'delivery.finished': event(1, 'The change reached its target, or needs nothing more.', z.strictObject({ how: z.enum(['merged', 'fast-forward', 'up-to-date', 'kept-on-branch', 'pull-request']), commit: short.nullable() })),
  'delivery.failed': event(1, 'The change could not be brought to its target.', z.strictObject({ why: z.enum(['conflict', 'dirty', 'criteria', 'missing', 'error']), paths: z.array(short).max(1000), detail: text })),
  'delivery.superseded': event(1, 'A later revision or attempt replaced this delivery.', z.strictObject({ by: id.nullable() })),
}

export const decisionEvents = {
  'decision.opened': event(1, 'A question with options was found; hard ones wait for a person.', z.strictObject({
    spec: id, entry: short, question: text, options: z.array(z.strictObject({ id: short, text })).max(50), recommendation: text.nullable(),
    reversibility: z.enum(['high', 'low', 'unclassified']), impact: z.enum(['governance', 'implementation', 'cosmetic', 'unclassified']),
    context: text, origin: z.enum(['spec', 'plan', 'request']),
  })),
  'decision.auto-resolved': event(1, 'A soft decision was answered by its recommendation, else its first option.', z.strictObject({ answer: text, grounds: short })),
  'decision.answered': event(1, 'A person answered; the answer never reopens.', z.strictObject({ answer: text })),
  'decision.overridden': event(1, 'A person replaced an automatic answer.', z.strictObject({ answer: text, replaced: text })),
}

export const researchEvents = {
  'research.requested': event(1, 'A question was put to the researcher; the specs it blocks wait.', z.strictObject({ name: short, blocks: z.array(id), doc })),
  'research.edited': event(1, 'The question or the brief was changed by a person.', z.strictObject({ doc, part: z.enum(['question', 'brief']) })),
  'research.answered': event(1, 'The brief is there.', z.strictObject({ doc })),
  'research.withdrawn': event(1, 'The question was taken back.', nothing),
}
