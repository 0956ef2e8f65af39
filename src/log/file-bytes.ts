/**
 * Whole small files through the seam: read, write durably, put aside. Used by recovery, sealing and the records in
 * `.factory-local`. A write that does not take all bytes is an error; nothing is retried.
 */
import { join } from 'node:path'
import { hash } from 'node:crypto'
import { FactoryError } from '../error.ts'
import { codeOf, type LogFs } from './fault-seam.ts'

/** Undefined if there is no such file. */
export function openIfThere(fs: LogFs, path: string): number | undefined {
  try {
    return fs.openSync(path, 'r')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/** The bytes [start, end) of an open file; fewer if the file ends before. */
export function readRange(fs: LogFs, fd: number, start: number, end: number): Buffer {
  const bytes = Buffer.allocUnsafe(end - start)
  let filled = 0
  while (filled < bytes.length) {
    const count = fs.readSync(fd, bytes, filled, bytes.length - filled, start + filled)
    if (count === 0) break
    filled += count
  }
  return bytes.subarray(0, filled)
}

export function readWhole(fs: LogFs, path: string): Buffer | undefined {
  const fd = openIfThere(fs, path)
  if (fd === undefined) return undefined
  try {
    return readRange(fs, fd, 0, Number(fs.fstatSync(fd).size))
  } finally {
    fs.closeSync(fd)
  }
}

/** One write of all bytes, or an error. */
export function writeAll(fs: LogFs, fd: number, bytes: Buffer, position: number | null): void {
  const written = fs.writeSync(fd, bytes, 0, bytes.length, position)
  if (written === bytes.length) return
  throw new FactoryError('log-write-failed', `only ${written} of ${bytes.length} bytes reached the disk`, {
    exitCode: 70, mend: 'free some disk space, then run the command again: it repairs the log first',
  })
}

/** Write `bytes` to the file and sync it; what it held before is gone. */
export function writeSynced(fs: LogFs, path: string, bytes: Buffer): void {
  const fd = fs.openSync(path, 'w')
  try {
    writeAll(fs, fd, bytes, null)
    fs.fsyncSync(fd)
  } finally {
    fs.closeSync(fd)
  }
}

/** Make the names in a directory durable; skipped where directories cannot be synced. */
export function syncDirectory(fs: LogFs, path: string): void {
  let fd: number
  try {
    fd = fs.openSync(path, 'r')
  } catch (error) {
    if (['EISDIR', 'EPERM', 'EACCES'].includes(codeOf(error))) return
    throw error
  }
  try {
    fs.fsyncSync(fd)
  } finally {
    fs.closeSync(fd)
  }
}

export function unlinkIfThere(fs: LogFs, path: string): void {
  try {
    fs.unlinkSync(path)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
  }
}

/** The name in quarantine of some bytes: by content, so that doing it twice leaves one file. */
export const quarantineName = (bytes: Buffer): string => `${hash('sha256', bytes, 'hex').slice(0, 16)}.jsonl`

/** Keep a copy of bytes that are about to leave the log. Returns its name. */
export function quarantine(fs: LogFs, directory: string, bytes: Buffer): string {
  const name = quarantineName(bytes)
  fs.mkdirSync(directory)
  writeSynced(fs, join(directory, name), bytes)
  syncDirectory(fs, directory)
  return name
}
