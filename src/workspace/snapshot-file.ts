/**
 * Snapshots of the folded state in `.factory-local/`, so that a command costs the snapshot plus the tail. A cache and nothing else: the
 * log says whether its cursor is still valid, and anything doubtful means folding again.
 */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { isGood, readLines } from '../log/active-file.ts'
import { readRegularFile, writeDurably } from '../log/durable-file.ts'
import { layoutOf, segmentNames } from '../log/layout.ts'
import type { Cursor } from '../log/port.ts'
import { initialState, meaning } from '../../reducers/state.ts'
import type { State } from '../../reducers/state.ts'

export interface Folded {
  state: State
  cursor: Cursor | undefined
}

const path = (local: string): string => join(local, 'snapshot.json')

/** The last snapshot, or the beginning. */
export function readSnapshot(local: string): Folded {
  try {
    const parsed = JSON.parse(readFileSync(path(local), 'utf8')) as { meaning?: string; state: State; cursor: Cursor }
    if (parsed.meaning === meaning) return { state: parsed.state, cursor: parsed.cursor }
  } catch {
    // No snapshot, or a damaged one: fold from the beginning.
  }
  return { state: initialState(), cursor: undefined }
}

export function writeSnapshot(root: string, local: string, { state, cursor }: Folded): void {
  writeDurably(path(local), JSON.stringify({ meaning, cursor, state }), { root, sync: false })
}

/** Where a reader stands who had read everything, after this process has sealed the head of the log under the lock. */
export function cursorAfterSealing(root: string, cursor: Cursor): Cursor {
  const layout = layoutOf(root)
  const { lines, unterminated, tornFrom } = readLines(readRegularFile(layout.active)?.bytes ?? Buffer.alloc(0))
  const last = lines.at(-1)
  if (unterminated || tornFrom !== undefined || (last !== undefined && !isGood(last))) return cursor
  return { ...cursor, segments: segmentNames(readdirSync(layout.segments)), activeBytes: last === undefined ? 0 : last.end + 1, activeHash: last?.event.hash ?? '' }
}
