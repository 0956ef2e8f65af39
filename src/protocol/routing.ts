/**
 * What the rows of the directory protocol are made of. A row is a family of paths with one cell for every kind of change and every
 * mover; a cell is a command, a refusal, a hold for confirmation, or nothing to do with Factory. Missing cells do not compile.
 */
import type { DecidingContext } from '../deciders/deciding.ts'
import { Refusal } from '../error.ts'
import type { Doc, Draft } from '../events/types.ts'
import type { State } from '../../reducers/state.ts'
import type { ChangeKind, FileChange, Mover, Routed } from '../workspace/change.ts'
import type { Readers } from './readers.ts'

export type MoverKind = Mover['kind']
export const moverKinds: readonly MoverKind[] = ['person', 'unknown', 'agent']
export const changeKinds: readonly ChangeKind[] = ['added', 'edited', 'moved', 'removed']

/** What routing needs from its caller; nothing here reads the clock or the disk by itself. */
export interface RouteDeps {
  readonly state: State
  readonly context: DecidingContext
  readonly parse: Readers
  /** Stores a text that the kernel writes (a brief of what was wrong); durable before the events are appended. */
  readonly store: (text: string) => Doc
  /** The text of a stored document. */
  readonly text: (doc: Doc) => string
}

/** What other files of the same import mean for this one. */
export interface Joined {
  /** The builder's notes, for a submission. */
  readonly notes: Doc | null
  /** Names of questions put to the researcher together with this text: they block it. */
  readonly asks: readonly string[]
}

export interface Request extends RouteDeps, Joined {
  readonly change: FileChange
  readonly mover: Mover
  /** Parts of the path, by the names of the row's pattern. */
  readonly part: (name: string) => string
}

export type Cell =
  | { readonly outcome: 'command'; readonly words: string; readonly route: (request: Request) => Routed }
  | { readonly outcome: 'refused'; readonly code: string; readonly why: string; readonly mend: string }
  /** Waits for a person; `check` refuses at once what could never be confirmed. */
  | { readonly outcome: 'held'; readonly check?: (request: Request) => void }
  | { readonly outcome: 'ignored' }

export interface Row {
  /** As the docs show it: N a spec, Q a question, A an agent, * any name, ** anything below. */
  readonly pattern: string
  readonly match: RegExp
  /** A path of this row; the generated tests drive every cell with it. */
  readonly example: string
  readonly words: string
  readonly cells: Readonly<Record<MoverKind, Readonly<Record<ChangeKind, Cell>>>>
}

export const command = (words: string, route: (request: Request) => Routed): Cell => ({ outcome: 'command', words, route })
export const refuse = (code: string, why: string, mend: string): Cell => ({ outcome: 'refused', code, why, mend })
export const held: Cell = { outcome: 'held' }
export const ignored: Cell = { outcome: 'ignored' }

/** The same cell for every kind of change, except where another is given. */
export const every = (cell: Cell, except: Partial<Record<ChangeKind, Cell>> = {}): Readonly<Record<ChangeKind, Cell>> =>
  ({ added: cell, edited: cell, moved: cell, removed: cell, ...except })

export const notAgents = refuse('access-denied', 'this is not for an agent to change', 'hand over what the dispatch names; ask for anything else in needs.md')
export const unconfirmed = refuse('unconfirmed', 'a run without a wall is in progress, so nobody knows who changed it', 'change it again when no run is in progress; factory status shows the runs')
export const comesBack = (mend: string): Cell => refuse('not-removable', 'removing this file is no command; it comes back', mend)

/** Drafts as a result; none means that the log already says so. */
export const routed = (name: string, drafts: readonly Draft[]): Routed => (drafts.length === 0 ? { kind: 'same' } : { kind: 'drafts', command: name, drafts })

/** The context for drafts that follow `offset` others in the same batch. */
export const after = (context: DecidingContext, offset: number): DecidingContext => ({ ...context, nextId: index => context.nextId(index + offset) })

/** The document of a change that must have one. */
export function docOf({ change }: Request): Doc {
  if (change.doc === null) throw new Refusal('not-text', `${change.path} has no content.`, 'write a text file')
  return change.doc
}

/** The content as text; anything else is refused. */
export function textOf({ change }: Request): string {
  if (change.text === null) throw new Refusal('not-text', `${change.path} is not UTF-8 text.`, 'save it as UTF-8 text')
  return change.text
}
