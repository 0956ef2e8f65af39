/** What to type next, for `status`, notifications and the end of a run: the same candidates, as commands. Pure. */
import { isGate } from './blocks.ts'
import type { Candidate } from './candidate.ts'

export interface Hint {
  readonly command: string
  readonly item: string
  readonly ready: boolean
  readonly blockedBy: readonly string[]
}

/** Ready work by its command, gated work by what lifts the gate; each command once, in the order of dispatch. */
export function hints(candidates: readonly Candidate[]): readonly Hint[] {
  const all = candidates.map(({ command, stream, blocked }): Hint => {
    const first = blocked.find(isGate) ?? blocked[0]
    return { command: first?.mend ?? command, item: stream, ready: first === undefined, blockedBy: blocked.map(({ code }) => code) }
  })
  return all.filter((hint, index) => all.findIndex(other => other.command === hint.command && other.item === hint.item) === index)
}
