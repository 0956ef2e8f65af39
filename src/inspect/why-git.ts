/** What git knows about a file or commit, for `why`. */
import { existsSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { simpleGit } from 'simple-git'
import { locateGit } from '../workspace/git-dir.ts'
import { logAnchors, resolveRevision } from '../workspace/git.ts'
import { projectPath } from '../workspace/linked-projects.ts'
import type { Workspace } from '../workspace/session.ts'
import type { State } from '../../reducers/state.ts'

const mostCommits = 200

/** Commits that touched a file of a linked project, newest first, on any branch. */
export async function commitsOfFile(workspace: Workspace, state: State, what: string, projectDirectory: string | undefined): Promise<readonly string[]> {
  const found: string[] = []
  for (const { root, path } of candidates(workspace, state, what, projectDirectory)) {
    if (locateGit(root) === undefined) continue
    const listed = await simpleGit(root).raw(['log', '--all', `--max-count=${mostCommits}`, '--format=%H', '--', path]).catch(() => '')
    found.push(...listed.split('\n').filter(line => line !== ''))
  }
  return found
}

function candidates(workspace: Workspace, state: State, what: string, projectDirectory: string | undefined): { root: string; path: string }[] {
  const absolute = resolve(projectDirectory ?? process.cwd(), what)
  const found: { root: string; path: string }[] = []
  for (let directory = dirname(absolute); ; directory = dirname(directory)) {
    if (existsSync(`${directory}/.git`) && directory !== workspace.root) { found.push({ root: directory, path: relative(directory, absolute) }); break }
    if (dirname(directory) === directory) break
  }
  for (const name of Object.keys(state.projects)) {
    const root = projectPath(workspace, name)
    if (root !== null) found.push({ root, path: what.replace(new RegExp(`^(?:\\./)?projects/${name.replace(/[.]/g, '\\.')}/`), '') })
  }
  return found
}

/** The events of the command that made a commit of the workspace. */
export async function workspaceCommitEvents(workspace: Workspace, what: string): Promise<readonly string[]> {
  const commit = await resolveRevision(workspace.root, what)
  if (commit === null) return []
  const [anchor] = await logAnchors(workspace.root, { from: commit, limit: 1 })
  if (anchor === undefined || anchor.commit !== commit || anchor.events === null) return []
  const [first, last] = anchor.events
  const [writer, from] = first.split(':')
  const to = Number(last.split(':')[1])
  return Array.from({ length: to - Number(from) + 1 }, (_, position) => `${writer}:${Number(from) + position}`)
}
