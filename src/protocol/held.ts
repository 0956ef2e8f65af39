/**
 * Changes made while a run without a wall was live: nobody knows who made them. They wait as a need of category approval that carries
 * the content; when a person confirms it, `heldChange` is routed as that person's (`confirm.ts`).
 */
import { openNeed } from '../deciders/feedback.ts'
import type { Doc } from '../events/types.ts'
import { slugName } from '../formats/names.ts'
import type { Need } from '../../reducers/feedback.ts'
import type { State } from '../../reducers/state.ts'
import type { FileChange, Routed } from '../workspace/change.ts'
import type { Request } from './routing.ts'

/** Holds a change for confirmation. The same content held already is no news. */
export function hold({ change, state, context }: Request): Routed {
  const waits = Object.values(state.feedback.needs).some(need => need.status === 'open' && need.held !== null && need.held.path === change.path && need.held.doc?.sha256 === change.doc?.sha256)
  if (waits) return { kind: 'same' }
  const id = `confirm-${slugName(change.path.replaceAll('/', '-')) ?? 'change'}-${change.doc?.sha256.slice(0, 8) ?? 'removal'}`
  const drafts = openNeed(state, {
    id, agent: 'unknown', category: 'approval', blocked: `${change.path} was ${change.kind} while a run without a wall was in progress.`,
    context: `factory trust ${change.path} lets it take effect; resolving this need declines it, and what was there stays.`, change: null, held: { path: change.path, doc: change.doc },
  }, context)
  return drafts.length === 0 ? { kind: 'same' } : { kind: 'held', drafts }
}

/** The change that a held need stands for, on what is there now; null if the need holds none. */
export function heldChange(state: State, need: Need, text: (doc: Doc) => string): FileChange | null {
  if (need.held === null) return null
  const { path, doc } = need.held
  const shelved = Object.hasOwn(state.library.byPath, path) ? state.library.byPath[path] : undefined
  const base = shelved === undefined || shelved.removed ? null : shelved.doc
  const isEdit = base !== null || path.startsWith('tasks/decisions/')
  return { path, kind: doc === null ? 'removed' : isEdit ? 'edited' : 'added', doc, text: doc === null ? null : text(doc), base }
}
