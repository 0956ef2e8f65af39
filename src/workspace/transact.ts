/**
 * One transaction under the lock: catch up, heal, take in file changes, let the caller decide and append, then project what was
 * touched, index it and commit exactly those paths. Events are durable before anything else; what comes after may be lost and is
 * repaired by the next command.
 */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { catalogue, dataProblem } from '../events/catalogue.ts'
import { FactoryError } from '../error.ts'
import type { Doc, Draft, FactoryEvent, ItemId } from '../events/types.ts'
import type { HeldLock } from '../log/lock.ts'
import type { EventDraft } from '../log/port.ts'
import { unitsTouched } from '../../projections/all.ts'
import type { State } from '../../reducers/state.ts'
import { commitMessage, docsIn } from './commit.ts'
import { commitPaths } from './git.ts'
import type { GitState } from './git.ts'
import { gitsDoing } from './gits-doing.ts'
import { takeIn } from './intake.ts'
import type { IntakePort } from './intake.ts'
import { emptyIndex, readIndex, writeIndex } from './local-index.ts'
import type { LocalIndex } from './local-index.ts'
import { catchUp, loadedConfig } from './open-workspace.ts'
import type { Opened } from './open-workspace.ts'
import { findPendingChanges } from './pending-changes.ts'
import { writeTree } from './projected-tree.ts'
import type { TransactOptions, Transaction } from './session.ts'
import { writeSnapshot } from './snapshot-file.ts'
import type { LoadedConfig } from './config-cache.ts'

/** A tail longer than this is worth a snapshot. */
const tailEvents = 400

interface Work {
  readonly opened: Opened
  readonly lock: HeldLock
  readonly options: TransactOptions
  readonly now: Date
  readonly appended: FactoryEvent[]
  readonly kept: Set<string>
  readonly stale: Set<string>
  loaded: LoadedConfig
  tail: number
}

export async function runTransaction<T>(opened: Opened, lock: HeldLock, git: GitState, options: TransactOptions, work: (transaction: Transaction) => Promise<T> | T): Promise<T> {
  const now = opened.clock()
  options.prepare?.()
  const recovered = opened.log.recover(now)
  const recovery = options.repairLines === true ? opened.log.repairLines() : recovered
  const caught = catchUp(opened)
  const known = readIndex(opened.local)
  const index = known ?? emptyIndex()
  const session: Work = { opened, lock, options, now, appended: [], kept: new Set(), stale: new Set(), loaded: await loadedConfig(opened, caught.state, true), tail: caught.tail }
  const inStep = known !== null && sameHeads(index.heads, caught.state.heads)
  if (recovery.drafts.length > 0) appendRaw(session, recovery.drafts)
  let failure: unknown
  let result: T | undefined
  try {
    if (options.withoutIntake !== true) await intake(session, known, git)
    result = await work(transactionOf(session))
  } catch (error) {
    if (error instanceof FactoryError && error.code.startsWith('log-')) {
      opened.log = opened.reopen()
      throw error
    }
    failure = error
  }
  await finish(session, index, git, inStep)
  if (failure !== undefined) throw failure
  return result as T
}

const stateOf = (session: Work): State => {
  const { folded } = session.opened
  if (folded === null) throw new Error('nothing was folded')
  return folded.state
}

const sameHeads = (a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): boolean =>
  Object.keys(a).length === Object.keys(b).length && Object.entries(a).every(([writer, seq]) => b[writer] === seq)

async function intake(session: Work, known: LocalIndex | null, git: GitState): Promise<void> {
  const { opened } = session
  const fromGit = gitsDoing({ root: opened.root, index: known, state: stateOf(session), head: git.head, writer: opened.log.writer() })
  const { changes, restore } = findPendingChanges({ root: opened.root, index: known, state: stateOf(session), fromGit })
  for (const path of restore) session.stale.add(path)
  if (changes.length === 0) return
  const taken = await takeIn(changes, intakePort(session), true)
  for (const { path } of taken) session.stale.add(path)
  for (const { from } of changes) if (from !== undefined) session.stale.add(from)
}

function intakePort(session: Work): IntakePort {
  const { opened, options } = session
  const transaction = transactionOf(session)
  return {
    root: opened.root, local: opened.local, now: transaction.now,
    person: options.actor.startsWith('human:') ? options.actor : opened.person,
    state: () => stateOf(session),
    config: async () => {
      session.loaded = await loadedConfig(opened, stateOf(session), true)
      return session.loaded.config
    },
    context: actor => ({ now: transaction.now, actor, config: session.loaded.config, writer: opened.log.writer(), nextId: transaction.nextId }),
    append: (drafts, actor) => { transaction.append(drafts, { actor }) },
    keep: bytes => keep(session, bytes),
    store: transaction.store,
    text: transaction.text,
  }
}

/** UTF-8 text is stored after redaction, other bytes as they are. */
function keep(session: Work, bytes: Buffer): { doc: Doc; text: string | null } {
  const text = bytes.toString('utf8')
  if (bytes.includes(0) || !Buffer.from(text).equals(bytes)) return { doc: store(session, bytes), text: null }
  const redacted = session.opened.redact(text).text
  return { doc: store(session, redacted), text: redacted }
}

function store(session: Work, content: string | Buffer): Doc {
  session.lock.requireHeld()
  const { sha256, bytes } = session.opened.blobs.put(content)
  session.kept.add(sha256)
  return { sha256, bytes }
}

function transactionOf(session: Work): Transaction {
  const { opened, options, now } = session
  return {
    root: opened.root,
    local: opened.local,
    get state() { return stateOf(session) },
    get config() { return session.loaded.config },
    now: now.toISOString(),
    get writer() { return opened.log.writer() },
    actor: options.actor,
    get already() { return options.key === undefined ? null : stateOf(session).keys[options.key] ?? null },
    nextId: offset => `${opened.log.writer()}:${opened.log.nextSeq() + offset}`,
    append: (drafts, by) => append(session, drafts, by ?? {}),
    store: content => store(session, content),
    take: content => keep(session, Buffer.from(content)).doc,
    text: doc => opened.blobs.text(doc),
    bytes: doc => opened.blobs.get(doc),
    warn: opened.warn,
  }
}

function append(session: Work, drafts: readonly Draft[], by: { readonly actor?: string; readonly run?: string; readonly cause?: ItemId }): readonly FactoryEvent[] {
  const { options } = session
  const key = options.key === undefined || stateOf(session).keys[options.key] !== undefined ? {} : { key: options.key }
  return appendRaw(session, drafts.map((draft, position) => {
    const problem = dataProblem(draft.type, catalogue[draft.type].version, draft.data)
    if (problem !== null) throw new FactoryError('event-invalid', `Factory would have recorded something malformed: ${problem}`, { exitCode: 70 })
    const run = draft.run ?? by.run
    const cause = draft.cause ?? by.cause
    return {
      type: draft.type, version: catalogue[draft.type].version, ...(draft.item === undefined ? {} : { item: draft.item }), stream: draft.stream, actor: by.actor ?? options.actor,
      ...(run === undefined ? {} : { run }), ...(cause === undefined ? {} : { cause }), ...(position === 0 ? key : {}),
      ...(options.onBehalfOf === undefined ? {} : { onBehalfOf: options.onBehalfOf }), data: draft.data,
    }
  }))
}

function appendRaw(session: Work, drafts: readonly EventDraft[]): readonly FactoryEvent[] {
  if (drafts.length === 0) return []
  session.lock.requireHeld()
  const stored = session.opened.log.append(drafts, session.opened.clock()) as readonly FactoryEvent[]
  session.appended.push(...stored)
  session.tail += catchUp(session.opened).tail
  return stored
}

/** Project, index, commit, snapshot. */
async function finish(session: Work, index: LocalIndex, git: GitState, inStep: boolean): Promise<void> {
  const { opened, appended } = session
  const state = stateOf(session)
  session.loaded = await loadedConfig(opened, state, true)
  const units = inStep ? new Set(unitsTouched(state, appended)) : null
  if (appended.length === 0 && inStep && session.stale.size === 0 && index.uncommitted.length === 0) return saveSnapshot(session)
  session.lock.requireHeld()
  const changed = writeTree({ root: opened.root, index, blobs: opened.blobs, warn: opened.warn }, state, units, session.stale)
  const sealed = opened.log.seal()
  const documents = appended.flatMap(event => docsIn(event.data)).map(sha256 => opened.blobs.path(sha256))
  index.heads = { ...state.heads }
  index.uncommitted = [...new Set([...index.uncommitted, ...changed, ...documents, ...sealed, ...(appended.length > 0 || sealed.length > 0 ? ['events.jsonl'] : []), ...(inStep ? [] : everythingOfOurs(opened))])]
  writeIndex(opened.root, opened.local, index)
  await commit(session, index, git)
  saveSnapshot(session)
}

/** After a crash or a merge nobody knows what is not committed yet, so all of the log and the blobs is named. */
function everythingOfOurs(opened: Opened): string[] {
  const segments = existsSync(join(opened.root, 'log')) ? readdirSync(join(opened.root, 'log')).map(name => `log/${name}`) : []
  return ['events.jsonl', ...segments, ...opened.blobs.list().map(({ sha256 }) => opened.blobs.path(sha256))]
}

async function commit(session: Work, index: LocalIndex, git: GitState): Promise<void> {
  const { opened, options, appended } = session
  if (!git.repository || git.busy !== null || session.loaded.config.policy.git === 'off' || index.uncommitted.length === 0) return
  const { alsoParent } = options
  const result = await commitPaths(opened.root, index.uncommitted, commitMessage(options.command, appended, stateOf(session)), alsoParent === undefined ? {} : { alsoParent })
  if (!result.ok) {
    opened.warn(`git did not commit: ${result.warning} (nothing is lost; the next command tries again)`)
    return
  }
  index.uncommitted = []
  index.head = result.commit ?? index.head
  writeIndex(opened.root, opened.local, index)
}

function saveSnapshot(session: Work): void {
  const { opened } = session
  if (session.tail < tailEvents || opened.folded === null) return
  writeSnapshot(opened.root, opened.local, opened.folded)
}

