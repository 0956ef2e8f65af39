/** What runs cost in a stretch of time. An amount nobody knows is null, never 0; known amounts are summed and the unknown ones counted. */
import type { Expense } from '../reducers/spending.ts'
import type { State } from '../reducers/state.ts'

export interface SpendView {
  readonly usd: number | null
  readonly tokens: number | null
  readonly runs: number
  readonly runsOfUnknownCost: number
}

/** The runs claimed on the UTC day of `now` that have ended. */
export const spentToday = (state: State, now: string): SpendView => spendOf(state.spending.entries.filter(entry => entry.at.slice(0, 10) === now.slice(0, 10)))

/** The sum of these expenses. */
export function spendOf(entries: readonly Expense[]): SpendView {
  return {
    usd: sumOf(entries.map(entry => entry.actualUsd)), tokens: sumOf(entries.map(entry => entry.actualTokens)),
    runs: entries.length, runsOfUnknownCost: entries.filter(entry => !entry.known).length,
  }
}

function sumOf(amounts: readonly (number | null)[]): number | null {
  const known = amounts.filter(amount => amount !== null)
  if (known.length === 0 && amounts.length > 0) return null
  // Sums of dollars are shown to people: no 0.30000000000000004.
  return Math.round(known.reduce((sum, amount) => sum + amount, 0) * 1e6) / 1e6
}
