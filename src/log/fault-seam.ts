/**
 * The file operations of the log, behind one seam: the system's own, and the same with a switch that kills the process.
 * Everything in `src/log` that touches a file goes through a `LogFs`; tests put `faulty-fs.ts` in its place.
 * With `FACTORY_FAULT=kill:<k>` the k-th change of a file (write, sync, link, rename, unlink, truncate, copy) of this
 * process is not made: the process is killed instead. `tear:<k>` lets the k-th, if it is a write, reach the file by half.
 */
import {
  closeSync, copyFileSync, fdatasyncSync, fstatSync, fsyncSync, ftruncateSync, linkSync, mkdirSync, openSync, readSync, readdirSync,
  renameSync, statSync, unlinkSync, writeSync,
} from 'node:fs'

/** What a stat tells; bigint because inode numbers may be larger than a double holds. */
export interface FileFacts {
  readonly ino: bigint
  readonly size: bigint
  readonly mtimeNs: bigint
  readonly ctimeNs: bigint
  readonly birthtimeNs: bigint
}

export interface LogFs {
  openSync(path: string, flags: string): number
  closeSync(fd: number): void
  readSync(fd: number, buffer: Buffer, offset: number, length: number, position: number): number
  /** `position` null: at the end (a file opened with `a`). Returns the count of bytes written, which may be short. */
  writeSync(fd: number, buffer: Buffer, offset: number, length: number, position: number | null): number
  fdatasyncSync(fd: number): void
  fsyncSync(fd: number): void
  ftruncateSync(fd: number, bytes: number): void
  renameSync(from: string, to: string): void
  linkSync(from: string, to: string): void
  unlinkSync(path: string): void
  copyFileSync(from: string, to: string): void
  mkdirSync(path: string): void
  /** Undefined if there is no such file. */
  statSync(path: string): FileFacts | undefined
  fstatSync(fd: number): FileFacts
  /** Empty if there is no such directory. */
  readdirSync(path: string): readonly string[]
}

const BIGINT_IF_THERE = { bigint: true, throwIfNoEntry: false } as const

const plainFs: LogFs = {
  openSync: (path, flags) => openSync(path, flags),
  closeSync,
  readSync: (fd, buffer, offset, length, position) => readSync(fd, buffer, offset, length, position),
  writeSync: (fd, buffer, offset, length, position) => writeSync(fd, buffer, offset, length, position),
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  renameSync,
  linkSync,
  unlinkSync,
  copyFileSync: (from, to) => copyFileSync(from, to),
  mkdirSync: path => void mkdirSync(path, { recursive: true }),
  statSync: path => statSync(path, BIGINT_IF_THERE),
  fstatSync: fd => fstatSync(fd, { bigint: true }),
  readdirSync: path => {
    try {
      return readdirSync(path)
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return []
      throw error
    }
  },
}

/** The system's error code of a failed file operation, or ''. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

/** The operations that change what a crash leaves behind, in the order of `LogFs`; each is one step of a fault plan. */
export const CHANGES = [
  'writeSync', 'fdatasyncSync', 'fsyncSync', 'ftruncateSync', 'renameSync', 'linkSync', 'unlinkSync', 'copyFileSync',
] as const
export type Change = (typeof CHANGES)[number]

/** Call `before` ahead of every change; it may throw, kill, or give a shorter length for a write. */
export function withFaults(inner: LogFs, before: (change: Change, args: readonly unknown[]) => number | undefined): LogFs {
  const step = <A extends readonly unknown[], R>(change: Change, run: (...args: A) => R) => (...args: A): R => {
    before(change, args)
    return run(...args)
  }
  return {
    ...inner,
    writeSync: (fd, buffer, offset, length, position) => {
      const shorter = before('writeSync', [fd, buffer, offset, length, position])
      return inner.writeSync(fd, buffer, offset, shorter ?? length, position)
    },
    fdatasyncSync: step('fdatasyncSync', inner.fdatasyncSync),
    fsyncSync: step('fsyncSync', inner.fsyncSync),
    ftruncateSync: step('ftruncateSync', inner.ftruncateSync),
    renameSync: step('renameSync', inner.renameSync),
    linkSync: step('linkSync', inner.linkSync),
    unlinkSync: step('unlinkSync', inner.unlinkSync),
    copyFileSync: step('copyFileSync', inner.copyFileSync),
  }
}

function killing(plan: string): LogFs {
  const [kind, step] = plan.split(':')
  const fatal = Number(step)
  let count = 0
  return withFaults(plainFs, (change, args) => {
    if (++count !== fatal) return undefined
    if (kind === 'tear' && change === 'writeSync') {
      const [fd, buffer, offset, length, position] = args as Parameters<LogFs['writeSync']>
      plainFs.writeSync(fd, buffer, offset, length >> 1, position)
    }
    process.kill(process.pid, 'SIGKILL')
    return 0
  })
}

const plan = process.env['FACTORY_FAULT']

/** The real file system; with `FACTORY_FAULT` set, the one that kills this process at the step named there. */
export const systemFs: LogFs = plan === undefined || plan === '' ? plainFs : killing(plan)
