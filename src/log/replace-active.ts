/**
 * The only way in which Factory replaces `events.jsonl`: temporary file, sync, rename, and the hard link renewed with it.
 * Used by recovery and sealing, under the workspace lock. The link is made before the rename and takes its name after it:
 * whatever replaces the active file in between, the link still leads to the lines that were acknowledged.
 */
import { join } from 'node:path'
import { FactoryError } from '../error.ts'
import { codeOf, type FileFacts, type LogFs } from './fault-seam.ts'
import { syncDirectory, unlinkIfThere, writeSynced } from './file-bytes.ts'
import type { LogLayout } from './layout.ts'

/** What the active file is believed to be; 0 for both when it is not there. */
export interface ActiveIdentity {
  readonly ino: bigint
  readonly size: number
}

export function logChanged(): FactoryError {
  return new FactoryError('log-changed', 'another program changed events.jsonl while it was being written', {
    exitCode: 75, mend: 'run the command again: it reads the log anew',
  })
}

export function isStill(fs: LogFs, path: string, expected: ActiveIdentity): boolean {
  const facts = fs.statSync(path)
  return (facts?.ino ?? 0n) === expected.ino && Number(facts?.size ?? 0n) === expected.size
}

/** Replace the active file by these bytes, unless it is not the expected one any more. */
export function replaceActive(fs: LogFs, layout: LogLayout, bytes: Buffer, expected: ActiveIdentity): void {
  const temporary = join(layout.local, 'events.tmp')
  unlinkIfThere(fs, temporary)
  writeSynced(fs, temporary, bytes)
  const hasLink = prepareLink(fs, layout, temporary)
  if (!isStill(fs, layout.active, expected)) throw logChanged()
  fs.renameSync(temporary, layout.active)
  syncDirectory(fs, layout.root)
  if (hasLink) nameLink(fs, layout)
}

/** Let the link lead to the active file, which is the one with this inode or has been replaced meanwhile. */
export function renewLink(fs: LogFs, layout: LogLayout, ino: bigint): void {
  if (!prepareLink(fs, layout, layout.active)) return
  if (fs.statSync(newLink(layout))?.ino !== ino) throw logChanged()
  nameLink(fs, layout)
}

/**
 * The active file as it lies there now, which must be the one that the link leads to: lines appended to any other file would be
 * lost with the next pull. Call it after every change of either.
 */
export function linkedActive(fs: LogFs, layout: LogLayout): FileFacts {
  const active = fs.statSync(layout.active)
  const link = fs.statSync(layout.link)
  if (active === undefined || (link !== undefined && link.ino !== active.ino)) throw logChanged()
  return active
}

const newLink = (layout: LogLayout): string => `${layout.link}.tmp`

/** False where the file system has no hard links: then the log is as safe as git leaves it. */
function prepareLink(fs: LogFs, layout: LogLayout, target: string): boolean {
  unlinkIfThere(fs, newLink(layout))
  try {
    fs.linkSync(target, newLink(layout))
    return true
  } catch (error) {
    if (['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EXDEV', 'EMLINK'].includes(codeOf(error))) return false
    throw error
  }
}

function nameLink(fs: LogFs, layout: LogLayout): void {
  fs.renameSync(newLink(layout), layout.link)
  // A rename between two names of one file does nothing and leaves both.
  unlinkIfThere(fs, newLink(layout))
}
