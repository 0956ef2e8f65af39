/**
 * Projects of a workspace: where they lie on this machine is local (`.factory-local/projects.json`), that they belong is an event. Called
 * by `init`, `init-project` and by runs that need a project.
 */
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { simpleGit } from 'simple-git'
import { FactoryError } from '../error.ts'
import { writeDurably } from '../log/durable-file.ts'
import type { State } from '../../reducers/state.ts'
import { gitState, locateGit } from './git-dir.ts'
import type { Workspace } from './session.ts'

export interface ProjectLink {
  readonly name: string
  readonly path: string
  readonly actor: string
}

/** Where projects lie on this machine, by name. */
export function localProjects(local: string): Readonly<Record<string, string>> {
  try {
    return JSON.parse(readFileSync(join(local, 'projects.json'), 'utf8')) as Record<string, string>
  } catch {
    return {}
  }
}

/** The project's directory here: where it was linked, else `projects/NAME`, else the project around an embedded workspace. */
export function projectPath(workspace: Pick<Workspace, 'root' | 'local'>, name: string): string | null {
  const linked = localProjects(workspace.local)[name]
  const around = resolve(workspace.root, '..')
  const candidates = [...(linked === undefined ? [] : [resolve(workspace.root, linked)]), join(workspace.root, 'projects', name), ...(workspace.root.endsWith('.factory') ? [around] : [])]
  return candidates.find(path => locateGit(path) !== undefined) ?? null
}

export function rememberProject(workspace: Pick<Workspace, 'root' | 'local'>, name: string, path: string): void {
  const known = localProjects(workspace.local)
  writeDurably(join(workspace.local, 'projects.json'), `${JSON.stringify({ ...known, [name]: realpathSync(path) }, null, 2)}\n`, { root: workspace.root })
}

/** Links a git repository: remembers its path here and records that it belongs. Already so: nothing happens. */
export async function linkProject(workspace: Workspace, { name, path, actor }: ProjectLink): Promise<void> {
  const repository = repositoryAround(path)
  const facts = repository === null ? { identity: null, remote: null, target: 'main' } : await factsOf(repository)
  await workspace.transact({ command: 'init-project', actor }, transaction => {
    rememberProject(workspace, name, repository ?? path)
    if (isLinked(transaction.state, name, facts.identity)) return
    const known = transaction.state.projects[name]
    transaction.append([{ type: 'project.linked', stream: `project/${name}`, ...(known === undefined ? {} : { item: known.item }), data: { name, ...facts, created: false } }])
  })
}

function isLinked(state: State, name: string, identity: string | null): boolean {
  const known = state.projects[name]
  if (known === undefined || !known.linked) return false
  if (known.identity === null || identity === null || known.identity === identity) return known.identity === identity
  throw new FactoryError('project-differs', `A project named ${name} belongs to this workspace already, and it is another repository.`, { mend: 'rename the directory, or unlink the other project first' })
}

/** The repository a directory lies in: itself, or one above it. */
function repositoryAround(path: string): string | null {
  for (let directory = resolve(path); ; directory = dirname(directory)) {
    if (existsSync(join(directory, '.git'))) return directory
    if (dirname(directory) === directory) return null
  }
}

async function factsOf(repository: string): Promise<{ identity: string | null; remote: string | null; target: string }> {
  const git = simpleGit(repository)
  const roots = await git.raw(['rev-list', '--max-parents=0', 'HEAD']).catch(() => '')
  const remote = (await git.raw(['config', '--get', 'remote.origin.url']).catch(() => '')).trim()
  const { branch } = gitState(repository)
  return { identity: roots.trim().split('\n').at(-1) || null, remote: remote === '' ? null : withoutPassword(remote), target: branch?.replace('refs/heads/', '') ?? 'main' }
}

/** An address may carry a password, and a path of this machine says nothing elsewhere. */
function withoutPassword(remote: string): string {
  return remote.replace(/\/\/[^/@]*@/, '//')
}
