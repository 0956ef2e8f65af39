/**
 * A bounded list of what a reader found: damage can be everywhere, a report must stay readable.
 * Filled while reading, shown by `status`, `audit` and `doctor`.
 */
import type { LogProblem } from './port.ts'

const LIMIT_PER_KIND = 100

export class ProblemList {
  readonly #found: LogProblem[] = []
  readonly #counts = new Map<LogProblem['kind'], number>()

  add(kind: LogProblem['kind'], at: string, detail: string): void {
    const count = (this.#counts.get(kind) ?? 0) + 1
    this.#counts.set(kind, count)
    if (count <= LIMIT_PER_KIND) this.#found.push({ kind, at, detail })
  }

  list(): readonly LogProblem[] {
    const more = [...this.#counts].filter(([, count]) => count > LIMIT_PER_KIND)
    return [...this.#found, ...more.map(([kind, count]): LogProblem => ({ kind, at: 'log', detail: `${count - LIMIT_PER_KIND} more of this kind` }))]
  }
}
