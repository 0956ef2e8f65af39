/**
 * The registry of folder projections: state to every file of the workspace. Adding a kind is one file and one line here. Units are
 * named `kind/name`; all of them together give the whole workspace, byte for byte, sorted by path.
 */
import type { FactoryEvent } from '../src/events/types.ts'
import type { State } from '../reducers/state.ts'
import { fixedFiles } from './fixed.ts'
import { libraryFiles } from './library.ts'
import { needsFiles } from './needs.ts'
import { notificationFiles } from './notifications.ts'
import { observationFiles } from './observations.ts'
import type { FolderProjection, ProjectedFile } from './projection.ts'
import { researchFiles } from './research.ts'
import { specFiles } from './specs.ts'
import { byText } from './text.ts'
import { touchedBy } from './touched.ts'

const projections: readonly FolderProjection[] = [fixedFiles, specFiles, researchFiles, needsFiles, observationFiles, libraryFiles, notificationFiles]
const byKind: ReadonlyMap<string, FolderProjection> = new Map(projections.map(projection => [projection.kind, projection]))

/** Every unit there is. */
export const allUnits = (state: State): readonly string[] =>
  projections.flatMap(({ kind, units }) => units(state).map(unit => `${kind}/${unit}`)).sort(byText)

/** The files of one unit; none for a unit that is gone. Files that GC took out of view are left out. */
export function filesOf(state: State, unit: string): readonly ProjectedFile[] {
  const slash = unit.indexOf('/')
  const projection = byKind.get(unit.slice(0, slash))
  if (projection === undefined) return []
  const name = unit.slice(slash + 1)
  const files = projection.files(state, name)
  return projection.stays?.(state, name) === true ? files : files.filter(({ path }) => !isCollected(state, path))
}

/** Whether GC took this path out of view and nobody restored it. */
export const isCollected = (state: State, path: string): boolean =>
  Object.hasOwn(state.settings.collected, path) && state.settings.collected[path] !== 'restored'

/** The files of these units, sorted by path. */
export const projectUnits = (state: State, units: Iterable<string>): readonly ProjectedFile[] =>
  [...new Set(units)].flatMap(unit => filesOf(state, unit)).sort((a, b) => byText(a.path, b.path))

/** The whole workspace, sorted by path. */
export const projectAll = (state: State): readonly ProjectedFile[] => projectUnits(state, allUnits(state))

/** The units whose files may have changed through these events; `state` is the state after them. */
export const unitsTouched = (state: State, events: Iterable<FactoryEvent>): readonly string[] => [...touchedBy(state, events)].sort(byText)
