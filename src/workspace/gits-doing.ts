/**
 * Whether git, not a person, changed a file: after a merge, pull, rebase, cherry-pick or checkout the working tree may hold versions
 * that nobody typed. Only the log and the blobs carry information then, so a file that equals what git's HEAD or index holds, or that
 * holds conflict markers, is restored instead of being taken as a command (docs/decisions/gits-doing.md).
 */
import { createHash } from 'node:crypto'
import { sha256Hex } from '../log/durable-file.ts'
import type { State } from '../../reducers/state.ts'
import { blobIdsAt, stagedBlobIds } from './git.ts'
import type { LocalIndex } from './local-index.ts'

export interface GitsDoingOptions {
  readonly root: string
  readonly index: LocalIndex | null
  readonly state: State
  readonly head: string | null
  readonly writer: string
  /** Whether the workspace holds this content as a document. */
  readonly knows: (sha256: string) => boolean
  /** Git has just been ended in the middle of uniting these commits: every file known here is its doing. */
  readonly commits?: readonly string[] | undefined
}

export type GitsDoing = (path: string, bytes: Buffer | null, known: boolean) => boolean

/** A judge of (path, content); null content: the file is gone; `known`: the projection shows it, or Factory wrote it once. */
export function gitsDoing({ root, index, state, head, writer, knows, commits }: GitsDoingOptions): GitsDoing {
  const foreign = commits !== undefined || isForeign(index, state, writer)
  const trees = treesOf(root, [...(head === null ? [] : [head]), ...(commits ?? [])])
  return (path, bytes, known) => {
    if (known && (commits !== undefined || (bytes !== null && hasConflictMarkers(bytes)))) return true
    if (!foreign || (head === null && commits === undefined)) return false
    if (bytes === null) return trees().every(tree => !tree.has(path))
    // What nobody shows any more is git's only if the log knows the text: a drop that somebody committed by hand counts.
    return trees().some(tree => holds(tree, path, bytes)) && (known || knows(sha256Hex(bytes)))
  }
}

/** The log has got events of others, or has gone back, since the files were last written; or nobody knows. */
function isForeign(index: LocalIndex | null, state: State, writer: string): boolean {
  if (index === null) return true
  const own = (state.heads[writer] ?? 0) - (index.heads[writer] ?? 0)
  return state.events - index.events !== own || own < 0 || Object.entries(index.heads).some(([name, seq]) => (state.heads[name] ?? 0) < seq)
}

type Tree = ReadonlyMap<string, string>

/** Read only when the first file asks. */
function treesOf(root: string, commits: readonly string[]): () => readonly Tree[] {
  let trees: readonly Tree[] | null = null
  return () => (trees ??= [...commits.map(commit => blobIdsAt(root, commit)), stagedBlobIds(root)])
}

const holds = (tree: Tree, path: string, bytes: Buffer): boolean => {
  const id = tree.get(path)
  return id !== undefined && id === gitBlobId(bytes, id.length === 64 ? 'sha256' : 'sha1')
}

const gitBlobId = (bytes: Buffer, algorithm: string): string => createHash(algorithm).update(`blob ${bytes.length}\0`).update(bytes).digest('hex')

const hasConflictMarkers = (bytes: Buffer): boolean => {
  const text = bytes.toString('latin1')
  return /^<{7} /m.test(text) && /^={7}\r?$/m.test(text) && /^>{7} /m.test(text)
}
