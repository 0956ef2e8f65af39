/**
 * The file index: what Factory last wrote to each path, so that a change by somebody else shows. Local and disposable: without it,
 * files are compared with the projection, and what is missing comes back. Also remembers what still has to be committed.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeDurably } from '../log/durable-file.ts'
import type { FileStamp } from '../log/durable-file.ts'

export interface IndexedFile extends FileStamp {
  readonly sha256: string
  readonly unit: string
}

export interface LocalIndex {
  /** Heads of the log that the files show. */
  heads: Record<string, number>
  /** How many events that was: a merge may bring earlier ones without moving any head. */
  events: number
  /** Git's HEAD after Factory's last commit; null before the first. */
  head: string | null
  /** Size of the active log then; a log only grows, but where Factory itself seals its head. */
  logBytes: number
  files: Record<string, IndexedFile>
  /** Written, not yet committed. */
  uncommitted: string[]
}

const path = (local: string): string => join(local, 'index.json')

/** The index, or null where there is none or it cannot be read. */
export function readIndex(local: string): LocalIndex | null {
  try {
    const parsed = JSON.parse(readFileSync(path(local), 'utf8')) as { format?: number } & LocalIndex
    return parsed.format === 3 ? { heads: parsed.heads, events: parsed.events, head: parsed.head, logBytes: parsed.logBytes, files: parsed.files, uncommitted: parsed.uncommitted } : null
  } catch {
    return null
  }
}

export const emptyIndex = (): LocalIndex => ({ heads: {}, events: 0, head: null, logBytes: 0, files: {}, uncommitted: [] })

export function writeIndex(root: string, local: string, index: LocalIndex): void {
  writeDurably(path(local), JSON.stringify({ format: 3, ...index }), { root, sync: false })
}
