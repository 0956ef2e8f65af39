/** The texts that people and agents keep, each where it was written: configuration, memory, skills, scenarios, references, lessons, notes. */
import { agentOfNeeds } from './needs.ts'
import type { FolderProjection } from './projection.ts'

export const libraryFiles: FolderProjection = {
  kind: 'library',
  units: state => Object.keys(state.library.byPath),
  files: (state, path) => {
    const shelved = Object.hasOwn(state.library.byPath, path) ? state.library.byPath[path] : undefined
    // needs.md is rendered from what was taken of it.
    if (shelved === undefined || shelved.removed || agentOfNeeds(path) !== null) return []
    return [{ path, doc: shelved.doc }]
  },
}
