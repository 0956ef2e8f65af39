/**
 * Intake: file changes to commands. What people changed since the last look goes through the directory protocol and becomes events or
 * a refusal; a refused file is kept in quarantine and as a blob, explained, and the projection restored.
 */
import { cpSync, mkdirSync, renameSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Config } from '../config/model.ts'
import type { DecidingContext } from '../deciders/deciding.ts'
import { Refusal } from '../error.ts'
import type { Doc, Draft } from '../events/types.ts'
import { routeChange } from '../protocol/route.ts'
import type { State } from '../../reducers/state.ts'
import type { FileChange, Mover, Routed } from './change.ts'
import type { PendingChange } from './pending-changes.ts'

/** What intake needs; `append` folds, so that each change is decided on the state the earlier ones made. */
export interface IntakePort {
  readonly root: string
  readonly local: string
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
}

export interface TakenIn {
  readonly path: string
  readonly change: PendingChange['kind']
  readonly refused?: string
}

/** Takes the changes in, one command each. `record` false: decide and fold only, leave files and quarantine alone. */
export async function takeIn(changes: readonly PendingChange[], port: IntakePort, record: boolean): Promise<TakenIn[]> {
  const taken: TakenIn[] = []
  for (const change of changes) {
    const mover = whoMoved(port)
    const kept = change.bytes === null || change.bytes.length > (await port.config()).limits.fileBytes ? null : port.keep(change.bytes)
    const routed = await route(change, kept, mover, port)
    if (routed.kind === 'ignored') continue
    if (routed.kind === 'drafts' || routed.kind === 'held') port.append(routed.drafts, mover.actor)
    if (routed.kind === 'refused') refuse(change, kept?.doc ?? null, routed, port, record)
    taken.push({ path: change.path, change: change.kind, ...(routed.kind === 'refused' ? { refused: routed.why } : {}) })
  }
  return taken
}

/** Without a wall, a change made while a run of this clone is live may be the agent's. */
function whoMoved(port: IntakePort): Mover {
  const context = port.context(port.person)
  const live = Object.values(port.state().runs.live).some(run => run.writer === context.writer)
  return live ? { kind: 'unknown', actor: 'unknown' } : { kind: 'person', actor: port.person }
}

async function route(change: PendingChange, kept: { doc: Doc; text: string | null } | null, mover: Mover, port: IntakePort): Promise<Routed> {
  if (change.unfit === 'irregular') return { kind: 'refused', code: 'not-a-file', why: `${change.path} is a link or a device; only regular files are taken.`, mend: 'copy the file itself' }
  const { fileBytes } = (await port.config()).limits
  if (change.unfit === 'too-large' || (change.bytes !== null && kept === null)) {
    return { kind: 'refused', code: 'too-large', why: `${change.path} is larger than ${fileBytes} bytes.`, mend: 'shorten it, or raise limits.fileBytes in agents.yaml' }
  }
  const file: FileChange = {
    path: change.path, kind: change.kind, ...(change.from === undefined ? {} : { from: change.from }),
    doc: kept?.doc ?? null, text: kept?.text ?? null, base: change.base === null ? null : { sha256: change.base, bytes: 0 },
  }
  try {
    return await routeChange(file, mover, { state: port.state(), context: port.context(mover.actor), store: port.store, text: port.text })
  } catch (error) {
    if (error instanceof Refusal) return { kind: 'refused', code: error.code, why: error.message, mend: error.mend ?? 'factory status' }
    throw error
  }
}

function refuse(change: PendingChange, doc: Doc | null, routed: Extract<Routed, { kind: 'refused' }>, port: IntakePort, record: boolean): void {
  if (record) quarantine(change, port)
  port.append([{ type: 'file.refused', stream: `file/${printable(change.path)}`, data: { path: printable(change.path), change: change.kind, why: `${routed.why} ${routed.mend}`.trim(), doc } }], 'kernel')
}

/** Control characters of a file name are shown, not obeyed. */
const printable = (path: string): string => JSON.stringify(path.slice(0, 400)).slice(1, -1)

function quarantine(change: PendingChange, port: IntakePort): void {
  const source = join(port.root, change.path)
  const folder = join(port.local, 'quarantine')
  mkdirSync(folder, { recursive: true })
  const target = join(folder, `${port.now.replace(/[:.]/g, '')}-${basename(change.path).replace(/[^\w.-]+/g, '-').slice(0, 80)}`)
  if (change.kind === 'removed') return
  if (change.unfit === 'irregular') renameSync(source, target)
  else cpSync(source, target)
}
