/**
 * What somebody changed in the workspace's files since Factory last wrote them. A file equal to the index or to the current
 * projection is no change; anything else is an edit with the index's version as its base. Nothing is written here, except that
 * stamps of files that were merely touched are refreshed in the index given.
 */
import { lstatSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isFactoryError } from '../error.ts'
import type { RegularFile } from '../log/durable-file.ts'
import { readRegularFile, sha256Hex } from '../log/durable-file.ts'
import type { State } from '../../reducers/state.ts'
import type { ChangeKind } from './change.ts'
import type { LocalIndex } from './local-index.ts'
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
}

/** Nothing that a person writes for an agent is larger; the configured limit refuses earlier and more kindly. */
const mostBytes = 32 * 1024 * 1024

export interface PendingOptions {
  readonly root: string
  readonly index: LocalIndex | null
  readonly state: State
  /** True for a path and content that git itself put there (a merge, a pull, a checkout): not a person's change. */
  readonly fromGit: (path: string, bytes: Buffer | null) => boolean
}

export function findPendingChanges({ root, index, state, fromGit }: PendingOptions): { changes: PendingChange[]; restore: string[] } {
  const seen = scanTree(root)
  const touched = [...seen].filter(([path, file]) => !sameStamp(index?.files[path], file))
  const gone = Object.keys(index?.files ?? {}).filter(path => !seen.has(path))
  if (touched.length === 0 && gone.length === 0) return { changes: [], restore: [] }
  const projected = projectedHashes(state)
  const restore: string[] = []
  const changes: PendingChange[] = []
  for (const [path, file] of touched) {
    const change = look(root, path, file, index, projected)
    if (change === null) continue
    if (change.unfit === null && (projected.has(path) || index?.files[path] !== undefined) && fromGit(path, change.bytes)) restore.push(path)
    else changes.push(change)
  }
  for (const path of gone) {
    if (!projected.has(path)) continue
    if (folderIsGone(root, path) || fromGit(path, null)) restore.push(path)
    else changes.push({ path, kind: 'removed', bytes: null, base: index?.files[path]?.sha256 ?? null, unfit: null })
  }
  if (index === null) for (const path of projected.keys()) if (!seen.has(path)) restore.push(path)
  return { changes: pairMoves(changes), restore }
}

const sameStamp = (known: { size: number; mtimeMs: number; ino: number } | undefined, file: SeenFile): boolean =>
  known !== undefined && file.regular && known.size === file.size && known.mtimeMs === file.mtimeMs && known.ino === file.ino

function look(root: string, path: string, file: SeenFile, index: LocalIndex | null, projected: ReadonlyMap<string, string>): PendingChange | null {
  const base = index?.files[path]?.sha256 ?? projected.get(path) ?? null
  const kind = base === null ? 'added' : 'edited'
  if (!file.regular) return { path, kind, bytes: null, base, unfit: 'irregular' }
  const read = readStable(join(root, path))
  if (read === 'gone') return null
  if (read === 'unfit') return { path, kind, bytes: null, base, unfit: 'too-large' }
  const sha256 = sha256Hex(read.bytes)
  const known = index?.files[path]
  if (sha256 === known?.sha256 || sha256 === projected.get(path)) {
    if (index !== null) index.files[path] = { sha256, unit: known?.unit ?? '', ...read.stamp }
    return null
  }
  return { path, kind, bytes: read.bytes, base, unfit: null }
}

/** A file counts when two looks agree; one that is still being written is left for the next look. */
function readStable(path: string): RegularFile | 'gone' | 'unfit' {
  try {
    const first = readRegularFile(path, { maxBytes: mostBytes })
    if (first === undefined) return 'gone'
    const stat = lstatSync(path, { throwIfNoEntry: false })
    return stat !== undefined && stat.size === first.bytes.length && stat.mtimeMs === first.stamp.mtimeMs ? first : 'gone'
  } catch (error) {
    if (isFactoryError(error)) return 'unfit'
    throw error
  }
}

const folderIsGone = (root: string, path: string): boolean => lstatSync(join(root, dirname(path)), { throwIfNoEntry: false }) === undefined

const movable = /^(?:specs\/(?:inbox|drafting|ready|archive)|tasks\/(?:research|research-done|building|review|verified|failed|resolved)|skills\/[^/]+)\//

/** One gone and one of the same name in another stage is a move. */
function pairMoves(changes: readonly PendingChange[]): PendingChange[] {
  const removed = new Map(changes.filter(change => change.kind === 'removed' && movable.test(change.path)).map(change => [movedName(change.path), change]))
  const moved = changes.flatMap(change => {
    const from = change.kind === 'added' && movable.test(change.path) ? removed.get(movedName(change.path)) : undefined
    return from === undefined ? [] : [{ change, from }]
  })
  const taken = new Set(moved.flatMap(({ change, from }) => [change.path, from.path]))
  return [
    ...moved.map(({ change, from }) => ({ ...change, kind: 'moved' as const, from: from.path, base: from.base })),
    ...changes.filter(change => !taken.has(change.path)),
  ].sort((a, b) => downstream(b.path) - downstream(a.path) || (a.path < b.path ? -1 : 1))
}

const movedName = (path: string): string => (path.startsWith('skills/') ? path.split('/').slice(2).join('/') : path.slice(path.lastIndexOf('/') + 1))

const order = ['specs/inbox/', 'tasks/research/', 'specs/drafting/', 'tasks/research-done/', 'tasks/decisions/', 'specs/ready/', 'tasks/planning/', 'tasks/building/', 'tasks/review/', 'tasks/failed/', 'tasks/verified/', 'tasks/resolved/', 'specs/archive/']
/** Configuration first, then the most downstream folder. */
const downstream = (path: string): number => (/^(?:agents|permissions)\.yaml$|^apps\//.test(path) ? 100 : order.findIndex(folder => path.startsWith(folder)))
