/**
 * Opens a workspace: looking (no lock, nothing written) and transactions (lock, catch up, heal, intake, decide, append, project,
 * commit). The one implementation of `session.ts`.
 */
import { accessSync, constants, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { FactoryError } from '../error.ts'
import type { FactoryEvent } from '../events/types.ts'
import { upcast } from '../events/upcast.ts'
import { openBlobs } from '../log/blobs.ts'
import { openFileLog } from '../log/file-log.ts'
import { withLock } from '../log/lock.ts'
import { createRedactor } from '../log/redact.ts'
import { reduce, initialState } from '../../reducers/state.ts'
import { configOf } from './config-cache.ts'
import { diskFailure, isDiskFailure } from './disk-failure.ts'
import { gitState } from './git.ts'
import { lookAt } from './look.ts'
import type { TransactOptions, Transaction, Workspace } from './session.ts'
import { readSnapshot } from './snapshot-file.ts'
import type { Folded } from './snapshot-file.ts'

export interface OpenOptions {
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly clock?: () => Date
  readonly warn?: (message: string) => void
  /** Who changes files, when the command does not say: `human:NAME`. */
  readonly person?: string
  readonly segmentBytes?: number
}

/** What `look` and `transact` share. */
export interface Opened {
  readonly root: string
  readonly local: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: () => Date
  readonly warn: (message: string) => void
  readonly person: string
  readonly blobs: ReturnType<typeof openBlobs>
  log: ReturnType<typeof openFileLog>
  /** After a failed write the log is of no more use: it is opened anew. */
  readonly reopen: () => ReturnType<typeof openFileLog>
  readonly redact: ReturnType<typeof createRedactor>
  /** The state as of the last look of this process; the log says what came since. */
  folded: Folded | null
}

export function openWorkspace(root: string, options: OpenOptions = {}): Workspace {
  const env = options.env ?? process.env
  const reopen = (): ReturnType<typeof openFileLog> => openFileLog({ dir: root, ...(options.segmentBytes === undefined ? {} : { segmentBytes: options.segmentBytes }) })
  const opened: Opened = {
    root, local: join(root, '.factory-local'), env, clock: options.clock ?? (() => new Date()), warn: options.warn ?? (() => {}),
    person: options.person ?? 'human:someone', blobs: openBlobs(root), redact: createRedactor(env), folded: null,
    log: reopen(), reopen,
  }
  return {
    root,
    local: opened.local,
    writer: () => opened.log.writer(),
    look: lookOptions => lookAt(opened, lookOptions?.pending ?? true),
    events: () => readEvents(opened),
    text: doc => opened.blobs.text(doc),
    bytes: doc => opened.blobs.get(doc),
    transact: (transactOptions, work) => lockedTransaction(opened, transactOptions, work),
  }
}

/** Every event in fold order, in the newest version of its type. */
function* readEvents(opened: Opened): Generator<FactoryEvent> {
  for (const event of opened.log.scan().events) yield upcast(event as FactoryEvent)
}

/** Brings the folded state up to the log: the snapshot or what this process knows, plus the tail. */
export function catchUp(opened: Opened): Folded & { tail: number; problems: ReturnType<ReturnType<Opened['log']['scan']>['problems']> } {
  const start = opened.folded ?? readSnapshot(opened.local)
  // Folding changes the state in place: if it is interrupted, nothing may go on from the middle.
  opened.folded = null
  const scan = opened.log.scan(start.cursor)
  const state = scan.from === 'all' ? initialState() : start.state
  let tail = 0
  for (const event of scan.events) {
    reduce(state, event as FactoryEvent)
    tail += 1
  }
  opened.folded = { state, cursor: scan.cursor() }
  return { ...opened.folded, tail, problems: scan.problems() }
}

/** The configuration that a state names. */
export const loadedConfig = (opened: Opened, state: Folded['state'], mayWrite: boolean): ReturnType<typeof configOf> =>
  configOf(state, { root: opened.root, local: opened.local, env: opened.env, text: sha256 => opened.blobs.text({ sha256 }) }, mayWrite)

async function lockedTransaction<T>(opened: Opened, options: TransactOptions, work: (transaction: Transaction) => Promise<T> | T): Promise<T> {
  if (!existsSync(join(opened.root, 'events.jsonl'))) throw new FactoryError('no-workspace', `${opened.root} holds no events.jsonl any more.`, { mend: 'restore it from git or a backup; factory doctor says more' })
  const { runTransaction } = await import('./transact.ts')
  return writable(opened.root, () => withLock(opened.root, { command: options.command }, lock => {
    const git = gitState(opened.root)
    if (git.busy !== null && options.command !== 'sync') {
      throw new FactoryError('git-busy', `git is in the middle of a ${git.busy} in this workspace.`, { exitCode: 75, mend: 'finish it or abort it with git, or let factory sync unite the histories' })
    }
    return runTransaction(opened, lock, git, options, work)
  }))
}

/** What the system refuses before anything is decided (a full disk, a directory that cannot be written) is told like the rest. */
async function writable<T>(root: string, work: () => Promise<T>): Promise<T> {
  const local = join(root, '.factory-local')
  try {
    mkdirSync(local, { recursive: true })
    accessSync(local, constants.W_OK)
    return await work()
  } catch (error) {
    throw isDiskFailure(error) ? diskFailure(error, root) : error
  }
}
