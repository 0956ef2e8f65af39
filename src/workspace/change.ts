/**
 * A change of a file, seen in the workspace (intake) or in a view (import), and who made it. The directory protocol
 * (`src/protocol/`) turns it into a command or a refusal; both callers use the same table.
 */
import type { Doc, Draft, ItemId } from '../events/types.ts'

export type ChangeKind = 'added' | 'edited' | 'moved' | 'removed'

export interface FileChange {
  readonly path: string
  readonly kind: ChangeKind
  /** Where a moved file was. */
  readonly from?: string
  /** The new content, already stored; null for a removal. */
  readonly doc: Doc | null
  /** The content as text; null for a removal and for bytes that are not UTF-8 text. */
  readonly text: string | null
  /** What was last written there (index or view manifest): the version the change was made on. */
  readonly base: Doc | null
}

export interface Mover {
  readonly kind: 'person' | 'agent' | 'unknown'
  /** `human:NAME`, `agent:NAME` or `unknown`. */
  readonly actor: string
  readonly agent?: string
  readonly run?: string
  readonly dispatch?: string
  /** The spec or research request the run is for: an agent moves that item only. */
  readonly item?: ItemId
  readonly attempt?: number
  /** For a build: the commit of the project that the run made, and the base it started from. */
  readonly commit?: string | null
  readonly base?: string | null
}

export type Routed =
  | { readonly kind: 'drafts'; readonly command: string; readonly drafts: readonly Draft[] }
  /** Nothing to do: the content already says what the log says. */
  | { readonly kind: 'same' }
  /** Not a candidate at all (editor debris, untracked folders such as projects/). */
  | { readonly kind: 'ignored' }
  /** Legal for a person, but made without a wall while a run was live: waits for a confirmation. */
  | { readonly kind: 'held'; readonly drafts: readonly Draft[] }
  | { readonly kind: 'refused'; readonly code: string; readonly why: string; readonly mend: string }
