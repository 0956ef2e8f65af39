/**
 * Which project a spec is built in: the one it names, else the one made for it, else the only linked one, else a new one of its own
 * name. The planner and the claim ask the same function. Pure.
 */
import type { Spec } from '../../reducers/spec.ts'
import type { State } from '../../reducers/state.ts'

export function projectOf(state: State, spec: Spec): string {
  if (spec.fields.project !== null) return spec.fields.project
  const linked = Object.values(state.projects).filter(project => project.linked)
  if (linked.some(project => project.name === spec.name)) return spec.name
  const given = linked.filter(project => !project.created)
  return given.length === 1 && given[0] !== undefined ? given[0].name : spec.name
}
