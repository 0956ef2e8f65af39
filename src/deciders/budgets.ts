/**
 * Budgets: (scope, window, measure). What was spent in the window, what live runs have reserved, and what this run would reserve must
 * stay within each. Asked by the planner and again by the claim. Pure; spending is kept for a month, so longer windows count a month.
 */
import type { BudgetConfig, Config } from '../config/model.ts'
import type { ItemId } from '../events/types.ts'
import type { Expense } from '../../reducers/spending.ts'
import type { State } from '../../reducers/state.ts'

export interface BudgetQuestion {
  readonly agent: string
  readonly project: string | null
  readonly spec: ItemId | null
  /** ISO 8601: the moment of the claim. */
  readonly at: string
  /** What this run reserves; left out: what the configuration reserves. */
  readonly reserve?: { readonly usd: number; readonly tokens: number }
}

export interface BudgetBlock {
  readonly budget: BudgetConfig
  readonly reason: string
  /** When enough of what was spent has left the window; null: not by waiting. */
  readonly until: string | null
}

type Spent = Pick<Expense, 'at' | 'agent' | 'project' | 'spec' | 'usd' | 'tokens'>
const measures = ['runs', 'usd', 'tokens'] as const
type Measure = (typeof measures)[number]

const amount = (spent: { readonly usd: number; readonly tokens: number }, measure: Measure): number => (measure === 'runs' ? 1 : spent[measure])
const shown: { readonly [M in Measure]: (value: number) => string } = { runs: value => `${value} runs`, usd: value => `$${value.toFixed(2)}`, tokens: value => `${value} tokens` }

/** The first budget that this run would exceed, or null. */
export function budgetBlock(state: State, config: Config, question: BudgetQuestion): BudgetBlock | null {
  for (const budget of config.limits.budgets) {
    if (!isUnder(budget, question)) continue
    for (const measure of measures) {
      const found = exceeded(state, config, question, budget, measure)
      if (found !== null) return found
    }
  }
  return null
}

/** Whether the run counts towards the budget. */
function isUnder({ scope }: BudgetConfig, { agent, project, spec }: BudgetQuestion): boolean {
  if (scope === 'spec') return spec !== null
  return scope === 'workspace' || scope === `agent:${agent}` || (project !== null && scope === `project:${project}`)
}

function countsFor({ scope }: BudgetConfig, { spec }: BudgetQuestion, spent: Spent): boolean {
  if (scope === 'spec') return spent.spec === spec
  return scope === 'workspace' || scope === `agent:${spent.agent}` || scope === `project:${spent.project ?? ''}`
}

function exceeded(state: State, config: Config, question: BudgetQuestion, budget: BudgetConfig, measure: Measure): BudgetBlock | null {
  const limit = budget[measure]
  if (limit === null) return null
  const reserve = question.reserve ?? { usd: config.limits.reserveUsd, tokens: config.limits.reserveTokens }
  const from = Date.parse(question.at) - budget.windowMs
  const entries = state.spending.entries.filter(entry => Date.parse(entry.at) > from && countsFor(budget, question, entry))
  const open = Object.values(state.spending.open).filter(entry => countsFor(budget, question, entry))
  const spent = sum(entries, measure)
  const held = sum(open, measure) + amount(reserve, measure)
  if (fits(spent + held, limit)) return null
  const reason = `${shown[measure](spent + sum(open, measure))} of ${shown[measure](limit)} (${budget.scope}, ${windowName(budget.windowMs)}) are spent or reserved`
  return { budget, reason, until: fits(held, limit) ? freeAt(entries, spent + held - limit, measure, budget.windowMs) : null }
}

const sum = (spent: readonly Spent[], measure: Measure): number => spent.reduce((total, one) => total + amount(one, measure), 0)
/** Sums of fractions of a dollar are not exact. */
const fits = (total: number, limit: number): boolean => total <= limit + 1e-9

/** When the oldest entries that are in the way have left the window. */
function freeAt(entries: readonly Spent[], excess: number, measure: Measure, windowMs: number): string | null {
  let left = excess
  for (const entry of [...entries].sort((a, b) => (a.at < b.at ? -1 : 1))) {
    left -= amount(entry, measure)
    if (left <= 1e-9) return new Date(Date.parse(entry.at) + windowMs).toISOString()
  }
  return null
}

const windowName = (ms: number): string => {
  const units: readonly (readonly [string, number])[] = [['d', 86_400_000], ['h', 3_600_000], ['m', 60_000], ['s', 1000]]
  const [unit, size] = units.find(([, length]) => ms >= length && ms % length === 0) ?? ['ms', 1]
  return `per ${ms / size}${unit}`
}
