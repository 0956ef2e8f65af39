/** One transaction in hand: what its parts share while it runs. Made by `transact.ts`. */
import type { FactoryEvent } from '../events/types.ts'
import type { HeldLock } from '../log/lock.ts'
import type { State } from '../../reducers/state.ts'
import type { LoadedConfig } from './config-cache.ts'
import type { GitState } from './git.ts'
import type { LocalIndex } from './local-index.ts'
import type { Opened } from './open-workspace.ts'
import type { TransactOptions } from './session.ts'

export interface Work {
  readonly opened: Opened
  readonly lock: HeldLock
  readonly git: GitState
  readonly options: TransactOptions
  readonly now: Date
  readonly appended: FactoryEvent[]
  /** Blobs stored meanwhile, also those that no event came to name. */
  readonly stored: Set<string>
  /** Paths to bring right, with the hash of what lies there. */
  readonly stale: Map<string, string | null>
  readonly index: LocalIndex
  /** False: files and log parted ways (a crash, a merge, a fresh clone), so everything is projected. */
  readonly inStep: boolean
  loaded: LoadedConfig
  tail: number
}

export const stateOf = ({ opened: { folded } }: Pick<Work, 'opened'>): State => {
  if (folded === null) throw new Error('nothing was folded')
  return folded.state
}

