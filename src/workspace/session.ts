/**
 * What the rest of Factory sees of an opened workspace. Reading needs no lock and writes nothing; a transaction holds the workspace
 * lock for one command or one turn of the scheduler, never while an agent runs. Implemented by `open-workspace.ts`.
 */
import type { Config } from '../config/model.ts'
import type { ConfigProblem } from '../config/load.ts'
import type { Doc, Draft, FactoryEvent, ItemId } from '../events/types.ts'
import type { Cursor, LogProblem } from '../log/port.ts'
import type { State } from '../../reducers/state.ts'

export interface Snapshot {
  readonly state: State
  readonly config: Config
  readonly configProblems: readonly ConfigProblem[]
  readonly cursor: Cursor
  readonly problems: readonly LogProblem[]
  /** Changes found in files and not yet recorded; already folded into `state` where they are legal. */
  readonly unrecorded: readonly { readonly path: string; readonly change: string; readonly refused?: string }[]
}

export interface Workspace {
  /** Absolute path of the workspace's root. Never written anywhere. */
  readonly root: string
  /** `.factory-local/`, git-ignored. */
  readonly local: string
  readonly writer: () => string
  /** A read-only look: folds the log and, in memory, the pending changes of files. */
  readonly look: (options?: { readonly pending?: boolean }) => Promise<Snapshot>
  /** Events in fold order; nothing is folded. */
  readonly events: () => Iterable<FactoryEvent>
  /** Document texts; a missing or damaged blob is a FactoryError. */
  readonly text: (doc: Doc) => string
  readonly bytes: (doc: Doc) => Buffer
  /**
   * Under the lock: catch up, heal, take in what people changed in files; then `work`; at the end project, index and commit what was
   * written. `command` names it in the lock's owner file and the commit message.
   */
  readonly transact: <T>(options: TransactOptions, work: (transaction: Transaction) => Promise<T> | T) => Promise<T>
}

export interface TransactOptions {
  readonly command: string
  readonly actor: string
  /** The same key again returns without deciding; see `Transaction.already`. */
  readonly key?: string
  readonly onBehalfOf?: string
  /** Skip the intake of file changes (used by commands that must not see them, e.g. a repair). */
  readonly withoutIntake?: boolean
  /** Under the lock, before anything is read: brings foreign lines and blobs in (`sync`). */
  readonly prepare?: () => void
  /** Git was ended while it was uniting these commits: what differs in known files is its doing, no person's (`sync --continue`). */
  readonly fromCommits?: readonly string[]
  /** Put unreadable lines into quarantine (`doctor --repair`). */
  readonly repairLines?: boolean
  /** Second parent of the commit: the other side of a merge (`sync`). */
  readonly alsoParent?: string
}

export interface Transaction {
  /** The workspace's root and its `.factory-local/`, as in `Workspace`. */
  readonly root: string
  readonly local: string
  readonly state: State
  readonly config: Config
  /** The moment of the command, ISO 8601. */
  readonly now: string
  readonly writer: string
  readonly actor: string
  /** The event that this idempotency key was given to before, or null. */
  readonly already: ItemId | null
  /** Id that the draft at `offset` of the next batch will get. */
  readonly nextId: (offset: number) => ItemId
  /** One batch: validated, made durable, folded into `state`. `actor` defaults to the transaction's. */
  readonly append: (drafts: readonly Draft[], by?: { readonly actor?: string; readonly run?: string; readonly cause?: ItemId }) => readonly FactoryEvent[]
  /** Stores by content, durably, before the event that names it: texts that Factory composed from what is already redacted. */
  readonly store: (content: string | Buffer) => Doc
  /** The same for texts from people and agents: redacted first. Bytes that are not text are kept as they are. */
  readonly take: (content: string | Buffer) => Doc
  readonly text: (doc: Doc) => string
  readonly bytes: (doc: Doc) => Buffer
  /** Something a person should know that does not fail the command; printed to stderr. */
  readonly warn: (message: string) => void
}
