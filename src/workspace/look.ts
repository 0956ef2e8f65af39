/** A read-only look: folds the log and, in memory, the pending changes of files. Writes nothing, takes no lock. */
import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { FactoryError } from '../error.ts'
import type { Draft, FactoryEvent, ItemId } from '../events/types.ts'
import { sha256Hex } from '../log/durable-file.ts'
import { reduce } from '../../reducers/state.ts'
import type { State } from '../../reducers/state.ts'
import { gitState } from './git.ts'
import { gitsDoing } from './gits-doing.ts'
import type { IntakePort } from './intake.ts'
import { readIndex } from './local-index.ts'
import { catchUp, loadedConfig } from './open-workspace.ts'
import type { Opened } from './open-workspace.ts'
import { findPendingChanges } from './pending-changes.ts'
import type { PendingChange } from './pending-changes.ts'
import type { Snapshot } from './session.ts'

export async function lookAt(opened: Opened, pending: boolean): Promise<Snapshot> {
  if (lstatSync(join(opened.root, 'events.jsonl'), { throwIfNoEntry: false }) === undefined) {
    throw new FactoryError('no-workspace', `${opened.root} holds no events.jsonl.`, { mend: 'factory init makes a workspace; factory doctor says what is missing' })
  }
  const caught = catchUp(opened)
  if (caught.cursor === undefined) throw new Error('the log gave no cursor')
  const loaded = await loadedConfig(opened, caught.state, false)
  const base = { state: caught.state, config: loaded.config, configProblems: loaded.problems, cursor: caught.cursor, problems: caught.problems, unrecorded: [] }
  if (!pending) return base
  const index = readIndex(opened.local)
  const fromGit = gitsDoing({ root: opened.root, index, state: caught.state, head: gitState(opened.root).head, writer: opened.log.writer(), knows: sha256 => opened.blobs.has({ sha256 }) })
  const { changes } = findPendingChanges({ root: opened.root, index, state: caught.state, bytes: opened.blobs.get, fromGit })
  return changes.length === 0 ? base : { ...base, ...(await foldPending(opened, caught.state, changes)) }
}

/** Folds the changes into the state, as if they were recorded now. What was folded is given up: the next look folds the log anew. */
async function foldPending(opened: Opened, folded: State, changes: readonly PendingChange[]): Promise<Pick<Snapshot, 'state' | 'config' | 'unrecorded'>> {
  const { takeIn } = await import('./intake.ts')
  const state = folded
  opened.folded = null
  const now = opened.clock().toISOString()
  const writer = opened.log.writer() || 'unborn'
  const texts = new Map<string, Buffer>()
  let loaded = await loadedConfig(opened, state, false)
  const nextId = (offset: number): ItemId => `${writer}:${(state.heads[writer] ?? 0) + 1 + offset}`
  const remember = (bytes: Buffer): { sha256: string; bytes: number } => {
    const sha256 = sha256Hex(bytes)
    texts.set(sha256, bytes)
    return { sha256, bytes: bytes.length }
  }
  const text = ({ sha256 }: { sha256: string }): string => texts.get(sha256)?.toString('utf8') ?? opened.blobs.text({ sha256 })
  const port: IntakePort = {
    root: opened.root, local: opened.local, env: opened.env, now, person: opened.person,
    state: () => state,
    config: async () => {
      loaded = await loadedConfig({ ...opened, blobs: { ...opened.blobs, text: ref => text(ref) } }, state, false)
      return loaded.config
    },
    context: actor => ({ now, actor, config: loaded.config, writer, nextId }),
    append: (drafts, actor) => { for (const draft of drafts) reduce(state, unrecorded(draft, actor, nextId(0), now)) },
    keep: bytes => {
      const asText = bytes.toString('utf8')
      return { doc: remember(bytes), text: bytes.includes(0) || !Buffer.from(asText).equals(bytes) ? null : asText }
    },
    store: content => remember(Buffer.from(content)),
    text,
    bytes: doc => texts.get(doc.sha256) ?? opened.blobs.get(doc),
  }
  const taken = await takeIn(changes, port, false)
  return { state, config: loaded.config, unrecorded: taken }
}

function unrecorded(draft: Draft, actor: string, id: ItemId, time: string): FactoryEvent {
  const colon = id.lastIndexOf(':')
  return { ...draft, seq: Number(id.slice(colon + 1)), writer: id.slice(0, colon), time, tick: 0, version: 1, item: draft.item ?? id, actor, prev: '', hash: '' } as FactoryEvent
}
