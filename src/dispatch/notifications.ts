/**
 * What a person is told without asking: how a run ended, unless it had nothing to say, and which gate was newly met. Each once, by its key.
 * Composed here, wanted through the outbox, seen as `notifications/<id>.json`. Called after every run and at the end of `start`.
 */
import type { RunOutcome } from '../agents/run.ts'
import { requestEffect } from '../deciders/effects.ts'
import { own } from '../deciders/guards.ts'
import { findSpec } from '../../reducers/spec-names.ts'
import type { State } from '../../reducers/state.ts'
import type { Transaction, Workspace } from '../workspace/session.ts'
import type { Gate } from './candidate.ts'
import { hints } from './hints.ts'
import type { Hint } from './hints.ts'
import { decide } from './kernel-steps.ts'
import { localFacts } from './local.ts'
import { isWaiting, workOutbox } from './outbox.ts'
import { plan } from './plan.ts'

const mostText = 1500
const mostSummary = 500
const mostActions = 3

export interface Notice { readonly dedupe: string; readonly agent: string; readonly text: string }

const cut = (text: string, most: number): string => (text.length <= most ? text : `${text.slice(0, most - 1).trimEnd()}…`)
const actions = (next: readonly Hint[]): string => (next.length === 0 ? 'Nothing waits downstream.' : `Next:\n${next.slice(0, mostActions).map(({ command }) => `-> ${command}`).join('\n')}`)

const outcomes: Readonly<Record<RunOutcome['outcome'], string>> = { finished: 'finished', failed: 'failed', 'timed-out': 'ran out of time', cancelled: 'was cancelled' }

/** What is told of a run; null: nothing, it was quiet or a person ended it. */
export function noticeOfRun({ run, agent, dispatch, outcome, quiet, message, reply }: RunOutcome, name: string | null, next: readonly Hint[]): Notice | null {
  if (quiet || outcome === 'cancelled') return null
  const summary = cut((outcome === 'finished' ? reply : message).trim(), mostSummary)
  const head = `${agent} ${outcomes[outcome]}: ${dispatch}${name === null ? '' : ` ${name}`} (${run})`
  return { dedupe: `run:${run}`, agent, text: cut([head, summary, actions(next)].filter(part => part !== '').join('\n\n'), mostText) }
}

/** What is told of a gate. Lifted and met again it is news again, and so it is in another revision. */
export function noticeOfGate({ kind, item, reason, mend }: Gate, state: State): Notice {
  const spec = item.startsWith('spec/') ? findSpec(state.specs, item.slice('spec/'.length)) : undefined
  const lifted = spec?.lifted.filter(one => one.kind === kind).length ?? 0
  const text = [`${item} waits at a gate (${kind})`, cut(reason, mostSummary), `Next:\n-> ${mend}`].join('\n\n')
  return { dedupe: cut(`gate:${kind}:${spec?.id ?? item}:${spec?.attempt ?? 0}:${lifted}:${reason}`, 400), agent: 'kernel', text: cut(text, mostText) }
}

/** Wants and delivers the notices of this run (null: of none) and of every gate that nobody was told of. */
export async function notify(workspace: Workspace, outcome: RunOutcome | null, env: NodeJS.ProcessEnv): Promise<void> {
  const { state, config } = await workspace.look()
  const now = new Date().toISOString()
  const { candidates, gates } = plan(state, config, now, localFacts(workspace, state, config, env))
  const notices = [outcome === null ? null : noticeOfRun(outcome, nameOf(state, outcome), hints(candidates)), ...gates.map(gate => noticeOfGate(gate, state))]
    .flatMap(notice => (notice === null || own(state.effects.keys, notice.dedupe) !== undefined ? [] : [notice]))
  if (notices.length === 0 && !Object.values(state.effects.byId).some(effect => isWaiting(effect, now))) return
  await workOutbox(workspace, transaction => { for (const notice of notices) want(transaction, notice) })
}

const nameOf = (state: State, { item }: RunOutcome): string | null => (item === null ? null : state.specs.byId[item]?.name ?? state.research.byId[item]?.name ?? null)

function want(transaction: Transaction, { dedupe, agent, text }: Notice): void {
  const payload = { type: 'message', agent, recipient: transaction.config.notifications.recipient, text }
  decide(transaction, requestEffect, { kind: 'notification', dedupe, payload })
}
