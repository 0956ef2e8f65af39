/**
 * What the planner says: this item, this agent, this dispatch; ready, or blocked by what. `status`, the hints and `start` all use
 * the same list, so they can never disagree.
 */
import type { ItemId } from '../events/types.ts'

export type GateKind = 'decision' | 'observation' | 'retry-limit' | 'no-progress' | 'budget' | 'plan-checkpoint' | 'approval' | 'conflict' | 'paused'

export interface Block {
  /** A gate, or a reason that passes by itself: `running`, `research`, `slots`, `project-busy`, `backend`, `waiting`, `elsewhere`, `untrusted`. */
  readonly code: GateKind | 'running' | 'research' | 'project-busy' | 'backend' | 'waiting' | 'elsewhere' | 'untrusted'
  readonly reason: string
  readonly until: string | null
  /** The command that mends it. */
  readonly mend: string
}

export interface Candidate {
  /** Name of the dispatcher that offers it. */
  readonly dispatch: string
  /** null: a step of the kernel itself (queue a rebuild, promote an observation). */
  readonly agent: string | null
  readonly item: ItemId
  readonly stream: string
  readonly name: string
  readonly spec: ItemId | null
  readonly subject: ItemId | null
  readonly project: string | null
  readonly scope: readonly string[]
  readonly attempt: number
  readonly segment: number | null
  /** The command a person would type for it. */
  readonly command: string
  /** Higher is further downstream. */
  readonly downstream: number
  readonly blocked: readonly Block[]
}

export interface Gate {
  readonly kind: GateKind
  readonly item: string
  readonly reason: string
  readonly until: string | null
  readonly mend: string
}
