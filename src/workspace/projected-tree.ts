/**
 * The one writer of what people see: brings the files of units to what the projection says. Compares with the index first, so that
 * unchanged content costs nothing; a file that somebody changed in the meantime is left for the next intake.
 */
import { lstatSync, rmdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isFactoryError } from '../error.ts'
import type { Blobs } from '../log/blobs.ts'
import { removeDurably, sha256Hex, writeDurably } from '../log/durable-file.ts'
import type { Expected } from '../log/durable-file.ts'
import { allUnits, filesOf } from '../../projections/all.ts'
import type { ProjectedFile } from '../../projections/projection.ts'
import type { State } from '../../reducers/state.ts'
import type { LocalIndex } from './local-index.ts'

export interface TreeTarget {
  readonly root: string
  readonly index: LocalIndex
  readonly blobs: Blobs
  readonly warn: (message: string) => void
}

export const hashOf = (file: ProjectedFile): string => ('doc' in file ? file.doc.sha256 : sha256Hex(file.text))

/** Every projected path with the hash of its content. */
export function projectedHashes(state: State): Map<string, string> {
  const hashes = new Map<string, string>()
  for (const unit of allUnits(state)) for (const file of filesOf(state, unit)) hashes.set(file.path, hashOf(file))
  return hashes
}

/** Writes the units (`null`: all) and removes what they no longer show; `stale` paths are brought right too. Returns changed paths. */
export function writeTree(target: TreeTarget, state: State, units: ReadonlySet<string> | null, stale: ReadonlySet<string>): string[] {
  const wanted = new Map<string, { file: ProjectedFile; unit: string }>()
  const chosen = units ?? new Set(allUnits(state))
  for (const unit of chosen) for (const file of filesOf(state, unit)) wanted.set(file.path, { file, unit })
  const changed: string[] = []
  const missing = [...stale].filter(path => !wanted.has(path))
  const elsewhere = missing.length === 0 || units === null ? new Map<string, string>() : unitsByPath(state)
  for (const path of missing) {
    const unit = elsewhere.get(path)
    const file = unit === undefined ? undefined : filesOf(state, unit).find(one => one.path === path)
    if (unit !== undefined && file !== undefined) wanted.set(path, { file, unit })
  }
  for (const [path, entry] of Object.entries(target.index.files)) {
    if (wanted.has(path)) continue
    if ((units === null || chosen.has(entry.unit) || stale.has(path)) && remove(target, path)) changed.push(path)
  }
  for (const path of stale) if (!wanted.has(path) && target.index.files[path] === undefined && remove(target, path)) changed.push(path)
  for (const [path, { file, unit }] of wanted) if (write(target, path, file, unit, stale.has(path))) changed.push(path)
  return changed
}

function unitsByPath(state: State): Map<string, string> {
  const owners = new Map<string, string>()
  for (const unit of allUnits(state)) for (const file of filesOf(state, unit)) owners.set(file.path, unit)
  return owners
}

function write(target: TreeTarget, path: string, file: ProjectedFile, unit: string, stale: boolean): boolean {
  const { root, index } = target
  const known = index.files[path]
  const sha256 = hashOf(file)
  const full = join(root, path)
  const stat = lstatSync(full, { throwIfNoEntry: false })
  const untouched = known !== undefined && stat !== undefined && stat.isFile() && stat.size === known.size && stat.mtimeMs === known.mtimeMs && stat.ino === known.ino
  if (untouched && known.sha256 === sha256) {
    index.files[path] = { ...known, unit }
    return false
  }
  const expect: Expected | undefined = stat === undefined ? { absent: true } : stale || known === undefined ? undefined : { sha256: known.sha256 }
  try {
    const bytes = 'doc' in file ? target.blobs.get(file.doc) : Buffer.from(file.text)
    const { written, stamp } = writeDurably(full, bytes, { root, ...(expect === undefined ? {} : { expect }) })
    index.files[path] = { sha256, unit, ...stamp }
    return written || known?.sha256 !== sha256
  } catch (error) {
    if (!isFactoryError(error)) throw error
    target.warn(`${path} was not written: ${error.message}`)
    return false
  }
}

function remove(target: TreeTarget, path: string): boolean {
  const { root, index } = target
  const known = index.files[path]
  try {
    const removed = removeDurably(join(root, path), { root, ...(known === undefined ? {} : { expect: { sha256: known.sha256 } }) })
    delete index.files[path]
    if (removed) dropEmptyFolders(root, dirname(path))
    return true
  } catch (error) {
    if (!isFactoryError(error)) throw error
    if (lstatSync(join(root, path), { throwIfNoEntry: false }) === undefined) {
      delete index.files[path]
      return true
    }
    target.warn(`${path} was not removed: ${error.message}`)
    return false
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
