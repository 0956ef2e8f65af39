/**
 * Intake: file changes to commands. What people changed since the last look goes through the directory protocol and becomes events or
 * a refusal; a refused file is kept in quarantine and as a blob, explained, and the projection restored.
 */
import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../config/model.ts'
import type { DecidingContext } from '../deciders/deciding.ts'
import { Refusal } from '../error.ts'
import type { Doc, Draft } from '../events/types.ts'
import { loadReaders, routeChange } from '../protocol/route.ts'
import type { Readers } from '../protocol/route.ts'
import { projectUnits } from '../../projections/all.ts'
import { unitsOfPath } from '../../projections/touched.ts'
import type { State } from '../../reducers/state.ts'
import type { FileChange, Mover, Routed } from './change.ts'
import type { PendingChange } from './pending-changes.ts'
import { hashOf } from './projected-tree.ts'
import { quarantineBytes, quarantineThing } from './quarantine.ts'

/** What intake needs; `append` folds, so that each change is decided on the state the earlier ones made. */
export interface IntakePort {
  readonly root: string
  readonly local: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly now: string
  readonly person: string
  readonly state: () => State
  readonly config: () => Promise<Config>
  readonly context: (actor: string) => DecidingContext
  readonly append: (drafts: readonly Draft[], actor: string) => void
  /** Stores after redaction; in a read-only look it only computes the reference. */
  readonly keep: (bytes: Buffer) => { doc: Doc; text: string | null }
  readonly store: (text: string) => Doc
  readonly text: (doc: Doc) => string
  readonly bytes: (doc: Doc) => Uint8Array
}

export interface TakenIn {
  readonly path: string
  readonly change: PendingChange['kind']
  readonly refused?: string
}

/** Takes the changes in, one command each. `record` false: decide and fold only, leave files and quarantine alone. */
export async function takeIn(changes: readonly PendingChange[], port: IntakePort, record: boolean): Promise<TakenIn[]> {
  const taken: TakenIn[] = []
  const parse = await loadReaders(port.env)
  for (const change of changes) {
    const mover = whoMoved(port)
    const { fileBytes } = (await port.config()).limits
    const kept = change.bytes === null || change.bytes.length > fileBytes ? null : port.keep(change.bytes)
    const routed = unfit(change, kept, fileBytes) ?? outdated(change, port) ?? route(change, kept, mover, port, parse)
    if (routed.kind === 'ignored') continue
    if (routed.kind === 'drafts' || routed.kind === 'held') port.append(routed.drafts, mover.actor)
    if (routed.kind === 'refused') refuse(change, kept?.doc ?? null, routed, port, record)
    taken.push({ path: change.path, change: change.kind, ...(routed.kind === 'refused' ? { refused: routed.why } : {}) })
  }
  // The last change may be one of the configuration: what is decided next goes by the new one.
  if (taken.length > 0) await port.config()
  return taken
}

/** Without a wall, a change made while a run of this clone is live may be the agent's. */
function whoMoved(port: IntakePort): Mover {
  const context = port.context(port.person)
  const live = Object.values(port.state().runs.live).some(run => run.writer === context.writer)
  return live ? { kind: 'unknown', actor: 'unknown' } : { kind: 'person', actor: port.person }
}

type Refused = Extract<Routed, { kind: 'refused' }>
type Kept = { readonly doc: Doc; readonly text: string | null } | null

function unfit(change: PendingChange, kept: Kept, fileBytes: number): Refused | null {
  if (change.unfit === 'irregular') return { kind: 'refused', code: 'not-a-file', why: `${change.path} is a link or a device; only regular files are taken.`, mend: 'copy the file itself' }
  if (change.unfit !== 'too-large' && (change.bytes === null || kept !== null)) return null
  return { kind: 'refused', code: 'too-large', why: `${change.path} is larger than ${fileBytes} bytes.`, mend: 'shorten it, or raise limits.fileBytes in agents.yaml' }
}

/** A change made on a version that is not what the log says any more: somebody else was faster. */
function outdated({ path, kind, from, base }: PendingChange, port: IntakePort): Refused | null {
  if (base === null || kind === 'added') return null
  const state = port.state()
  const place = from ?? path
  const shown = projectUnits(state, unitsOfPath(state, place)).find(file => file.path === place)
  if (shown !== undefined && hashOf(shown, port.bytes) === base) return null
  const why = shown === undefined ? `${path} was ${kind}, but the workspace does not show ${place} any more.` : `${path} was ${kind} on a version that is no longer current.`
  return { kind: 'refused', code: 'base-moved', why, mend: 'look at the file as it is now, and make the change again' }
}

function route(change: PendingChange, kept: Kept, mover: Mover, port: IntakePort, parse: Readers): Routed {
  const file: FileChange = {
    path: change.path, kind: change.kind, ...(change.from === undefined ? {} : { from: change.from }),
    doc: kept?.doc ?? null, text: kept?.text ?? null, base: change.base === null ? null : { sha256: change.base, bytes: 0 },
  }
  try {
    return routeChange(file, mover, { state: port.state(), context: port.context(mover.actor), store: port.store, text: port.text, parse })
  } catch (error) {
    if (error instanceof Refusal) return { kind: 'refused', code: error.code, why: error.message, mend: error.mend ?? 'factory status' }
    throw error
  }
}

function refuse(change: PendingChange, doc: Doc | null, routed: Refused, port: IntakePort, record: boolean): void {
  if (record) keepAside(change, port)
  port.append([{ type: 'file.refused', stream: `file/${printable(change.path)}`, data: { path: printable(change.path), change: change.kind, why: printableWhy(routed, change), doc } }], 'kernel')
}

const longestPath = 400

/** Control characters of a file name are shown, not obeyed. */
const printable = (path: string): string => JSON.stringify(path.slice(0, longestPath)).slice(1, -1).slice(0, longestPath)

const printableWhy = ({ why, mend }: Refused, { path }: PendingChange): string => `${why.replaceAll(path, () => printable(path))} ${mend}`.trim().slice(0, 2000)

function keepAside(change: PendingChange, port: IntakePort): void {
  if (change.kind === 'removed') return
  if (change.unfit === null && change.bytes !== null) return quarantineBytes(port, change.path, change.bytes)
  if (lstatSync(join(port.root, change.path), { throwIfNoEntry: false }) !== undefined) quarantineThing(port, change.path)
}
