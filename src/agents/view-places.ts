/**
 * Whether a folder is still the one that was made: an agent may have taken it away, or put a link or another folder in its place.
 * Called when a view is made and before anything of it is read, written or removed. No link is followed.
 */
import { lstatSync } from 'node:fs'

export interface Place { readonly path: string; readonly dev: bigint; readonly ino: bigint }

const factsOf = (path: string): Place | null => {
  const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false })
  return stat === undefined || !stat.isDirectory() ? null : { path, dev: stat.dev, ino: stat.ino }
}

/** Remembers folders as they are now. */
export const placesOf = (paths: readonly string[]): readonly Place[] => paths.flatMap(path => factsOf(path) ?? [])

/** The first of them that is not there any more, or is another one now; null: all are. */
export const replacedPlace = (places: readonly Place[]): string | null =>
  places.find(place => { const now = safely(place.path); return now === null || now.dev !== place.dev || now.ino !== place.ino })?.path ?? null

/** A folder above it that cannot be opened hides it as well. */
function safely(path: string): Place | null {
  try {
    return factsOf(path)
  } catch {
    return null
  }
}
