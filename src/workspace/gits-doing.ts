/**
 * Whether git, not a person, changed a file: after a merge, pull, rebase, cherry-pick or checkout the working tree may hold versions
 * that nobody typed. Only the log and the blobs carry information then, so a known file that equals git's HEAD, or that holds
 * conflict markers, is restored instead of being taken as a command.
 */
import { createHash } from 'node:crypto'
import type { State } from '../../reducers/state.ts'
import { blobIdsAt } from './git.ts'
import type { LocalIndex } from './local-index.ts'

export interface GitsDoingOptions {
  readonly root: string
  readonly index: LocalIndex | null
  readonly state: State
  readonly head: string | null
  readonly writer: string
}

/** A judge of (path, content); null content: the file is gone. */
export function gitsDoing({ root, index, state, head, writer }: GitsDoingOptions): (path: string, bytes: Buffer | null) => boolean {

  const foreign = index !== null && (Object.entries(state.heads).some(([name, seq]) => name !== writer && (index.heads[name] ?? 0) < seq) || Object.entries(index.heads).some(([name, seq]) => (state.heads[name] ?? 0) < seq))
  let committed: ReadonlyMap<string, string> | null = null
  return (path, bytes) => {
    if (bytes !== null && hasConflictMarkers(bytes)) return true
    if (!foreign || head === null) return false
    const atHead = committed ??= blobIdsAt(root, head)
    return bytes === null ? !atHead.has(path) : atHead.get(path) === gitBlobId(bytes)
  }
}

const gitBlobId = (bytes: Buffer): string => createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex')

const hasConflictMarkers = (bytes: Buffer): boolean => {
  const text = bytes.toString('latin1')
  return /^<{7} /m.test(text) && /^={7}\r?$/m.test(text) && /^>{7} /m.test(text)
}
