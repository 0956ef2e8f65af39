/**
 * How long a backend rests after faults that are not the agent's: 1 s, 4 s, 16 s, 64 s, then it is offered no more until a run that a
 * person asks for ends well. Such faults never count as tries of an item. Pure.
 */
import type { Runs } from '../../reducers/runs.ts'

export const faultsInARow = 5
const firstMs = 1000
const factor = 4

export interface Rest {
  readonly faults: number
  /** ISO 8601; null: until a person acts. */
  readonly until: string | null
}

/** null: it may run. What the backend itself said (a rate limit's end) counts if it is later. */
export function restOf(record: Runs['backends'][string] | undefined): Rest | null {
  if (record === undefined || record.failing === 0) return null
  if (record.failing >= faultsInARow) return { faults: record.failing, until: null }
  const grown = new Date(Date.parse(record.since) + firstMs * factor ** (record.failing - 1)).toISOString()
  return { faults: record.failing, until: record.until !== null && record.until > grown ? record.until : grown }
}
