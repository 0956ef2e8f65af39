/**
 * Which project a spec is built in, and where that project lies on this machine. A spec names its project, or means the only linked
 * one, or gets a new repository of its own. Called by claims and delivery.
 */
import { join } from 'node:path'
import { FactoryError, Refusal } from '../error.ts'
import { projectPath, rememberProject } from '../workspace/linked-projects.ts'
import { locateGit } from '../workspace/git-dir.ts'
import type { Transaction, Workspace } from '../workspace/session.ts'
import type { State } from '../../reducers/state.ts'
import type { Spec } from '../../reducers/spec.ts'
import { createRepository, currentBranch, remoteOf, resolveCommit, rootCommit } from './repository.ts'

export { projectPath } from '../workspace/linked-projects.ts'
export type Place = Pick<Workspace, 'root' | 'local'>

export interface LinkedProject { readonly name: string; readonly path: string; readonly target: string }

/** The name of the project that a spec is built in: its own, the only linked one, or (null) a new repository. */
export function projectNameFor(state: State, place: Place, spec: Spec): string | null {
  const linked = Object.values(state.projects).filter(project => project.linked)
  const { project } = spec.fields
  if (project !== null) {
    if (linked.some(one => one.name === project) || projectPath(place, project) !== null) return project
    if (linked.length === 0) return null
    throw new Refusal('project-unknown', `${spec.name} names the project ${project}, which is not linked.`, `link it with factory init-project, or name one of ${linked.map(one => one.name).join(', ')}`)
  }
  const own = state.projects[spec.name]
  if (own?.created === true && own.linked) return own.name
  const given = linked.filter(one => !one.created)
  return given.length === 1 && given[0] !== undefined ? given[0].name : null
}

/** A project that lies on this machine; refuses with what to do when it does not. */
export function requireProject(state: State, place: Place, name: string): LinkedProject {
  const path = projectPath(place, name)
  if (path === null) throw new Refusal('project-missing', `The project ${name} is not on this machine.`, `run factory init-project in a clone of ${state.projects[name]?.remote ?? name}`)
  return { name, path, target: state.projects[name]?.target ?? currentBranch(path) ?? 'main' }
}

/** A new repository `projects/NAME` inside the workspace, with an empty root commit; one that lies there already is linked. */
export function createProject(transaction: Transaction, name: string): LinkedProject {
  const path = join(transaction.root, 'projects', name)
  const created = locateGit(path) === undefined
  if (created) createRepository(path)
  if (resolveCommit(path, 'HEAD') === null) throw new FactoryError('project-empty', `projects/${name} has no commit.`, { mend: 'make a first commit in it' })
  return linkProject(transaction, { name, path, created })
}

/** Records that the repository at `path` belongs to the workspace under `name`. Already so: nothing is recorded. */
export function linkProject(transaction: Transaction, request: { readonly name: string; readonly path: string; readonly created: boolean }): LinkedProject {
  const { name, path, created } = request
  const known = transaction.state.projects[name]
  const identity = rootCommit(path)
  const target = known?.target ?? currentBranch(path) ?? 'main'
  if (projectPath(transaction, name) !== path) rememberProject(transaction, name, path)
  if (known?.linked !== true || known.identity !== identity) {
    transaction.append([{ type: 'project.linked', stream: `project/${name}`, ...(known === undefined ? {} : { item: known.item }), data: { name, identity, remote: remoteOf(path), target, created } }])
  }
  return { name, path, target }
}
