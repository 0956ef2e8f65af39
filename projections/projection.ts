/**
 * A projection is (state) to files: what must lie where, as text made here or as a document already stored. No I/O; the one writer
 * (`src/workspace`) compares and writes. Files come in units, the smallest part that can change alone, so that a command
 * re-projects only what its events touched. All units together give the whole workspace, byte for byte.
 */
import type { Doc } from '../src/events/types.ts'
import type { State } from '../reducers/state.ts'

/** `append`: text that stands below the document. */
export type ProjectedFile =
  | { readonly path: string; readonly doc: Doc; readonly append?: string }
  | { readonly path: string; readonly text: string }

export interface FolderProjection {
  /** Prefix of its units' names: `spec`, `research`, `library`, … */
  readonly kind: string
  /** Every unit there is, e.g. the shown names of all specs. */
  readonly units: (state: State) => readonly string[]
  readonly files: (state: State, unit: string) => readonly ProjectedFile[]
  /** A unit in work stays in view, whatever GC took of an earlier life of its name. */
  readonly stays?: (state: State, unit: string) => boolean
}

/** The bytes of a file; `bytes` reads a stored document. */
export function contentOf(file: ProjectedFile, bytes: (doc: Doc) => Uint8Array): Uint8Array {
  if ('text' in file) return new TextEncoder().encode(file.text)
  const stored = bytes(file.doc)
  if (file.append === undefined) return stored
  const below = new TextEncoder().encode(file.append)
  const content = new Uint8Array(stored.length + below.length)
  content.set(stored)
  content.set(below, stored.length)
  return content
}
