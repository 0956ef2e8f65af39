/**
 * The worker of the outbox: takes on what is wanted outside under a lease, delivers it, records what became of it. Called after every run and at
 * the end of `start`. What a dead worker had taken on is taken up again when its lease is over; an effect is tried a bounded number of times.
 * A new kind of effect is one line in `deliverers`; kinds that are not named here belong to somebody else.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { claimEffect, deliverEffect, failEffect } from '../deciders/effects.ts'
import { messageOf } from '../error.ts'
import type { Effect } from '../../reducers/effects.ts'
import { filesOf } from '../../projections/all.ts'
import type { Transaction, Workspace } from '../workspace/session.ts'
import { decide } from './kernel-steps.ts'

/** Makes it happen and says where it can be seen. */
export type Deliverer = (workspace: Workspace, effect: Effect) => Promise<string>

export const outboxLeaseMs = 60_000
const mostAtOnce = 50

/** A notification is delivered when its file can be seen; the projection writes it, so a missing file is a failed attempt. */
const notification: Deliverer = async (workspace, { id }) => {
  const { state } = await workspace.look({ pending: false })
  const [file] = filesOf(state, `notification/${id}`)
  if (file === undefined || !existsSync(join(workspace.root, file.path))) throw new Error(`the notification ${id} does not lie in notifications/`)
  return file.path
}

export const deliverers: Readonly<Record<string, Deliverer>> = { notification }

/** Wants what `request` asks for, in the same transaction takes on everything that waits, and delivers it. Returns how many were delivered. */
export async function workOutbox(workspace: Workspace, request: (transaction: Transaction) => void = () => {}, known: Readonly<Record<string, Deliverer>> = deliverers): Promise<number> {
  const taken = await workspace.transact({ command: 'notify', actor: 'kernel' }, transaction => {
    request(transaction)
    return takeOn(transaction, known)
  })
  if (taken.length === 0) return 0
  const results = await Promise.all(taken.map(async effect => ({ effect, ...await attempt(workspace, effect, known) })))
  await workspace.transact({ command: 'notify', actor: 'kernel' }, transaction => { for (const result of results) record(transaction, result) })
  return results.filter(({ receipt }) => receipt !== null).length
}

/** Whether something waits for this worker. */
export const isWaiting = ({ kind, status, claim }: Effect, now: string, known: Readonly<Record<string, Deliverer>> = deliverers): boolean =>
  Object.hasOwn(known, kind) && (status === 'requested' || (status === 'claimed' && claim !== null && claim.until <= now))

function takeOn(transaction: Transaction, known: Readonly<Record<string, Deliverer>>): readonly Effect[] {
  const waiting = Object.values(transaction.state.effects.byId).filter(effect => isWaiting(effect, transaction.now, known))
  return waiting.slice(0, mostAtOnce).flatMap(({ id, attempts, maxAttempts }) => {
    if (attempts >= maxAttempts) return []
    decide(transaction, claimEffect, { effect: id, leaseMs: outboxLeaseMs })
    return transaction.state.effects.byId[id] ?? []
  })
}

interface Attempt { readonly receipt: string | null; readonly error: string }

async function attempt(workspace: Workspace, effect: Effect, known: Readonly<Record<string, Deliverer>>): Promise<Attempt> {
  try {
    return { receipt: await known[effect.kind]?.(workspace, effect) ?? null, error: 'nobody delivers effects of this kind' }
  } catch (error) {
    return { receipt: null, error: messageOf(error).slice(0, 2000) }
  }
}

/** Somebody whose lease was over may have been faster: then there is nothing to record. */
function record(transaction: Transaction, { effect: { id }, receipt, error }: Attempt & { readonly effect: Effect }): void {
  const { status } = transaction.state.effects.byId[id] ?? { status: 'delivered' }
  if (receipt !== null) decide(transaction, deliverEffect, { effect: id, receipt })
  else if (status === 'claimed') decide(transaction, failEffect, { effect: id, error })
}
