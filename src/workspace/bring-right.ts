/**
 * The end of a transaction: project what was touched, seal the log, index, commit exactly those paths, keep a snapshot. Called under the
 * lock when events are durable; a crash anywhere in here is repaired by the next command, because the index names the log it shows.
 */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { unitsTouched } from '../../projections/all.ts'
import { commitMessage } from './commit.ts'
import { commitPaths } from './git.ts'
import { writeIndex } from './local-index.ts'
import { loadedConfig } from './open-workspace.ts'
import type { Opened } from './open-workspace.ts'
import { logBytes } from './put-back.ts'
import { writeTree } from './projected-tree.ts'
import { cursorAfterSealing, writeSnapshot } from './snapshot-file.ts'
import { stateOf } from './work.ts'
import type { Work } from './work.ts'

/** A tail longer than this is worth a snapshot. */
const tailEvents = 400

export async function bringRight(session: Work): Promise<void> {
  const { opened, appended, index, inStep, stale } = session
  const state = stateOf(session)
  session.loaded = await loadedConfig(opened, state, true)
  session.lock.requireHeld()
  const units = inStep ? new Set(unitsTouched(state, appended)) : null
  const { changed, complete } = writeTree({ root: opened.root, index, blobs: opened.blobs, warn: opened.warn }, state, units, stale)
  const sealed = sealLog(session)
  const documents = [...session.stored].map(sha256 => opened.blobs.path(sha256))
  index.heads = complete ? { ...state.heads } : {}
  index.events = state.events
  index.logBytes = logBytes(opened.root)
  index.uncommitted = [...new Set([...index.uncommitted, ...changed, ...documents, ...sealed, ...(appended.length > 0 ? ['events.jsonl'] : []), ...(inStep ? [] : everythingOfOurs(opened))])]
  writeIndex(opened.root, opened.local, index)
  await commit(session)
  saveSnapshot(session)
}

/** Sealing moves lines, not events: the state stands where it stood, so its cursor is told the new place. */
function sealLog(session: Work): readonly string[] {
  const { opened } = session
  const sealed = opened.log.seal()
  if (sealed.length === 0 || opened.folded?.cursor === undefined) return sealed
  opened.folded.cursor = cursorAfterSealing(opened.root, opened.folded.cursor)
  session.tail = Math.max(session.tail, tailEvents)
  return sealed
}

/** After a crash or a merge nobody knows what is not committed yet, so all of the log and the blobs is named. */
function everythingOfOurs(opened: Opened): string[] {
  const segments = existsSync(join(opened.root, 'log')) ? readdirSync(join(opened.root, 'log')).map(name => `log/${name}`) : []
  return ['events.jsonl', ...segments, ...opened.blobs.list().map(({ sha256 }) => opened.blobs.path(sha256))]
}

async function commit({ opened, options, appended, git, index, loaded }: Work): Promise<void> {
  if (!git.repository || git.busy !== null || loaded.config.policy.git === 'off' || (index.uncommitted.length === 0 && options.alsoParent === undefined)) return
  const { alsoParent } = options
  const result = await commitPaths(opened.root, index.uncommitted, commitMessage(options.command, appended, stateOf({ opened })), alsoParent === undefined ? {} : { alsoParent })
  if (!result.ok) {
    opened.warn(`git did not commit: ${result.warning} (nothing is lost; the next command tries again)`)
    return
  }
  index.uncommitted = []
  index.head = result.commit ?? index.head
  writeIndex(opened.root, opened.local, index)
}

export function saveSnapshot({ opened, tail }: Work): void {
  if (tail < tailEvents || opened.folded === null) return
  writeSnapshot(opened.root, opened.local, opened.folded)
}
