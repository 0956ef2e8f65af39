/** Texts that people and agents keep: configuration, memory, skills, scenarios, references, playbooks, notes. One item per path. */
import * as z from 'zod'
import { doc, event, nothing, short } from './define.ts'

const written = z.strictObject({ path: short, doc })
const removed = z.strictObject({ path: short })

export const libraryEvents = {
  'config.changed': event(1, 'A configuration file (agents.yaml, permissions.yaml or an app) was changed; text before substitution.', written),
  'config.removed': event(1, 'An app was taken away.', removed),
  'memory.written': event(1, 'A memory file was written.', written),
  'memory.removed': event(1, 'A memory file was removed.', removed),
  'skill.proposed': event(1, 'A skill was proposed.', written),
  'skill.promoted': event(1, 'A proposed skill was taken up.', z.strictObject({ from: short, path: short, doc })),
  'skill.written': event(1, 'A skill was written or changed.', written),
  'skill.removed': event(1, 'A skill was removed.', removed),
  'scenario.written': event(1, 'A hidden acceptance case was written.', written),
  'scenario.removed': event(1, 'A hidden acceptance case was removed.', removed),
  'reference.written': event(1, 'A reference document in universe/ was written.', written),
  'reference.removed': event(1, 'A reference document was removed.', removed),
  'playbook.written': event(1, 'A playbook was written.', written),
  'playbook.removed': event(1, 'A playbook was removed.', removed),
  'note.written': event(1, 'A maintenance or escalation note was written.', written),
  'note.removed': event(1, 'A note was removed.', removed),
}

export const workspaceEvents = {
  'workspace.initialised': event(1, 'The workspace was made.', z.strictObject({ name: short })),
  'backend.chosen': event(1, 'All agents (or one) run on this backend until `default` is chosen again.', z.strictObject({ agent: short.nullable(), backend: short.nullable() })),
  'trust.granted': event(1, 'On this clone, this backend, criterion or file with this hash may run.', z.strictObject({ subject: short, hash: short })),
  'file.refused': event(1, 'A change to a file was not legal; the content is kept, the file restored.', z.strictObject({ path: short, change: z.enum(['added', 'edited', 'moved', 'removed']), why: z.string().max(2000), doc: doc.nullable() })),
  'item.collected': event(1, 'GC took files out of view; content and history stay.', z.strictObject({ rule: short, paths: z.array(short).max(10_000) })),
  'item.restored': event(1, 'Collected files are in view again.', z.strictObject({ paths: z.array(short).max(10_000) })),
  'blob.erased': event(1, 'A person erased a content; its hash stays.', z.strictObject({ sha256: short, reason: short })),
  'schedule.fired': event(1, 'A schedule was due and its run is claimed by this event.', z.strictObject({ agent: short, due: short })),
  'project.linked': event(1, 'A project belongs to this workspace.', z.strictObject({ name: short, identity: short.nullable(), remote: short.nullable(), target: short, created: z.boolean() })),
  'project.unlinked': event(1, 'A project no longer belongs to this workspace.', nothing),
}
