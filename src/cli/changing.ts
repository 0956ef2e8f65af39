/**
 * One decision of a person: open, lock, decide, append. With `--dry-run` the same decision is taken on a look at the workspace and nothing is
 * written. Called by the commands that are one decider each; what is decided stands in the deciders.
 */
import { createHash } from 'node:crypto'
import type { Doc, Draft, FactoryEvent, ItemId } from '../events/types.ts'
import type { Transaction, Workspace } from '../workspace/session.ts'
import type { State } from '../../reducers/state.ts'
import type { Invocation } from './invocation.ts'

export interface Changed {
  readonly state: State
  /** What was, or with `--dry-run` would be, recorded; empty means *already so*. */
  readonly drafts: readonly Draft[]
  /** Ids of the recorded events; none in a dry run. */
  readonly events: readonly string[]
}

/** Appends itself, or returns drafts to append. */
export type Work = (on: Transaction) => readonly Draft[] | undefined | Promise<readonly Draft[] | undefined>

export async function change(call: Invocation, command: string, work: Work): Promise<Changed> {
  const workspace = await call.open()
  if (call.flag('dryRun')) return decideOnly(await rehearsal(call, workspace), work)
  return workspace.transact({ command, actor: call.actor }, transaction => decideOnly(transaction, work))
}

async function decideOnly(transaction: Transaction, work: Work): Promise<Changed> {
  const drafts: Draft[] = []
  const events: FactoryEvent[] = []
  const append: Transaction['append'] = (more, by) => {
    drafts.push(...more)
    const appended = transaction.append(more, by)
    events.push(...appended)
    return appended
  }
  const returned = await work({
    root: transaction.root, local: transaction.local, take: transaction.take,
    get state() { return transaction.state }, get config() { return transaction.config }, now: transaction.now, writer: transaction.writer, actor: transaction.actor,
    already: transaction.already, nextId: transaction.nextId, append, store: transaction.store, text: transaction.text, bytes: transaction.bytes, warn: transaction.warn,
  })
  if (returned !== undefined && returned.length > 0) append(returned)
  return { state: transaction.state, drafts, events: events.map(event => `${event.writer}:${event.seq}`) }
}

/** A transaction that only looks: what it stores is remembered, what it appends is not. */
async function rehearsal(call: Invocation, workspace: Workspace): Promise<Transaction> {
  const { state, config } = await workspace.look()
  const writer = workspace.writer()
  const stored = new Map<string, Buffer>()
  const next = (state.heads[writer] ?? 0) + 1
  const bytes = (doc: Doc): Buffer => stored.get(doc.sha256) ?? workspace.bytes(doc)
  return {
    state, config, now: call.now().toISOString(), writer, actor: call.actor, already: null, nextId: offset => `${writer}:${next + offset}` as ItemId,
    root: workspace.root, local: workspace.local,
    append: () => [], store: content => remembered(stored, Buffer.from(content)), take: content => remembered(stored, Buffer.from(content)), text: doc => bytes(doc).toString('utf8'), bytes, warn: call.warn,
  }
}

function remembered(stored: Map<string, Buffer>, bytes: Buffer): Doc {
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  stored.set(sha256, bytes)
  return { sha256, bytes: bytes.length }
}

/** What every changing command answers under `--json`, with what the command adds. */
export const changeJson = (changed: Changed, call: Invocation, more: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> => ({
  ...more, changed: changed.drafts.length > 0, ...(call.flag('dryRun') ? { dryRun: true } : {}), events: changed.events,
  recorded: changed.drafts.map(draft => ({ type: draft.type, stream: draft.stream })),
})
