/** Builders for the log's tests: drafts, workspaces, clones, readers. */
import { appendFileSync, cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import { openFileLog, type FileLog, type FileLogOptions } from '../../src/log/file-log.ts'
import { systemFs, type LogFs } from '../../src/log/fault-seam.ts'
import type { EventDraft, LogPort, StoredEvent } from '../../src/log/port.ts'

const made: string[] = []
afterEach(() => {
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true, force: true })
})

export const START_MS = Date.UTC(2026, 10, 20, 10)
export const at = (seconds: number): Date => new Date(START_MS + seconds * 1000)

export function newDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'factory-log-'))
  made.push(dir)
  return dir
}

export const draft = (name: string, more: Partial<EventDraft> = {}): EventDraft =>
  ({ type: 'spec.readied', version: 1, stream: `spec/${name}`, actor: 'human:ada', data: { name }, ...more })

export const drafts = (...names: string[]): EventDraft[] => names.map(name => draft(name))

/** One command: recover, append what recovery has to say, then the command's own events. */
export function command(log: LogPort, own: readonly EventDraft[], now: Date = at(0)): readonly StoredEvent[] {
  const { drafts: repairs } = log.recover(now)
  if (repairs.length > 0) log.append(repairs, now)
  return log.append(own, now)
}

export const names = (events: Iterable<StoredEvent>): string[] => [...events].flatMap(event => (event.type.startsWith('log.') ? [] : [event.stream.slice(5)]))
export const types = (events: Iterable<StoredEvent>): string[] => [...events].map(event => event.type)
export const namesIn = (log: LogPort): string[] => names(log.scan().events)

export function problemsIn(log: LogPort): string[] {
  const scan = log.scan()
  void [...scan.events]
  return scan.problems().map(problem => problem.kind)
}

export const open = (dir: string, options: Partial<FileLogOptions> = {}): FileLog => openFileLog({ dir, ...options })

/** The real files without waiting for the disk: for tests of what is read, not of what survives. */
export const unsyncedFs: LogFs = { ...systemFs, fsyncSync: () => {}, fdatasyncSync: () => {} }

/** A log with one command per name. */
export function logOf(dir: string, ...words: string[]): FileLog {
  const log = open(dir)
  for (const [index, word] of words.entries()) command(log, [draft(word)], at(index))
  return log
}

export const activePath = (dir: string): string => join(dir, 'events.jsonl')
export const activeBytes = (dir: string): Buffer => readFileSync(activePath(dir))
export const activeLines = (dir: string): string[] => activeBytes(dir).toString('utf8').split('\n').filter(Boolean)
export const addRaw = (dir: string, text: string): void => appendFileSync(activePath(dir), text)
/** Replace the active file as git does it: another inode. */
export function replaceAsGit(dir: string, bytes: Buffer | string): void {
  rmSync(activePath(dir), { force: true })
  writeFileSync(activePath(dir), bytes)
}
export const localFiles = (dir: string, sub: string): string[] => {
  const path = join(dir, '.factory-local', sub)
  return existsSync(path) ? readdirSync(path) : []
}
/** What `git clone` would give: the committed files only. */
export function cloneOf(dir: string): string {
  const target = newDir()
  for (const name of ['events.jsonl', 'log']) if (existsSync(join(dir, name))) cpSync(join(dir, name), join(target, name), { recursive: true })
  return target
}
