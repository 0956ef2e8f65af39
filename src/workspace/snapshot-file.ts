/**
 * Snapshots of the folded state in `.factory-local/`, so that a command costs the snapshot plus the tail. A cache and nothing else: the
 * log says whether its cursor is still valid, and anything doubtful means folding again.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeDurably } from '../log/durable-file.ts'
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
