/** `tasks/research/Q.md` while a question is open, `tasks/research-done/Q.md` when its brief is there. The newest question of a name shows. */
import type { State } from '../reducers/state.ts'
import type { FolderProjection } from './projection.ts'

export const researchFiles: FolderProjection = {
  kind: 'research',
  units: state => Object.keys(state.research.byName),
  files: (state, name) => {
    const request = requestNamed(state, name)
    if (request === undefined || request.status === 'withdrawn') return []
    if (request.status === 'requested') return [{ path: `tasks/research/${name}.md`, doc: request.question }]
    return request.brief === null ? [] : [{ path: `tasks/research-done/${name}.md`, doc: request.brief }]
  },
}

/** The newest request of a shown name. */
export function requestNamed(state: State, name: string): State['research']['byId'][`${string}:${number}`] | undefined {
  const id = Object.hasOwn(state.research.byName, name) ? state.research.byName[name] : undefined
  return id === undefined ? undefined : state.research.byId[id]
}
