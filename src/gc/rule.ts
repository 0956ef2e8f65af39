/**
 * One rule of GC: which files are stale, by state and age. Pure. GC takes files out of view, never content or history: a collected path
 * is an event, and `restore` undoes it. The words of a rule make the table in docs/gc.md.
 */
import type { Config } from '../config/model.ts'
import type { State } from '../../reducers/state.ts'

export interface GcRule {
  /** The command that runs it alone: `cleanup-…`. */
  readonly command: string
  /** What makes a thing stale, how old it must be, what leaves view: for people. */
  readonly stale: string
  readonly age: string
  readonly leaves: string
  /** Paths that are in view now and should not be. */
  readonly find: (state: State, config: Config, now: string) => readonly string[]
}

export const olderThan = (at: string | null, ageMs: number, now: string): boolean => at !== null && Date.parse(now) - Date.parse(at) >= ageMs
