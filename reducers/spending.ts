/** What runs cost, entry by entry for a month; budgets are sums over a window of it plus what live runs have reserved. */
import { wallTime } from '../src/events/types.ts'
import type { EventOf, FactoryEvent, ItemId } from '../src/events/types.ts'
import { laterBy, own, put } from './reducing.ts'
import type { Reducer } from './reducing.ts'

export interface Expense {
  readonly at: string
  readonly run: string
  readonly agent: string
  readonly project: string | null
  readonly spec: ItemId | null
  /** Settled at the reservation where the cost stayed unknown. */
  readonly usd: number
  readonly tokens: number
  readonly known: boolean
  readonly actualUsd: number | null
  readonly actualTokens: number | null
}

export interface Spending {
  open: Record<string, Omit<Expense, 'known' | 'actualUsd' | 'actualTokens'>>
  entries: Expense[]
}

export const initialSpending = (): Spending => ({ open: {}, entries: [] })
const keptMs = 31 * 24 * 60 * 60 * 1000

export const reduceSpending: Reducer<Spending> = (spending, event) => {
  if (event.type === 'run.claimed' && event.run !== undefined) {
    const { agent, project, spec, reserve } = event.data
    put(spending.open, event.run, { at: wallTime(event), run: event.run, agent, project, spec, usd: reserve.usd, tokens: reserve.tokens })
    return
  }
  if (event.type === 'run.abandoned') settle(spending, event, null)
  if (event.type === 'run.finished' || event.type === 'run.failed' || event.type === 'run.timed-out' || event.type === 'run.cancelled') settle(spending, event, event.data)
}

type Cost = Pick<EventOf<'run.finished'>['data'], 'costUsd' | 'usage'>

function settle(spending: Spending, event: FactoryEvent, spent: Cost | null): void {
  const reserved = event.run === undefined ? undefined : own(spending.open, event.run)
  if (reserved === undefined || event.run === undefined) return correct(spending, event.run, spent)
  delete spending.open[event.run]
  const cost = spent?.costUsd ?? null
  const tokens = tokensOf(spent)
  spending.entries.push({ ...reserved, usd: cost ?? reserved.usd, tokens: tokens ?? reserved.tokens, known: cost !== null, actualUsd: cost, actualTokens: tokens })
  const oldest = laterBy(wallTime(event), -keptMs)
  if ((spending.entries[0]?.at ?? oldest) < oldest) spending.entries = spending.entries.filter(entry => entry.at >= oldest)
}

/** A run that was ended without knowing its cost, on one clone, may turn out to have had one, on another: a cost never loses. */
function correct(spending: Spending, run: string | undefined, spent: Cost | null): void {
  const cost = spent?.costUsd ?? null
  const at = spending.entries.findLastIndex(entry => entry.run === run && !entry.known)
  const entry = spending.entries[at]
  if (cost === null || entry === undefined) return
  const tokens = tokensOf(spent)
  spending.entries[at] = { ...entry, usd: cost, tokens: tokens ?? entry.tokens, known: true, actualUsd: cost, actualTokens: tokens ?? entry.actualTokens }
}

function tokensOf(spent: Cost | null): number | null {
  const used = spent?.usage ?? null
  return used === null || used.inputTokens === null || used.outputTokens === null ? null : used.inputTokens + used.outputTokens
}
