/**
 * The one place that writes the files of a workspace: compare, temporary file, sync, re-check, rename. Called by
 * projections, blobs and repairs; the log itself appends elsewhere. A target is never reached through a link, and never
 * replaced when it is not what the caller believed it to be.
 */
import { createHash, randomBytes } from 'node:crypto'
import * as nodeFs from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { FactoryError } from '../error.ts'
import { systemFs } from './fault-seam.ts'

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK, O_WRONLY, O_CREAT, O_EXCL } = nodeFs.constants

/** The file functions that durable writing needs; the real ones unless a test injects faults. */
export type FileFs = Pick<typeof nodeFs,
  'openSync' | 'closeSync' | 'writeSync' | 'readSync' | 'fsyncSync' | 'fstatSync' | 'lstatSync' | 'mkdirSync' | 'renameSync' | 'unlinkSync'>

/** Every change of a file passes the fault seam, so that crash tests reach this module as well. */
const defaultFs: FileFs = {
  ...nodeFs,
  writeSync: ((fd: number, bytes: Buffer, offset: number, length: number) => systemFs.writeSync(fd, bytes, offset, length, null)) as FileFs['writeSync'],
  fsyncSync: fd => systemFs.fsyncSync(fd),
  renameSync: (from, to) => systemFs.renameSync(String(from), String(to)),
  unlinkSync: path => systemFs.unlinkSync(String(path)),
}

/** What the caller believes lies at the target. */
export type Expected = { readonly absent: true } | { readonly sha256: string }

export interface DurableOptions {
  /** The workspace; the target must lie inside it. */
  readonly root: string
  readonly tmpDir?: string
  /** Sync the file before it gets its name (default true). */
  readonly sync?: boolean
  /** Sync the directory afterwards, so that the name itself survives a power cut (default false). */
  readonly syncDir?: boolean
  readonly expect?: Expected | undefined
  /** Permission bits; by default those of the file that is replaced, otherwise 0644. */
  readonly mode?: number
  readonly fs?: FileFs
}

/** What identifies a version of a file cheaply: equal values mean that nobody touched it. */
export interface FileStamp {
  readonly size: number
  readonly mtimeMs: number
  readonly ino: number
}

export interface WriteResult {
  /** False: the target held these bytes already. */
  readonly written: boolean
  readonly stamp: FileStamp
}

export interface RegularFile {
  readonly bytes: Buffer
  readonly stamp: FileStamp
  readonly mode: number
}

export const sha256Hex = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Put `bytes` at `path`, whole or not at all. Throws `file-changed` when the target is not what was expected. */
export function writeDurably(path: string, bytes: string | Uint8Array, options: DurableOptions): WriteResult {
  const fs = options.fs ?? defaultFs
  const content = typeof bytes === 'string' ? Buffer.from(bytes) : bytes
  makeParents(fs, options.root, path)
  const current = readTarget(fs, path)
  requireExpected(path, current, options.expect)
  if (current !== undefined && sameContent(current, content, options.mode)) return { written: false, stamp: current.stamp }
  const temporary = writeTemporary(fs, content, options, options.mode ?? current?.mode ?? 0o644)
  try {
    requireUntouched(fs, path, current, options.root)
    fs.renameSync(temporary.path, path)
  } catch (error) {
    discard(fs, temporary.path)
    throw error
  }
  if (options.syncDir === true) syncDirectory(dirname(path), fs)
  return { written: true, stamp: temporary.stamp }
}

/** Remove the file at `path`; false when there is none. A link is removed, never followed. */
export function removeDurably(path: string, options: Pick<DurableOptions, 'root' | 'syncDir' | 'expect' | 'fs'>): boolean {
  const fs = options.fs ?? defaultFs
  if (!parentsExist(fs, options.root, path)) return false
  if (options.expect !== undefined) requireExpected(path, readTarget(fs, path), options.expect)
  try {
    fs.unlinkSync(path)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
  if (options.syncDir === true) syncDirectory(dirname(path), fs)
  return true
}

/**
 * Read a regular file through one descriptor: bytes and stamp belong to the same version. Returns undefined when there
 * is no such file; links, devices, pipes and directories throw `not-a-regular-file`, too much `file-too-large`.
 */
export function readRegularFile(path: string, options: { maxBytes?: number; fs?: FileFs } = {}): RegularFile | undefined {
  const fs = options.fs ?? defaultFs
  const fd = openForReading(fs, path)
  if (fd === undefined) return undefined
  try {
    const stat = fs.fstatSync(fd)
    if (!stat.isFile()) throw notRegular(path)
    const limit = options.maxBytes ?? Number.MAX_SAFE_INTEGER
    if (stat.size > limit) throw tooLarge(path, limit)
    const bytes = readToEnd(fs, fd, stat.size, limit, path)
    return { bytes, stamp: { size: stat.size, mtimeMs: stat.mtimeMs, ino: stat.ino }, mode: stat.mode & 0o777 }
  } finally {
    fs.closeSync(fd)
  }
}

/** Make a name durable. Where directories cannot be synced, nothing happens. */
export function syncDirectory(directory: string, fs: FileFs = defaultFs): void {
  let fd: number
  try {
    fd = fs.openSync(directory, O_RDONLY)
  } catch (error) {
    if (['EISDIR', 'EPERM', 'EACCES'].includes(codeOf(error))) return
    throw error
  }
  try {
    fs.fsyncSync(fd)
  } catch (error) {
    if (!['EINVAL', 'ENOTSUP', 'EBADF', 'EPERM'].includes(codeOf(error))) throw error
  } finally {
    fs.closeSync(fd)
  }
}

function openForReading(fs: FileFs, path: string): number | undefined {
  try {
    return fs.openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined
    // ELOOP: the last part is a link; ENXIO: a socket, or a pipe that nobody writes.
    if (['ELOOP', 'EMLINK', 'ENXIO', 'EISDIR', 'EOPNOTSUPP'].includes(codeOf(error))) throw notRegular(path)
    throw error
  }
}

/** The size is a hint: a file that grows while it is read must not pass the limit. */
function readToEnd(fs: FileFs, fd: number, size: number, limit: number, path: string): Buffer {
  const chunks: Buffer[] = []
  let total = 0
  for (;;) {
    const chunk = Buffer.allocUnsafe(Math.max(1, total === 0 ? size + 1 : 65_536))
    const count = fs.readSync(fd, chunk, 0, chunk.length, null)
    if (count === 0) return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)
    total += count
    if (total > limit) throw tooLarge(path, limit)
    chunks.push(chunk.subarray(0, count))
  }
}

function readTarget(fs: FileFs, path: string): RegularFile | undefined {
  try {
    return readRegularFile(path, { fs })
  } catch (error) {
    if (error instanceof FactoryError) throw unsafe(path, 'is not a regular file')
    throw error
  }
}

function requireExpected(path: string, current: RegularFile | undefined, expected: Expected | undefined): void {
  if (expected === undefined) return
  if ('absent' in expected ? current === undefined : current !== undefined && sha256Hex(current.bytes) === expected.sha256) return
  throw new FactoryError('file-changed', `${path} is not what was there before: somebody changed it in the meantime; it was left alone`, { mend: 'factory status' })
}

function requireUntouched(fs: FileFs, path: string, before: RegularFile | undefined, root: string): void {
  if (!parentsExist(fs, root, path)) throw unsafe(path, 'lost a parent directory while it was written')
  const now = fs.lstatSync(path, { throwIfNoEntry: false })
  const same = before === undefined
    ? now === undefined
    : now !== undefined && now.isFile() && now.ino === before.stamp.ino && now.size === before.stamp.size && now.mtimeMs === before.stamp.mtimeMs
  if (!same) throw new FactoryError('file-changed', `${path} was changed by somebody while Factory wrote it; it was left alone`, { mend: 'factory status' })
}

const sameContent = (current: RegularFile, content: Uint8Array, mode: number | undefined): boolean =>
  current.bytes.equals(content) && (mode === undefined || mode === current.mode)

function writeTemporary(fs: FileFs, content: Uint8Array, options: DurableOptions, mode: number): { path: string; stamp: FileStamp } {
  const directory = options.tmpDir ?? join(options.root, '.factory-local', 'tmp')
  const path = join(directory, `${process.pid}-${randomBytes(6).toString('hex')}`)
  const fd = openTemporary(fs, directory, path, mode)
  try {
    writeAll(fs, fd, content, path)
    if (options.sync !== false) fs.fsyncSync(fd)
    const { size, mtimeMs, ino } = fs.fstatSync(fd)
    return { path, stamp: { size, mtimeMs, ino } }
  } catch (error) {
    discard(fs, path)
    throw error
  } finally {
    fs.closeSync(fd)
  }
}

function openTemporary(fs: FileFs, directory: string, path: string, mode: number): number {
  const flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW
  try {
    return fs.openSync(path, flags, mode)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    fs.mkdirSync(directory, { recursive: true })
    return fs.openSync(path, flags, mode)
  }
}

/** A short write means a full disk or a fault: the temporary file is given up, nothing is retried in place. */
function writeAll(fs: FileFs, fd: number, content: Uint8Array, path: string): void {
  if (content.length === 0) return
  const count = fs.writeSync(fd, content, 0, content.length)
  if (count !== content.length) throw new FactoryError('write-failed', `only ${count} of ${content.length} bytes could be written to ${path}`, { exitCode: 70, mend: 'free some disk space, then run the command again' })
}

function makeParents(fs: FileFs, root: string, path: string): void {
  for (const directory of parentsOf(root, path)) {
    const stat = fs.lstatSync(directory, { throwIfNoEntry: false })
    if (stat === undefined) makeDirectory(fs, directory)
    else if (!stat.isDirectory()) throw unsafe(directory, 'is not a real directory')
  }
}

function makeDirectory(fs: FileFs, directory: string): void {
  try {
    fs.mkdirSync(directory)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST' || fs.lstatSync(directory).isDirectory() === false) throw error
  }
}

function parentsExist(fs: FileFs, root: string, path: string): boolean {
  for (const directory of parentsOf(root, path)) {
    const stat = fs.lstatSync(directory, { throwIfNoEntry: false })
    if (stat === undefined) return false
    if (!stat.isDirectory()) throw unsafe(directory, 'is not a real directory')
  }
  return true
}

/** Directories between the root (which may itself be reached through a link) and the file, outermost first. */
function parentsOf(root: string, path: string): readonly string[] {
  const parts = relative(resolve(root), resolve(path)).split(sep)
  if (parts[0] === '..' || parts[0] === '') throw unsafe(path, 'lies outside the workspace')
  return parts.slice(0, -1).map((_, index) => join(root, ...parts.slice(0, index + 1)))
}

function discard(fs: FileFs, path: string): void {
  try {
    fs.unlinkSync(path)
  } catch {
    // A left-over temporary file does no harm; what failed before is what has to be reported.
  }
}

const unsafe = (path: string, why: string): FactoryError =>
  new FactoryError('unsafe-path', `${path} ${why}; Factory does not write through links or over special files`, { mend: 'move it aside, then run the command again' })

const notRegular = (path: string): FactoryError => new FactoryError('not-a-regular-file', `${path} is a link, a directory or a special file`)

const tooLarge = (path: string, limit: number): FactoryError => new FactoryError('file-too-large', `${path} is larger than ${limit} bytes`)

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? ''
