/**
 * The one writer of what people see: brings the files of units to what the projection says. Compares with the index first, so that
 * unchanged content costs nothing; a file that somebody changed in the meantime is left for the next intake.
 */
import { lstatSync, rmdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isFactoryError } from '../error.ts'
import type { Doc } from '../events/types.ts'
import type { Blobs } from '../log/blobs.ts'
import { readRegularFile, removeDurably, sha256Hex, writeDurably } from '../log/durable-file.ts'
import type { Expected } from '../log/durable-file.ts'
import { allUnits, filesOf } from '../../projections/all.ts'
import { contentOf } from '../../projections/projection.ts'
import type { ProjectedFile } from '../../projections/projection.ts'
import type { State } from '../../reducers/state.ts'
import type { LocalIndex } from './local-index.ts'

export interface TreeTarget {
  readonly root: string
  readonly index: LocalIndex
  readonly blobs: Blobs
  readonly warn: (message: string) => void
}

export interface WrittenTree {
  /** Paths that differ from what was there, or whose commit nobody remembers. */
  readonly changed: readonly string[]
  /** False when a file could not be brought right: the next command looks at all of them again. */
  readonly complete: boolean
}

/** What lies at a path that has to be brought right: the hash of what was taken in, null where nothing readable lies. */
export type Stale = ReadonlyMap<string, string | null>

/** Hash of a file's content; '' when a document below which text is put is not there. */
export function hashOf(file: ProjectedFile, bytes: (doc: Doc) => Uint8Array): string {
  if ('text' in file) return sha256Hex(file.text)
  if (file.append === undefined) return file.doc.sha256
  try {
    return sha256Hex(contentOf(file, bytes))
  } catch (error) {
    if (isFactoryError(error)) return ''
    throw error
  }
}

/** Every projected path with the hash of its content. */
export function projectedHashes(state: State, bytes: (doc: Doc) => Uint8Array): Map<string, string> {
  const hashes = new Map<string, string>()
  for (const unit of allUnits(state)) for (const file of filesOf(state, unit)) hashes.set(file.path, hashOf(file, bytes))
  return hashes
}

interface Wanted { readonly file: ProjectedFile; readonly unit: string }

/** Writes the units (`null`: all) and removes what they no longer show; `stale` paths are brought right too. */
export function writeTree(target: TreeTarget, state: State, units: ReadonlySet<string> | null, stale: Stale): WrittenTree {
  const wanted = wantedFiles(state, units, stale)
  const changed: string[] = []
  let complete = true
  const note = (path: string, outcome: Outcome): void => {
    if (outcome === 'changed') changed.push(path)
    if (outcome === 'left') complete = false
  }
  for (const [path, entry] of Object.entries(target.index.files)) {
    if (!wanted.has(path) && (units === null || units.has(entry.unit) || stale.has(path))) note(path, remove(target, path, stale))
  }
  for (const path of stale.keys()) if (!wanted.has(path) && target.index.files[path] === undefined) note(path, remove(target, path, stale))
  for (const [path, one] of wanted) note(path, write(target, path, one, stale))
  return { changed, complete }
}

function wantedFiles(state: State, units: ReadonlySet<string> | null, stale: Stale): Map<string, Wanted> {
  const wanted = new Map<string, Wanted>()
  for (const unit of units ?? allUnits(state)) for (const file of filesOf(state, unit)) wanted.set(file.path, { file, unit })
  if (units === null || [...stale.keys()].every(path => wanted.has(path))) return wanted
  for (const unit of allUnits(state)) for (const file of filesOf(state, unit)) if (stale.has(file.path)) wanted.set(file.path, { file, unit })
  return wanted
}

type Outcome = 'changed' | 'same' | 'left'

/** What the writer believes to lie there: what was taken in, or last written, or nothing; anything else is somebody's work. */
function expected(target: TreeTarget, path: string, stale: Stale): Expected {
  const seen = stale.get(path) ?? target.index.files[path]?.sha256
  return seen === undefined ? { absent: true } : { sha256: seen }
}

function write(target: TreeTarget, path: string, { file, unit }: Wanted, stale: Stale): Outcome {
  const { root, index } = target
  const known = index.files[path]
  const full = join(root, path)
  const stat = lstatSync(full, { throwIfNoEntry: false })
  const untouched = known !== undefined && stat !== undefined && stat.isFile() && stat.size === known.size && stat.mtimeMs === known.mtimeMs && stat.ino === known.ino
  try {
    const sha256 = hashOf(file, target.blobs.get)
    if (untouched && known.sha256 === sha256) {
      index.files[path] = { ...known, unit }
      return 'same'
    }
    const expect: Expected = stat === undefined ? { absent: true } : expected(target, path, stale)
    const { written, stamp } = writeDurably(full, contentOf(file, target.blobs.get), { root, expect })
    index.files[path] = { sha256, unit, ...stamp }
    return written || known?.sha256 !== sha256 ? 'changed' : 'same'
  } catch (error) {
    if (!isFactoryError(error) || error.code === 'write-failed') throw error
    if (holdsAlready(target, path, { file, unit })) return 'changed'
    target.warn(`${path} was not written: ${error.message}`)
    return 'left'
  }
}

/** After a crash, or in a fresh clone, the file may hold the right bytes although the index does not say so. */
function holdsAlready({ root, index, blobs }: TreeTarget, path: string, { file, unit }: Wanted): boolean {
  try {
    const sha256 = hashOf(file, blobs.get)
    const found = readRegularFile(join(root, path))
    if (found === undefined || sha256Hex(found.bytes) !== sha256) return false
    index.files[path] = { sha256, unit, ...found.stamp }
    return true
  } catch (error) {
    if (isFactoryError(error)) return false
    throw error
  }
}

function remove(target: TreeTarget, path: string, stale: Stale): Outcome {
  const { root, index } = target
  const expect = expected(target, path, stale)
  const wasThere = lstatSync(join(root, path), { throwIfNoEntry: false }) !== undefined
  try {
    if (wasThere) removeDurably(join(root, path), { root, expect })
    delete index.files[path]
    if (wasThere) dropEmptyFolders(root, dirname(path))
    return 'changed'
  } catch (error) {
    if (!isFactoryError(error)) throw error
    target.warn(`${path} was not removed: ${error.message}`)
    // Whoever changed it will be asked by the next intake; it is no file of Factory's any more.
    return 'left'
  }
}

/** A folder that only held what was removed goes with it; the fixed folders keep their `.gitkeep`. */
function dropEmptyFolders(root: string, folder: string): void {
  if (folder === '.' || folder === '') return
  try {
    rmdirSync(join(root, folder))
  } catch {
    return
  }
  dropEmptyFolders(root, dirname(folder))
}
