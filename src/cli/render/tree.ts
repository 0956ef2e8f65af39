/** The directory tree of a workspace with the number of files it shows in each folder. */
import type { Snapshot, Workspace } from '../../workspace/session.ts'
import { allUnits, filesOf } from '../../../projections/all.ts'
import { bold, dim } from '../paint.ts'
import { say } from '../messages.ts'

export interface Tree {
  readonly workspace: string
  readonly events: number
  readonly writer: string
  readonly folders: readonly { readonly path: string; readonly files: number }[]
  readonly unrecorded: number
  readonly problems: number
}

const standing = /(?:^|\/)\.git[a-z]*$|^\.factory-local/

export function treeOf(workspace: Workspace, { state, unrecorded, problems }: Snapshot): Tree {
  const counts = new Map<string, number>()
  for (const { path } of allUnits(state).flatMap(unit => filesOf(state, unit))) {
    const slash = path.lastIndexOf('/')
    const folder = slash === -1 ? '.' : path.slice(0, slash)
    counts.set(folder, (counts.get(folder) ?? 0) + (standing.test(path) ? 0 : 1))
  }
  const folders = [...counts].map(([path, files]) => ({ path, files })).sort((a, b) => (a.path < b.path ? -1 : 1))
  return { workspace: workspace.root, events: state.events, writer: workspace.writer(), folders, unrecorded: unrecorded.length, problems: problems.length }
}

export function renderTree(tree: Tree): string {
  const listed = tree.folders.flatMap(({ path, files }, at) => [...missing(path, tree.folders[at - 1]?.path ?? ''), line(path, files)])
  return [`${bold(tree.workspace)}  ${dim(`${tree.events} events, writer ${tree.writer || '-'}`)}`, ...listed, ...(tree.unrecorded === 0 ? [] : [say('status.unrecorded', { n: tree.unrecorded })])].join('\n')
}

const depth = (path: string): number => path.split('/').length

/** Folders on the way to `path` that hold no file themselves. */
function missing(path: string, before: string): string[] {
  const parts = path.split('/').slice(0, -1)
  return parts.map((_, at) => parts.slice(0, at + 1).join('/')).filter(folder => before !== folder && !before.startsWith(`${folder}/`)).map(folder => line(folder, null))
}

const line = (path: string, files: number | null): string =>
  `${'  '.repeat(depth(path))}${path === '.' ? '.' : path.slice(path.lastIndexOf('/') + 1)}/${files === null || files === 0 ? '' : `  ${files}`}`
