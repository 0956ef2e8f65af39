/** What to type next, for `status`, notifications and the end of a run: the same candidates, as commands. Pure. */
import { isGate } from './blocks.ts'
import type { Block, Candidate } from './candidate.ts'

export interface Hint {
  readonly command: string
  readonly item: string
  readonly ready: boolean
  readonly blockedBy: readonly string[]
}

/** What passes by itself is only looked at: there is nothing to type for it. */
const passes = ({ mend }: Block): boolean => mend === 'factory status' || mend.startsWith('factory why ')

/** Ready work by its command, gated work by what lifts the gate; each command once, in the order of dispatch. */
export function hints(candidates: readonly Candidate[]): readonly Hint[] {
  const all = candidates.filter(({ blocked }) => blocked.length === 0 || !blocked.every(passes)).map(({ command, stream, blocked }): Hint => {
    const first = blocked.find(isGate) ?? blocked[0]
    return { command: first?.mend ?? command, item: stream, ready: first === undefined, blockedBy: blocked.map(({ code }) => code) }
  })
  return all.filter((hint, index) => all.findIndex(other => other.command === hint.command && other.item === hint.item) === index)
}
