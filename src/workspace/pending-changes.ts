/**
 * What somebody changed in the workspace's files since Factory last wrote them. A file equal to the index or to the current
 * projection is no change; anything else is an edit with the index's version as its base. Nothing is written here, except that
 * stamps of files that were merely touched are refreshed in the index given.
 */
import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { isFactoryError } from '../error.ts'
import type { Doc } from '../events/types.ts'
import type { FileStamp, RegularFile } from '../log/durable-file.ts'
import { readRegularFile, sha256Hex } from '../log/durable-file.ts'
import type { State } from '../../reducers/state.ts'
import type { ChangeKind } from './change.ts'
import type { LocalIndex } from './local-index.ts'
import { downstreamFirst, pairMoves } from './moved-files.ts'
import { projectedHashes } from './projected-tree.ts'
import { scanTree } from './tree-scan.ts'
import type { SeenFile } from './tree-scan.ts'

export interface PendingChange {
  readonly path: string
  readonly kind: ChangeKind
  readonly from?: string
  readonly bytes: Buffer | null
  /** Hash of what was last written there. */
  readonly base: string | null
  /** Why it cannot be taken at all: a link or device, or too large to read. */
  readonly unfit: 'irregular' | 'too-large' | null
  /** The version that was looked at; null where nothing lies there. */
  readonly stamp: FileStamp | null
}

export interface Pending {
  readonly changes: readonly PendingChange[]
  /** Paths to bring right again without any command, with what lies there now (null: nothing). */
  readonly restore: ReadonlyMap<string, Buffer | null>
  /** Without an index: files that lie there as the projection says, with their hash, so that the writer knows them as its own. */
  readonly standing: ReadonlyMap<string, string>
}

/** Nothing that a person writes for an agent is larger; the configured limit refuses earlier and more kindly. */
const mostBytes = 32 * 1024 * 1024
/** A file whose last change is younger than this may still be being written: it is looked at again after that time. */
const restMs = 30

export interface PendingOptions {
  readonly root: string
  readonly index: LocalIndex | null
  readonly state: State
  readonly bytes: (doc: Doc) => Uint8Array
  /** True for a path and content that git itself put there (a merge, a pull, a checkout): not a person's change. */
  readonly fromGit: (path: string, bytes: Buffer | null, known: boolean) => boolean
}

export function findPendingChanges({ root, index, state, bytes, fromGit }: PendingOptions): Pending {
  const seen = scanTree(root)
  const touched = [...seen].filter(([path, file]) => !sameStamp(index?.files[path], file))
  const gone = Object.keys(index?.files ?? {}).filter(path => !seen.has(path))
  if (touched.length === 0 && gone.length === 0) return { changes: [], restore: new Map(), standing: new Map() }
  const projected = projectedHashes(state, bytes)
  const restore = new Map<string, Buffer | null>()
  const changes: PendingChange[] = []
  for (const change of settled(root, touched.flatMap(([path, file]) => look(root, path, file, index, projected) ?? []))) {
    const known = projected.has(change.path) || index?.files[change.path] !== undefined
    if (change.unfit === null && fromGit(change.path, change.bytes, known)) restore.set(change.path, change.bytes)
    else changes.push(change)
  }
  const real = realFolders(root)
  for (const path of gone) {
    if (!projected.has(path)) continue
    if (!real(folderOf(path)) || fromGit(path, null, true)) restore.set(path, null)
    else changes.push({ path, kind: 'removed', bytes: null, base: index?.files[path]?.sha256 ?? null, unfit: null, stamp: null })
  }
  if (index === null) for (const path of projected.keys()) if (!seen.has(path)) restore.set(path, null)
  const other = new Set([...changes.map(change => change.path), ...restore.keys()])
  const standing = new Map(index === null ? [...projected].filter(([path]) => seen.has(path) && !other.has(path)) : [])
  return { changes: downstreamFirst(pairMoves(changes)), restore, standing }
}

const sameStamp = (known: FileStamp | undefined, file: SeenFile): boolean =>
  known !== undefined && file.regular && known.size === file.size && known.mtimeMs === file.mtimeMs && known.ino === file.ino

function look(root: string, path: string, file: SeenFile, index: LocalIndex | null, projected: ReadonlyMap<string, string>): PendingChange | null {
  const base = index?.files[path]?.sha256 ?? projected.get(path) ?? null
  const kind = base === null ? 'added' : 'edited'
  if (!file.regular) return { path, kind, bytes: null, base, unfit: 'irregular', stamp: file }
  const read = readFit(join(root, path))
  if (read === 'gone') return null
  if (read === 'unfit') return { path, kind, bytes: null, base, unfit: 'too-large', stamp: file }
  const sha256 = sha256Hex(read.bytes)
  const known = index?.files[path]
  if (sha256 === known?.sha256 || sha256 === projected.get(path)) {
    // Only what the index knows is refreshed: the writer has to see, and to commit, what came about without it.
    if (index !== null && sha256 === known?.sha256) index.files[path] = { sha256, unit: known.unit, ...read.stamp }
    return null
  }
  return { path, kind, bytes: read.bytes, base, unfit: null, stamp: read.stamp }
}

function readFit(path: string): RegularFile | 'gone' | 'unfit' {
  try {
    return readRegularFile(path, { maxBytes: mostBytes }) ?? 'gone'
  } catch (error) {
    if (isFactoryError(error)) return 'unfit'
    throw error
  }
}

/** A file counts when two looks agree; one that is still being written is left for the next command. */
function settled(root: string, changes: readonly PendingChange[]): readonly PendingChange[] {
  const isFresh = ({ stamp }: PendingChange): boolean => stamp !== null && Math.abs(Date.now() - stamp.mtimeMs) < restMs
  if (changes.some(isFresh)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, restMs)
  return changes.filter(({ path, stamp }) => {
    const now = lstatSync(join(root, path), { throwIfNoEntry: false })
    return now !== undefined && stamp !== null && now.size === stamp.size && now.mtimeMs === stamp.mtimeMs && now.ino === stamp.ino
  })
}

const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')))

/** Whether a folder is there, and neither it nor one above it is a link. */
function realFolders(root: string): (folder: string) => boolean {
  const known = new Map<string, boolean>([['', true]])
  const isReal = (folder: string): boolean => {
    const answer = known.get(folder) ?? (isReal(folderOf(folder)) && lstatSync(join(root, folder), { throwIfNoEntry: false })?.isDirectory() === true)
    known.set(folder, answer)
    return answer
  }
  return isReal
}
