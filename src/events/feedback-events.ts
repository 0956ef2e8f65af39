/** What agents tell people and themselves: needs, observations, learnings, requests that could not be read. */
import * as z from 'zod'
import { doc, event, id, short, text } from './define.ts'

export const change = z.strictObject({ class: short.nullable(), target: short.nullable(), from: text.nullable(), to: text.nullable(), value: text.nullable() })

export const feedbackEvents = {
  'need.opened': event(1, 'Something waits for a person.', z.strictObject({
    id: short, agent: short, category: z.enum(['permission-change', 'config-edit', 'manual-intervention', 'approval']), blocked: text, context: text,
    change: change.nullable(), held: z.strictObject({ path: short, doc: doc.nullable() }).nullable(),
  })),
  'need.resolved': event(1, 'A need was met.', z.strictObject({ note: text })),
  'observation.recorded': event(1, 'Something was noticed about the factory itself.', z.strictObject({
    file: short, slug: short, severity: z.enum(['critical', 'high', 'low']), agent: short, text, context: text, stops: z.array(short), fingerprint: short,
  })),
  'observation.merged': event(1, 'The same remark was made again.', z.strictObject({ agent: short })),
  'observation.promoted': event(1, 'The observation became an intent.', z.strictObject({ spec: id, name: short })),
  'observation.dismissed': event(1, 'A person closed the observation.', z.strictObject({ reason: text })),
  'learning.recorded': event(1, 'A lesson was kept.', z.strictObject({
    path: short, kind: z.enum(['failures', 'corrections', 'discoveries']), doc, spec: id.nullable(), attempt: z.int().nullable(), fingerprint: short,
  })),
  'learning.edited': event(1, 'A lesson was changed.', z.strictObject({ path: short, doc })),
  'learning.removed': event(1, 'A lesson was taken out of view.', z.strictObject({ path: short })),
  'request.unparsed': event(1, 'A request of an agent could not be read; it is shown, never guessed.', z.strictObject({ source: short, line: z.int(), message: text })),
}

export const changeEvents = {
  'change.applied': event(1, 'A configuration change asked for by an agent was applied by the escalation policy or a person.', z.strictObject({
    need: id, class: short, target: short, path: short, before: doc, after: doc,
  })),
  'change.refused': event(1, 'A requested configuration change was not applied.', z.strictObject({ need: id, why: text })),
  'change.undone': event(1, 'An applied change was taken back.', z.strictObject({ path: short, before: doc, after: doc })),
}
