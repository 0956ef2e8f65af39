/**
 * Which workspace a command means: `--workspace` first, then the search upward, then FACTORY_WORKSPACE. A workspace is a directory
 * with `events.jsonl`; `.factory` in a project is one itself (embedded) or a file that points to one (linked). Called by the
 * command line; reads only.
 */
import { lstatSync, readFileSync, realpathSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import { FactoryError } from '../error.ts'

export interface FoundWorkspace {
  readonly root: string
  readonly embedded: boolean
  /** The project directory through which it was found, with the project's name. */
  readonly project: { readonly name: string; readonly path: string } | null
}

export interface FindOptions {
  readonly explicit?: string | undefined
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** The workspace, or a FactoryError `no-workspace` that names the mend. */
export function findWorkspace(options: FindOptions): FoundWorkspace {
  const found = lookForWorkspace(options)
  if (found !== null) return found
  throw new FactoryError('no-workspace', `No workspace here: neither ${options.cwd} nor a directory above it holds one.`, {
    mend: 'factory init makes one here; factory init-project --workspace DIR links this project to an existing one',
  })
}

/** Like `findWorkspace`, but null where nothing was asked for explicitly and nothing was found. */
export function lookForWorkspace({ explicit, cwd, env }: FindOptions): FoundWorkspace | null {
  if (explicit !== undefined) return named(explicit, cwd, '--workspace')
  for (let directory = resolve(cwd); ; directory = dirname(directory)) {
    const found = at(directory)
    if (found !== null) return found
    if (dirname(directory) === directory) break
  }
  const fromEnvironment = env['FACTORY_WORKSPACE']
  return fromEnvironment === undefined || fromEnvironment === '' ? null : named(fromEnvironment, cwd, 'FACTORY_WORKSPACE')
}

function named(typed: string, cwd: string, by: string): FoundWorkspace {
  const directory = resolve(cwd, typed)
  const found = at(directory)
  if (found !== null) return found
  throw new FactoryError('no-workspace', `${by} names ${directory}, which is no workspace: it has no events.jsonl.`, { mend: `factory init ${typed} makes one` })
}

function at(directory: string): FoundWorkspace | null {
  if (isWorkspace(directory)) {
    const embedded = basename(directory) === '.factory'
    return { root: real(directory), embedded, project: embedded ? projectAt(dirname(directory)) : null }
  }
  const marker = join(directory, '.factory')
  const stat = lstatSync(marker, { throwIfNoEntry: false })
  if (stat?.isDirectory() === true && isWorkspace(marker)) return { root: real(marker), embedded: true, project: projectAt(directory) }
  if (stat?.isFile() === true) return throughPointer(marker, directory)
  return null
}

/** A pointer file holds one line, `workspace: PATH`, relative to the project. */
function throughPointer(marker: string, directory: string): FoundWorkspace {
  const target = /^workspace:\s*(.+?)\s*$/m.exec(readFileSync(marker, 'utf8'))?.[1]?.replace(/^(["'])(.*)\1$/, '$2')
  const path = target === undefined ? null : isAbsolute(target) ? target : resolve(directory, target)
  if (path !== null && isWorkspace(path)) return { root: real(path), embedded: false, project: projectAt(directory) }
  throw new FactoryError('pointer-broken', `${marker} does not lead to a workspace${path === null ? ': it has no line "workspace: PATH"' : `: ${path} has no events.jsonl`}.`, {
    mend: 'factory init-project --workspace DIR links the project again',
  })
}

const isWorkspace = (directory: string): boolean => lstatSync(join(directory, 'events.jsonl'), { throwIfNoEntry: false })?.isFile() === true
const real = (directory: string): string => realpathSync(directory)
const projectAt = (path: string): { name: string; path: string } => ({ name: projectName(path), path: real(path) })

/** The name a project is known by: its directory's, in the form that names have. */
export const projectName = (path: string): string => basename(resolve(path)).normalize('NFC').toLowerCase().replace(/[^a-z0-9._-]+/g, '-').replace(/^[^a-z0-9]+/, '') || 'project'
