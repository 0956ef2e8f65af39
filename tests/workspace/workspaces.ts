/** Real workspaces in temporary folders for the tests of this room: made by `initWorkspace`, changed through files and transactions. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { submitIntent } from '../../src/deciders/specs.ts'
import type { Draft, FactoryEvent } from '../../src/events/types.ts'
import { initWorkspace } from '../../src/workspace/init.ts'
import { openWorkspace } from '../../src/workspace/open-workspace.ts'
import type { OpenOptions } from '../../src/workspace/open-workspace.ts'
import type { Transaction, Workspace } from '../../src/workspace/session.ts'

export const ann = 'human:ann'
export const noFields = { project: null, app: null, scope: [], priority: null, due: null, criteria: [] }

let made: string[] = []
const before: Record<string, string | undefined> = {}

/** Every test of a file gets an empty HOME without a git identity; what it made is removed. */
export function inTemporaryHome(): void {
  beforeEach(() => {
    const home = mkdtempSync(join(tmpdir(), 'factory-home-'))
    made.push(home)
    for (const name of ['HOME', 'GIT_CONFIG_GLOBAL', 'PATH']) before[name] = process.env[name]
    process.env['HOME'] = home
    process.env['GIT_CONFIG_GLOBAL'] = join(home, 'gitconfig')
    writeFileSync(join(home, 'gitconfig'), '')
  })
  afterEach(() => {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
    for (const path of made) rmSync(path, { recursive: true, force: true })
    made = []
  })
}

export function temporaryFolder(name = 'factory-ws-'): string {
  const dir = mkdtempSync(join(tmpdir(), name))
  made.push(dir)
  return dir
}

export interface Shop extends Workspace {
  readonly warnings: string[]
}

export function open(root: string, options: OpenOptions = {}): Shop {
  const warnings: string[] = []
  return Object.assign(openWorkspace(root, { env: {}, person: ann, warn: message => warnings.push(message), ...options }), { warnings })
}

export async function newWorkspace(options: OpenOptions = {}): Promise<Shop> {
  const root = temporaryFolder()
  await initWorkspace(root, { env: {}, person: ann, ...options, actor: ann })
  return open(root, options)
}

export function put(root: string, path: string, content: string | Buffer): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), content)
}

export const read = (root: string, path: string): string => readFileSync(join(root, path), 'utf8')
export const exists = (root: string, path: string): boolean => lstatSync(join(root, path), { throwIfNoEntry: false }) !== undefined

/** A command that does nothing by itself: heals, takes in, projects, commits. */
export const settle = (workspace: Workspace, command = 'settle'): Promise<undefined> => workspace.transact({ command, actor: ann }, () => undefined)

export const submit = (workspace: Workspace, name: string, text = `# ${name}\n`): Promise<readonly FactoryEvent[]> =>
  workspace.transact({ command: 'submit', actor: ann }, transaction => transaction.append(submission(transaction, name, text)))

export const submission = (transaction: Transaction, name: string, text = `# ${name}\n`): readonly Draft[] =>
  submitIntent(transaction.state, { name, title: name, doc: transaction.take(text), fields: noFields, source: { kind: 'person', ref: ann }, droppedAs: null },
    { now: transaction.now, actor: ann, config: transaction.config, writer: transaction.writer, nextId: transaction.nextId })

const identity = { GIT_AUTHOR_NAME: 'Ann', GIT_AUTHOR_EMAIL: 'ann@x', GIT_COMMITTER_NAME: 'Ann', GIT_COMMITTER_EMAIL: 'ann@x', GIT_EDITOR: 'true' }

export const git = (root: string, ...args: string[]): string =>
  execFileSync('git', args, { cwd: root, env: { ...process.env, ...identity }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trimEnd()

/** The same, whether it succeeds or not. */
export function tryGit(root: string, ...args: string[]): boolean {
  try {
    git(root, ...args)
    return true
  } catch {
    return false
  }
}

/** Every path below a folder with what it is: content hash or link target, inode and mtime if asked. */
export function listing(root: string, { leave = [], exact = false }: { readonly leave?: readonly string[]; readonly exact?: boolean } = {}): Record<string, string> {
  const found: Record<string, string> = {}
  const walk = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder)).sort()) {
      const path = folder === '' ? entry : `${folder}/${entry}`
      if (leave.includes(path)) continue
      const stat = lstatSync(join(root, path))
      const mark = exact ? ` ${stat.ino} ${stat.mtimeMs} ${stat.ctimeMs}` : ''
      if (stat.isDirectory()) {
        if (exact) found[path] = `folder${mark}`
        walk(path)
      } else found[path] = `${stat.isSymbolicLink() ? readlinkSync(join(root, path)) : createHash('sha256').update(readFileSync(join(root, path))).digest('hex')}${mark}`
    }
  }
  walk('')
  return found
}

/** What everybody sees: all but git's own folder, the log (its lines may lie differently) and local state. */
export const visible = (root: string): Record<string, string> => listing(root, { leave: ['.git', '.factory-local', 'events.jsonl', 'log'] })

/** Ids of the events that record what somebody did, not what happened to the log. */
export const deeds = (workspace: Workspace): string[] => [...workspace.events()].filter(event => !event.type.startsWith('log.')).map(event => `${event.writer}:${event.seq} ${event.type}`).sort()

export const types = (workspace: Workspace): string[] => [...workspace.events()].map(event => event.type)
export const quarantined = (root: string): string[] => (exists(root, '.factory-local/quarantine') ? readdirSync(join(root, '.factory-local/quarantine')) : [])
