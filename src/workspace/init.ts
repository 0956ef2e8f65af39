/**
 * Makes a complete, working workspace: an empty directory becomes the workspace itself, a project gets an embedded `.factory/`. Does
 * nothing where everything is there already. `initProject` links a project to a workspace that lies elsewhere.
 */
import { appendFileSync, closeSync, existsSync, lstatSync, mkdirSync, openSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { basename, join, relative, resolve } from 'node:path'
import { defaultFiles } from '../config/defaults/index.ts'
import { FactoryError } from '../error.ts'
import type { Draft } from '../events/types.ts'
import { linkProject } from './linked-projects.ts'
import { findWorkspace, projectName } from './find.ts'
import { gitState, locateGit } from './git-dir.ts'
import { initRepository } from './git.ts'
import { openWorkspace } from './open-workspace.ts'
import type { OpenOptions } from './open-workspace.ts'
import type { Transaction } from './session.ts'
import { watchedFiles, watchedFolders } from './tree-scan.ts'

export interface Initialised {
  readonly root: string
  /** False: everything was there already. */
  readonly changed: boolean
  readonly embedded: boolean
}

export async function initWorkspace(directory: string, options: OpenOptions & { readonly actor: string }): Promise<Initialised> {
  const { root, embedded } = placeFor(resolve(directory))
  mkdirSync(root, { recursive: true })
  if (!existsSync(join(root, '.git'))) await initRepository(root)
  if (embedded) excludeFromProject(resolve(root, '..'))
  if (!existsSync(join(root, 'events.jsonl'))) closeSync(openSync(join(root, 'events.jsonl'), 'a'))
  const workspace = openWorkspace(root, options)
  const appended = await workspace.transact({ command: 'init', actor: options.actor }, transaction => furnish(transaction, embedded ? projectName(resolve(root, '..')) : basename(root)))
  if (embedded) await linkProject(workspace, { name: projectName(resolve(root, '..')), path: resolve(root, '..'), actor: options.actor })
  return { root, changed: appended > 0, embedded }
}

/** Where the workspace goes: the directory itself if it is one already, or holds nothing but what a workspace would; else `.factory/` inside. */
function placeFor(directory: string): { root: string; embedded: boolean } {
  if (existsSync(join(directory, 'events.jsonl'))) return { root: directory, embedded: basename(directory) === '.factory' }
  const marker = join(directory, '.factory')
  if (lstatSync(marker, { throwIfNoEntry: false })?.isFile() === true) {
    throw new FactoryError('linked-already', `${marker} links this project to a workspace already.`, { mend: 'factory status shows that workspace' })
  }
  const stat = lstatSync(directory, { throwIfNoEntry: false })
  if (stat !== undefined && !stat.isDirectory()) throw new FactoryError('not-a-directory', `${directory} is not a directory.`, { mend: 'name a directory; it is made where it does not exist' })
  const alone = stat === undefined || (gitState(directory).head === null && readdirSync(directory).every(entry => ours.has(entry)))
  return alone ? { root: directory, embedded: false } : { root: marker, embedded: true }
}

/** What somebody may have written before `init`: it is taken in, not overwritten. */
const ours: ReadonlySet<string> = new Set(['.git', 'projects', 'runs', ...watchedFolders, ...watchedFiles])

/** The project's git leaves the embedded workspace alone, without a change to the project's own files. */
function excludeFromProject(project: string): void {
  const located = locateGit(project)
  if (located === undefined) return
  const path = join(located.commonDir, 'info', 'exclude')
  mkdirSync(join(located.commonDir, 'info'), { recursive: true })
  const lines = existsSync(path) ? readFileSync(path, 'utf8') : ''
  if (!lines.split('\n').includes('/.factory')) appendFileSync(path, `${lines === '' || lines.endsWith('\n') ? '' : '\n'}/.factory\n`)
}

function furnish(transaction: Transaction, name: string): number {
  const { state } = transaction
  const drafts: Draft[] = state.settings.workspace === null ? [{ type: 'workspace.initialised', stream: `workspace/${name}`, data: { name } }] : []
  for (const { path, text } of defaultFiles) {
    if (state.library.byPath[path] !== undefined) continue
    drafts.push(fileDraft(path, transaction.store(text)))
  }
  return transaction.append(drafts).length
}

function fileDraft(path: string, doc: { sha256: string; bytes: number }): Draft {
  if (path.startsWith('skills/')) return { type: 'skill.written', stream: `skill/${path}`, data: { path, doc } }
  if (path.startsWith('scenarios/')) return { type: 'scenario.written', stream: `scenario/${path}`, data: { path, doc } }
  if (path.startsWith('memory/')) return { type: 'memory.written', stream: `memory/${path}`, data: { path, doc } }
  return { type: 'config.changed', stream: `config/${path}`, data: { path, doc } }
}

/** Links the project at `cwd` to a workspace. Returns false when it was linked already. */
export async function initProject(cwd: string, options: OpenOptions & { readonly actor: string; readonly workspace?: string | undefined }): Promise<{ readonly root: string; readonly changed: boolean; readonly name: string }> {
  const marker = join(cwd, '.factory')
  const name = projectName(cwd)
  if (existsSync(marker)) return { root: findWorkspace({ cwd, env: {} }).root, changed: false, name }
  const found = findWorkspace({ explicit: options.workspace, cwd, env: options.env ?? process.env })
  const workspace = openWorkspace(found.root, options)
  await linkProject(workspace, { name, path: cwd, actor: options.actor })
  writeFileSync(marker, `workspace: ${relative(cwd, found.root) || '.'}\n`, { flag: 'wx' })
  excludeFromProject(cwd)
  return { root: found.root, changed: true, name }
}

