/**
 * The workspace lock, `.factory-local/lock`: held for one command or one turn of the scheduler, never while an agent runs.
 * Every writer of a workspace goes through `withLock`. proper-lockfile makes, refreshes and releases it; its own take-over
 * of stale locks is off, because three separate steps give two holders. A holder that was overtaken learns it from
 * `stillHeld` and must not write; the hash chain of the log is the fence behind that.
 */
import { randomBytes } from 'node:crypto'
import { lstatSync, mkdirSync, stat, utimes } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { FactoryError } from '../error.ts'
import { type LockOwner, type LockState, clearDeadOwner, lockPath, ownerFile, publishLock, withdrawLock } from './lock-owner.ts'
import { thisProcess } from './process-identity.ts'

export { type LockOwner, readLockOwner } from './lock-owner.ts'

export interface LockOptions {
  /** What is being done, as shown to those who wait. */
  readonly command: string
  readonly waitMs?: number
  /** Shortest pause between two tries; the longest is twice that. */
  readonly pollMs?: number
  readonly now?: () => Date
  /** A lock that the caller holds already: `fn` runs under it. */
  readonly held?: HeldLock
}

export interface HeldLock {
  readonly root: string
  readonly owner: LockOwner
  /** Cheap (one stat): false once the lock was removed or taken over. Ask before every write. */
  stillHeld(): boolean
  /** Throws `lock-lost` where `stillHeld` is false. */
  requireHeld(): void
}

// Never: proper-lockfile must not judge staleness itself.
const neverMs = 100 * 365 * 86_400_000
const refreshMs = 20_000

/**
 * Run `fn` while holding the lock of the workspace at `root`. Throws `workspace-busy` (exit 75), naming the owner, when
 * the lock cannot be had within `waitMs` (10 s).
 */
export async function withLock<T>(root: string, options: LockOptions, fn: (lock: HeldLock) => T | Promise<T>): Promise<T> {
  if (options.held !== undefined && options.held.root === root) {
    options.held.requireHeld()
    return fn(options.held)
  }
  const { lock, release } = await acquire(root, options)
  try {
    return await fn(lock)
  } finally {
    await release()
  }
}

interface Acquired {
  readonly lock: HeldLock
  readonly release: () => Promise<void>
}

async function acquire(root: string, options: LockOptions): Promise<Acquired> {
  const { waitMs = 10_000, pollMs = 25, now = () => new Date() } = options
  const deadline = performance.now() + waitMs
  mkdirSync(dirname(lockPath(root)), { recursive: true })
  for (;;) {
    const state = clearDeadOwner(root, now())
    const acquired = state.held ? undefined : await tryOnce(root, options.command, now())
    if (acquired !== undefined) return acquired
    if (performance.now() >= deadline) throw busy(state, waitMs)
    await sleep(pollMs * (1 + Math.random()))
  }
}

async function tryOnce(root: string, command: string, now: Date): Promise<Acquired | undefined> {
  const { default: properLockfile } = await import('proper-lockfile')
  const token = randomBytes(12).toString('hex')
  const owner: LockOwner = { ...thisProcess(), command, since: now.toISOString() }
  let lost = false
  try {
    const unlock = await properLockfile.lock(root, {
      lockfilePath: lockPath(root),
      realpath: false,
      stale: neverMs,
      update: refreshMs,
      retries: 0,
      fs: lockFs(root, token, owner),
      onCompromised: () => { lost = true },
    })
    // Releasing a lock that was lost in the meantime is not an error: it is somebody else's now.
    return { lock: heldLock(root, token, owner, () => lost), release: () => unlock().catch(() => withdrawLock(root, token)) }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ELOCKED') return undefined
    throw error
  }
}

function heldLock(root: string, token: string, owner: LockOwner, lost: () => boolean): HeldLock {
  const file = ownerFile(root, token)
  const inode = lstatSync(file, { throwIfNoEntry: false })?.ino
  const stillHeld = (): boolean => !lost() && inode !== undefined && lstatSync(file, { throwIfNoEntry: false })?.ino === inode
  const requireHeld = (): void => {
    if (!stillHeld()) throw new FactoryError('lock-lost', `the workspace lock of "${owner.command}" was removed or taken over while it ran; nothing more was written`, { exitCode: 75, mend: 'factory status' })
  }
  return { root, owner, stillHeld, requireHeld }
}

type Done = (error: Error | null) => void

/** The file functions that proper-lockfile calls; making and removing the directory are exact by token. */
function lockFs(root: string, token: string, owner: LockOwner): object {
  const withdraw = (): void => withdrawLock(root, token)
  return {
    stat,
    utimes,
    mkdir: (_path: string, done: Done) => settle(() => publishLock(root, token, owner), done),
    rmdir: (_path: string, done: Done) => settle(withdraw, done),
    rmdirSync: withdraw,
  }
}

function settle(act: () => void, done: Done): void {
  try {
    act()
  } catch (error) {
    done(error as Error)
    return
  }
  done(null)
}

function busy(state: LockState, waitMs: number): FactoryError {
  const owner = state.held ? state.owner : undefined
  const who = owner === undefined
    ? 'another process'
    : `"${owner.command}" (pid ${owner.pid} on ${owner.host}, since ${owner.since})`
  const mend = state.held && state.foreign
    ? 'run the command again once the other machine is done; a lock without a sign of life is taken over after 10 minutes'
    : 'run the command again once it is done'
  return new FactoryError('workspace-busy', `the workspace is busy: ${who} holds its lock; waited ${Math.round(waitMs / 100) / 10} s`, { exitCode: 75, mend })
}
