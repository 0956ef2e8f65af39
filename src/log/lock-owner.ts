/**
 * What lies inside `.factory-local/lock`: one file whose name is a token that no other acquisition ever uses.
 * Called by `lock.ts` and by whoever shows the owner. Because publishing, releasing and taking over name that file
 * exactly, none of them can ever hit the lock of somebody who came in between.
 */
import { type Stats, lstatSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, rmdirSync, unlinkSync, writeFileSync } from 'node:fs'
import { uptime } from 'node:os'
import { join } from 'node:path'
import { type ProcessIdentity, livenessOf } from './process-identity.ts'

export interface LockOwner extends ProcessIdentity {
  readonly command: string
  readonly since: string
}

/** Where the lock stands: free, or held by somebody (`owner` is undefined when its file cannot be read). */
export type LockState = { readonly held: false } | { readonly held: true; readonly owner: LockOwner | undefined; readonly foreign: boolean }

const foreignAfterMs = 10 * 60_000
const unreadableAfterMs = 60_000

export const lockPath = (root: string): string => join(root, '.factory-local', 'lock')

export const ownerFile = (root: string, token: string): string => join(lockPath(root), `${token}.json`)

/**
 * Make the lock with its owner file already inside, in one step: a directory never replaces one that is not empty.
 * Throws EEXIST when somebody holds the lock.
 */
export function publishLock(root: string, token: string, owner: LockOwner): void {
  const staging = join(root, '.factory-local', 'tmp', `lock-${token}`)
  mkdirSync(staging, { recursive: true })
  try {
    writeFileSync(join(staging, `${token}.json`), `${JSON.stringify(owner)}\n`)
    renameSync(staging, lockPath(root))
  } catch (error) {
    rmSync(staging, { recursive: true, force: true })
    throw isTaken(root, codeOf(error)) ? Object.assign(new Error('the lock is held'), { code: 'EEXIST' }) : error
  }
}

/** A holder may be gone again by now, so only the codes that can mean something else ask whether one is there. */
const isTaken = (root: string, code: string): boolean =>
  ['ENOTEMPTY', 'EEXIST'].includes(code) || (['ENOTDIR', 'EPERM', 'EACCES'].includes(code) && statOf(lockPath(root)) !== undefined)

/** Take the lock down again, if the token is still the one inside. */
export function withdrawLock(root: string, token: string): void {
  quietly(() => unlinkSync(ownerFile(root, token)), 'ENOENT', 'ENOTDIR')
  removeIfEmpty(lockPath(root))
}

/** Look at the lock; what a dead owner left behind is cleared on the way. */
export function clearDeadOwner(root: string, now: Date): LockState {
  const path = lockPath(root)
  // Names first, ages afterwards: an age read before could belong to an earlier holder.
  const names = namesIn(path)
  const stat = statOf(path)
  if (stat === undefined) return { held: false }
  if (!stat.isDirectory()) return clearStray(path, now.getTime() - stat.mtimeMs, stat.mtimeMs)
  for (const name of names) {
    const state = judge(join(path, name), stat.mtimeMs, now)
    if (state.held) return state
    removeEntry(join(path, name))
  }
  removeIfEmpty(path)
  return { held: false }
}

/** The owner as recorded, without judging or changing anything. */
export function readLockOwner(root: string): LockOwner | undefined {
  for (const name of namesIn(lockPath(root))) {
    const owner = parseOwner(join(lockPath(root), name))
    if (owner !== undefined) return owner
  }
  return undefined
}

function judge(file: string, lockMtimeMs: number, now: Date): LockState {
  const owner = parseOwner(file)
  const mtimeMs = Math.max(lockMtimeMs, statOf(file)?.mtimeMs ?? 0)
  const age = now.getTime() - mtimeMs
  if (owner === undefined) return unreadableIsStale(age, mtimeMs) ? { held: false } : { held: true, owner, foreign: false }
  const liveness = livenessOf(owner)
  if (liveness === 'alive') return { held: true, owner, foreign: false }
  return liveness === 'gone' || age > foreignAfterMs ? { held: false } : { held: true, owner, foreign: true }
}

/** An owner file is complete before the lock exists, so an unreadable one comes from a crash of the machine. */
const unreadableIsStale = (ageMs: number, mtimeMs: number): boolean =>
  ageMs > unreadableAfterMs || mtimeMs < Date.now() - uptime() * 1000

function clearStray(path: string, ageMs: number, mtimeMs: number): LockState {
  if (!unreadableIsStale(ageMs, mtimeMs)) return { held: true, owner: undefined, foreign: false }
  removeEntry(path)
  return { held: false }
}

function parseOwner(file: string): LockOwner | undefined {
  try {
    const value = JSON.parse(readFileSync(file, 'utf8')) as Partial<Record<keyof LockOwner, unknown>> | null
    if (value === null || !Number.isSafeInteger(value.pid) || Number(value.pid) <= 0) return undefined
    const texts = [value.started, value.boot, value.host, value.pidSpace, value.command, value.since]
    return texts.every(text => typeof text === 'string') ? (value as LockOwner) : undefined
  } catch {
    return undefined
  }
}

function namesIn(path: string): readonly string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}

/** Only ever a file whose owner was judged; a directory put there by hand goes as well. */
function removeEntry(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    if (['EISDIR', 'EPERM'].includes(codeOf(error))) rmSync(path, { recursive: true, force: true })
    else if (codeOf(error) !== 'ENOENT') throw error
  }
}

const removeIfEmpty = (path: string): void => quietly(() => rmdirSync(path), 'ENOENT', 'ENOTEMPTY', 'EEXIST', 'ENOTDIR')

function quietly(act: () => void, ...codes: readonly string[]): void {
  try {
    act()
  } catch (error) {
    if (!codes.includes(codeOf(error))) throw error
  }
}

function statOf(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false })
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? ''
