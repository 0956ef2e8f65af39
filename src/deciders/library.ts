/**
 * Texts that people and agents keep, one item per path: written, removed, promoted.
 * Whether somebody may write a path is asked before (`src/permissions`); whether a configuration is valid too.
 */
import { Refusal } from '../error.ts'
import type { Doc, Draft, ItemId } from '../events/types.ts'
import type { Shelved } from '../../reducers/library.ts'
import type { State } from '../../reducers/state.ts'
import type { Decider } from './deciding.ts'
import { own } from './guards.ts'
import { libraryStream } from './library-paths.ts'
import type { LibraryKind } from './library-paths.ts'

export { applyChange, refuseChange, undoChange } from './config-changes.ts'
export { kindOfPath, libraryStream } from './library-paths.ts'
export type { LibraryKind } from './library-paths.ts'

const proposed = 'skills/proposed/'
const shelf = (state: State, path: string): Shelved | undefined => own(state.library.byPath, path)

function writtenType(kind: LibraryKind, path: string) {
  switch (kind) {
    case 'config': return 'config.changed' as const
    case 'skill': return path.startsWith(proposed) ? 'skill.proposed' as const : 'skill.written' as const
    case 'learning': return 'learning.edited' as const
    default: return `${kind}.written` as const
  }
}

/** A text was written at a path; a path that was used before goes on as the same item. */
export const writeFile: Decider<{ readonly kind: LibraryKind; readonly path: string; readonly doc: Doc }> = (state, { kind, path, doc }) => {
  const known = shelf(state, path)
  if (known !== undefined && !known.removed && known.doc.sha256 === doc.sha256) return []
  return [{ type: writtenType(kind, path), ...itemOf(known), stream: libraryStream(kind, path), data: { path, doc } }]
}

const itemOf = (known: Shelved | undefined): { readonly item?: ItemId } => (known === undefined ? {} : { item: known.item })

/** Takes a text away; what the factory cannot run without stays. */
export const removeFile: Decider<{ readonly kind: LibraryKind; readonly path: string }> = (state, { kind, path }) => {
  const known = shelf(state, path)
  if (known === undefined || known.removed) return []
  if (kind === 'config' && !path.startsWith('apps/')) throw new Refusal('not-removable', `${path} cannot be removed.`, 'factory config edit changes it')
  return [{ type: `${kind}.removed` as const, item: known.item, stream: libraryStream(kind, path), data: { path } }]
}

/** A proposed skill is taken up; the proposal goes. */
export const promoteSkill: Decider<{ readonly from: string; readonly path: string; readonly doc: Doc }> = (state, { from, path, doc }) => {
  const proposal = shelf(state, from)
  const target = shelf(state, path)
  const isThere = target !== undefined && !target.removed && target.doc.sha256 === doc.sha256
  if (isThere && (proposal === undefined || proposal.removed)) return []
  if (proposal === undefined || proposal.removed || !from.startsWith(proposed)) throw new Refusal('skill-not-found', `${from} is not a proposed skill.`, 'look in skills/proposed/')
  const drafts: readonly Draft[] = [{ type: 'skill.promoted', item: (target ?? proposal).item, stream: libraryStream('skill', path), data: { from, path, doc } }]
  return drafts
}
