/** What an argument means: a path of the workspace, a legal name, the one observation that was named. Used by several commands. */
import { isAbsolute, relative, resolve } from 'node:path'
import { Refusal } from '../error.ts'
import { nameProblem } from '../formats/names.ts'
import type { Observation } from '../../reducers/feedback.ts'
import type { State } from '../../reducers/state.ts'

/** `./x` and absolute paths are taken from this directory, everything else from the workspace; with forward slashes. */
export function workspacePath(given: string, root: string, cwd: string): string {
  const here = given === '.' || given === '..' || given.startsWith('./') || given.startsWith('../') || isAbsolute(given)
  if (!here) return given
  const path = relative(root, resolve(cwd, given)).replaceAll('\\', '/')
  if (path === '..' || path.startsWith('../')) throw new Refusal('outside-workspace', `${given} is not inside the workspace.`, 'name a path of the workspace')
  return path === '' ? '.' : path
}

export function legalName(name: string): string {
  const problem = nameProblem(name)
  if (problem !== null) throw new Refusal('name-illegal', `${name} is no name: ${problem}.`, 'use lower-case letters, digits and dashes')
  return name
}

/** The observation whose file name or slug this is, else the only one that contains it. */
export function findObservation(state: State, given: string): Observation {
  const all = Object.values(state.feedback.observations)
  const wanted = given.replace(/^.*\//, '').replace(/\.md$/, '')
  const exact = all.filter(one => one.file.replace(/\.md$/, '') === wanted || one.slug === wanted || one.id === given)
  const open = exact.filter(one => one.status === 'open')
  const found = open.length > 0 ? open : exact.length > 0 ? exact : all.filter(one => one.file.includes(wanted))
  const [only] = found
  if (only === undefined) throw new Refusal('observation-not-found', `There is no observation ${given}.`, 'factory triage --all lists them')
  if (found.length > 1) throw new Refusal('observation-ambiguous', `${given} means several: ${found.map(one => one.file).join(', ')}.`, 'give the whole file name')
  return only
}
