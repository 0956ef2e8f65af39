/**
 * One transaction under the lock: catch up, heal, take in file changes, let the caller decide and append, then project what was
 * touched, index it and commit exactly those paths. Events are durable before anything else; what comes after may be lost and is
 * repaired by the next command.
 */
import { catalogue, dataProblem } from '../events/catalogue.ts'
import { FactoryError, isFactoryError } from '../error.ts'
import type { Doc, Draft, FactoryEvent, ItemId } from '../events/types.ts'
import { sha256Hex } from '../log/durable-file.ts'
import type { HeldLock } from '../log/lock.ts'
import { restoredDraft } from '../log/log-drafts.ts'
import type { EventDraft } from '../log/port.ts'
import type { State } from '../../reducers/state.ts'
import { diskFailure, isDiskFailure } from './disk-failure.ts'
import { bringRight, saveSnapshot } from './bring-right.ts'
import type { GitState } from './git.ts'
import { gitsDoing } from './gits-doing.ts'
import type { IntakePort } from './intake.ts'
import { emptyIndex, readIndex } from './local-index.ts'
import type { LocalIndex } from './local-index.ts'
import { restoreBlobs } from './missing-blobs.ts'
import { catchUp, loadedConfig } from './open-workspace.ts'
import type { Opened } from './open-workspace.ts'
import { findPendingChanges } from './pending-changes.ts'
import { putBackLines } from './put-back.ts'
import { quarantineBytes } from './quarantine.ts'
import type { TransactOptions, Transaction } from './session.ts'
import { redactData } from './redact-data.ts'
import { stateOf } from './work.ts'
import type { Work } from './work.ts'

export async function runTransaction<T>(opened: Opened, lock: HeldLock, git: GitState, options: TransactOptions, work: (transaction: Transaction) => Promise<T> | T): Promise<T> {
  try {
    return await perform(opened, lock, git, options, work)
  } catch (error) {
    throw isDiskFailure(error) ? diskFailure(error, opened.root) : error
  } finally {
    opened.log.close()
  }
}

async function perform<T>(opened: Opened, lock: HeldLock, git: GitState, options: TransactOptions, work: (transaction: Transaction) => Promise<T> | T): Promise<T> {
  const now = opened.clock()
  options.prepare?.()
  const known = readIndex(opened.local)
  const back = await putBackLines(opened.root, known, git.head)
  const drafts = [...recover(opened, options, now), ...(back.length === 0 ? [] : [restoredDraft(opened.log.writer(), back)])]
  const caught = catchUp(opened)
  const index = known ?? emptyIndex()
  const inStep = known !== null && index.events === caught.state.events && sameHeads(index.heads, caught.state.heads)
  if (!inStep && known?.head != null) await restoreBlobs(opened.root, known.head, opened.blobs, sha256 => Object.hasOwn(caught.state.settings.erased, sha256))
  const session: Work = { opened, lock, git, options, now, appended: [], stored: new Set(), stale: new Map(), index, inStep, loaded: await loadedConfig(opened, caught.state, true), tail: caught.tail }
  let outcome: { readonly ok: true; readonly result: T } | { readonly ok: false; readonly error: unknown }
  try {
    appendRaw(session, drafts)
    if (options.withoutIntake !== true) await intake(session, known)
    outcome = { ok: true, result: await work(transactionOf(session)) }
  } catch (error) {
    if (leavesLogUnknown(error)) throw giveUp(opened, error)
    outcome = { ok: false, error }
  }
  await finish(session)
  if (!outcome.ok) throw outcome.error
  return outcome.result
}

/** Heals the log; returns the events that record it. */
function recover(opened: Opened, options: TransactOptions, now: Date): readonly EventDraft[] {
  try {
    const { drafts } = opened.log.recover(now)
    const repaired = options.repairLines === true ? opened.log.repairLines().drafts : []
    return repaired.length > 0 ? repaired : drafts
  } catch (error) {
    throw giveUp(opened, error)
  }
}

const leavesLogUnknown = (error: unknown): boolean => isFactoryError(error) && ['log-write-failed', 'log-changed', 'log-not-recovered', 'lock-lost'].includes(error.code)

/** Nobody knows what reached the disk: the log is opened anew, and what was folded is folded again. */
function giveUp(opened: Opened, error: unknown): unknown {
  opened.log = opened.reopen()
  opened.folded = null
  return error
}

const sameHeads = (a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): boolean =>
  Object.keys(a).length === Object.keys(b).length && Object.entries(a).every(([writer, seq]) => b[writer] === seq)

async function intake(session: Work, known: LocalIndex | null): Promise<void> {
  const { opened, git, options, stale } = session
  const knows = (sha256: string): boolean => opened.blobs.has({ sha256 })
  const fromGit = gitsDoing({ root: opened.root, index: known, state: stateOf(session), head: git.head, writer: opened.log.writer(), knows, commits: options.fromCommits })
  const { changes, restore, standing } = findPendingChanges({ root: opened.root, index: known, state: stateOf(session), bytes: opened.blobs.get, fromGit })
  for (const [path, sha256] of standing) stale.set(path, sha256)
  const port = intakePort(session)
  for (const [path, bytes] of restore) {
    stale.set(path, bytes === null ? null : sha256Hex(bytes))
    // What git made out of two texts is nobody's, but it is kept.
    if (bytes !== null && !knows(sha256Hex(bytes))) quarantineBytes(port, path, bytes)
  }
  if (changes.length === 0) return
  const { takeIn } = await import('./intake.ts')
  const taken = new Set((await takeIn(changes, port, true)).map(({ path }) => path))
  for (const { path, bytes, from } of changes) {
    if (!taken.has(path)) continue
    stale.set(path, bytes === null ? null : sha256Hex(bytes))
    if (from !== undefined && !stale.has(from)) stale.set(from, null)
  }
}

function intakePort(session: Work): IntakePort {
  const { opened, options } = session
  const transaction = transactionOf(session)
  return {
    root: opened.root, local: opened.local, env: opened.env, now: transaction.now,
    person: options.actor.startsWith('human:') ? options.actor : opened.person,
    state: () => stateOf(session),
    config: async () => {
      session.loaded = await loadedConfig(opened, stateOf(session), true)
      return session.loaded.config
    },
    context: actor => ({ now: transaction.now, actor, config: session.loaded.config, writer: opened.log.writer(), nextId: transaction.nextId }),
    append: (drafts, actor) => { append(session, drafts, { actor }, false) },
    keep: bytes => keep(session, bytes),
    store: transaction.store,
    text: transaction.text,
    bytes: opened.blobs.get,
  }
}

/** UTF-8 text is stored after redaction, other bytes as they are. */
function keep(session: Work, bytes: Buffer): { doc: Doc; text: string | null } {
  const text = bytes.toString('utf8')
  if (bytes.includes(0) || !Buffer.from(text).equals(bytes)) return { doc: store(session, bytes), text: null }
  const redacted = session.opened.redact(text).text
  return { doc: store(session, redacted), text: redacted }
}

function store({ lock, opened, stored }: Work, content: string | Buffer): Doc {
  lock.requireHeld()
  const { sha256, bytes } = opened.blobs.put(content)
  stored.add(sha256)
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
    get already() { return options.key === undefined ? null : keyed(stateOf(session), options.key) },
    nextId: offset => `${opened.log.writer()}:${opened.log.nextSeq() + offset}`,
    append: (drafts, by) => append(session, drafts, by ?? {}, true),
    store: content => store(session, content),
    take: content => keep(session, Buffer.from(content)).doc,
    text: doc => opened.blobs.text(doc),
    bytes: doc => opened.blobs.get(doc),
    warn: opened.warn,
  }
}

const keyed = (state: State, key: string): ItemId | null => (Object.hasOwn(state.keys, key) ? state.keys[key] ?? null : null)

/** `own`: events of the command itself carry its idempotency key and on whose behalf it is; those of intake do not. */
function append(session: Work, drafts: readonly Draft[], by: { readonly actor?: string; readonly run?: string; readonly cause?: ItemId }, own: boolean): readonly FactoryEvent[] {
  const { options } = session
  const key = !own || options.key === undefined || keyed(stateOf(session), options.key) !== null ? {} : { key: options.key }
  const redact = (text: string): string => session.opened.redact(text).text
  return appendRaw(session, drafts.map((unsafe, position) => {
    const draft = { ...unsafe, data: redactData(unsafe.data, redact) } as Draft
    const problem = dataProblem(draft.type, catalogue[draft.type].version, draft.data)
    if (problem !== null) throw new FactoryError('event-invalid', `Factory would have recorded something malformed: ${problem}`, { exitCode: 70 })
    const run = draft.run ?? by.run
    const cause = draft.cause ?? by.cause
    return {
      type: draft.type, version: catalogue[draft.type].version, ...(draft.item === undefined ? {} : { item: draft.item }), stream: draft.stream, actor: by.actor ?? options.actor,
      ...(run === undefined ? {} : { run }), ...(cause === undefined ? {} : { cause }), ...(position === 0 ? key : {}),
      ...(own && options.onBehalfOf !== undefined ? { onBehalfOf: options.onBehalfOf } : {}), data: draft.data,
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

/** Files, index, commit, snapshot. What was recorded stays recorded, whatever fails here: it is told, and the next command does it. */
async function finish(session: Work): Promise<void> {
  const { opened, options, appended, inStep, stale, index, now } = session
  const isNothing = appended.length === 0 && inStep && stale.size === 0 && index.uncommitted.length === 0 && options.alsoParent === undefined
  if (isNothing) return saveSnapshot(session)
  try {
    await bringRight(session)
  } catch (error) {
    const readable = isDiskFailure(error) ? diskFailure(error, opened.root) : error
    if (leavesLogUnknown(readable)) giveUp(opened, readable)
    if (appended.length === 0 || !isFactoryError(readable)) throw readable
    opened.warn(`recorded at ${now.toISOString()}, but the files could not be brought up to date: ${readable.message} (the next command does it)`)
  }
}
