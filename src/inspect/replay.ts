/**
 * `factory replay`: the workspace as it was at a point, rebuilt from the log and the blobs alone, in a directory of its own and ready to
 * run commands on; or a comparison of the present files with what the log says.
 */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isDebris } from '../formats/names.ts'
import { FactoryError } from '../error.ts'
import { documentsOf } from '../workspace/event-documents.ts'
import { readRegularFile, sha256Hex } from '../log/durable-file.ts'
import { rawLines } from '../log/raw-lines.ts'
import { initRepository, listTree, showFile } from '../workspace/git.ts'
import { scanTree } from '../workspace/tree-scan.ts'
import { hashOf } from '../workspace/projected-tree.ts'
import type { Workspace } from '../workspace/session.ts'
import { projectAll } from '../../projections/all.ts'
import { contentOf } from '../../projections/projection.ts'
import { initialState, reduce } from '../../reducers/state.ts'
import type { State } from '../../reducers/state.ts'
import { pointOf } from './point.ts'
import type { Point } from './point.ts'

export interface ReplayOptions {
  readonly to?: string | undefined
  readonly out?: string | undefined
  readonly verify?: boolean
}

export interface Drift {
  readonly path: string
  readonly kind: 'missing' | 'changed' | 'unexpected'
}

export interface Replayed {
  readonly position: { readonly events: number; readonly heads: Readonly<Record<string, number>>; readonly point: string }
  /** Projected files at that point. */
  readonly files: number
  /** Files written to `out`. */
  readonly written: number
  readonly drift: readonly Drift[]
}

export async function replay(workspace: Workspace, options: ReplayOptions): Promise<Replayed> {
  const point = await pointOf(workspace, options.to)
  const { state, documents, ids } = foldTo(workspace, point)
  const files = projectAll(state)
  const written = options.out === undefined ? 0 : await writeOut(workspace, options.out, { state, documents, ids, point })
  return {
    position: { events: state.events, heads: state.heads, point: point.label },
    files: files.length,
    written,
    drift: options.verify === true ? driftOf(workspace, state, point) : [],
  }
}

interface FoldedTo { readonly state: State; readonly documents: ReadonlySet<string>; readonly ids: ReadonlySet<string> }

/** Folds history up to the point, from nothing. */
export function foldTo(workspace: Workspace, point: Point): FoldedTo {
  const state = initialState()
  const documents = new Set<string>()
  const ids = new Set<string>()
  for (const event of workspace.events()) {
    if (!point.includes(event)) continue
    reduce(state, event)
    ids.add(`${event.writer}:${event.seq}`)
    for (const sha256 of documentsOf(event, hash => workspace.text({ sha256: hash, bytes: 0 }))) documents.add(sha256)
  }
  return { state, documents, ids }
}

async function writeOut(workspace: Workspace, out: string, { state, documents, ids, point }: FoldedTo & { readonly point: Point }): Promise<number> {
  if (existsSync(out) && readdirSync(out).length > 0) throw new FactoryError('not-empty', `${out} is not empty; a replay never overwrites.`, { mend: 'name a directory that does not exist yet' })
  mkdirSync(out, { recursive: true })
  await initRepository(out)
  let count = 0
  const put = (path: string, bytes: Buffer | string): void => {
    mkdirSync(dirname(join(out, path)), { recursive: true })
    writeFileSync(join(out, path), bytes)
    count += 1
  }
  for (const [path, bytes] of await logFilesAt(workspace, ids, point)) put(path, bytes)
  // What was erased since is not there any more, at no point of history.
  const { state: now } = await workspace.look({ pending: false })
  for (const sha256 of new Set([...documents, ...await blobsAt(workspace, point)])) {
    if (state.settings.erased[sha256] !== undefined || now.settings.erased[sha256] !== undefined) continue
    put(`blobs/${sha256.slice(0, 2)}/${sha256.slice(2)}`, workspace.bytes({ sha256, bytes: 0 }))
  }
  for (const file of projectAll(state)) put(file.path, Buffer.from(contentOf(file, workspace.bytes)))
  return count
}

/** The blobs of a commit: also those that no event of it names yet. */
async function blobsAt(workspace: Workspace, { commit }: Point): Promise<readonly string[]> {
  if (commit === null) return []
  return (await listTree(workspace.root, commit)).flatMap(({ path }) => /^blobs\/([0-9a-f]{2})\/([0-9a-f]{62})$/.exec(path)?.slice(1).join('') ?? [])
}

/** The log at a commit is that commit's, byte for byte; elsewhere it is its lines in fold order, copied raw. */
async function logFilesAt(workspace: Workspace, ids: ReadonlySet<string>, point: Point): Promise<[string, Buffer | string][]> {
  const { commit } = point
  if (commit !== null) {
    const paths = (await listTree(workspace.root, commit)).map(entry => entry.path).filter(path => path === 'events.jsonl' || path.startsWith('log/'))
    const shown = await Promise.all(paths.map(async path => [path, await showFile(workspace.root, commit, path)] as const))
    return shown.flatMap(([path, bytes]) => (bytes === undefined ? [] : [[path, bytes] as [string, Buffer]]))
  }
  const lines = new Map<string, string>()
  for (const { line, id } of rawLines(workspace.root)) if (ids.has(id)) lines.set(id, line)
  const ordered = [...ids].flatMap(id => lines.get(id) ?? [])
  return [['events.jsonl', ordered.map(line => `${line}\n`).join('')]]
}

/** The present files against the log; against an earlier point only what the log can tell. */
function driftOf(workspace: Workspace, state: State, point: Point): readonly Drift[] {
  if (point.label !== 'now') throw new FactoryError('verify-now-only', '--verify compares the present files with the present log.', { exitCode: 64, mend: 'leave --to out, or use --out to look at that point' })
  const expected = new Map(projectAll(state).map(file => [file.path, hashOf(file, workspace.bytes)]))
  const seen = scanTree(workspace.root)
  const drift: Drift[] = []
  for (const [path, sha256] of expected) {
    const file = seen.has(path) ? readRegularFile(join(workspace.root, path)) : undefined
    if (file === undefined) drift.push({ path, kind: 'missing' })
    else if (sha256Hex(file.bytes) !== sha256) drift.push({ path, kind: 'changed' })
  }
  for (const path of seen.keys()) if (!expected.has(path) && !isDebris(path.slice(path.lastIndexOf('/') + 1))) drift.push({ path, kind: 'unexpected' })
  return drift.sort((a, b) => (a.path < b.path ? -1 : 1))
}
