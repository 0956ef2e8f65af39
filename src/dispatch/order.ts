/** The order of dispatch: stage first, then how much waits behind it, priority, due date, age; never the name alone. Pure. */
import type { Offer } from './offer.ts'

type Rule = (a: Offer, b: Offer) => number

const text = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Nothing said comes last. */
const lastWhenNull = <Value>(compare: (a: Value, b: Value) => number) => (a: Value | null, b: Value | null): number =>
  a === null || b === null ? Number(a === null) - Number(b === null) : compare(a, b)

const byPriority = lastWhenNull<number>((a, b) => a - b)
const byDate = lastWhenNull(text)

const rules: readonly Rule[] = [
  (a, b) => b.downstream - a.downstream,
  (a, b) => b.waits - a.waits,
  (a, b) => byPriority(a.priority, b.priority),
  (a, b) => byDate(a.due, b.due),
  (a, b) => text(a.since, b.since),
  // Only to be the same everywhere for what is equal in all that matters.
  (a, b) => text(a.name, b.name),
  (a, b) => text(a.item, b.item),
  (a, b) => text(a.dispatch, b.dispatch),
]

export function inOrder(a: Offer, b: Offer): number {
  for (const rule of rules) {
    const verdict = rule(a, b)
    if (verdict !== 0) return verdict
  }
  return 0
}
