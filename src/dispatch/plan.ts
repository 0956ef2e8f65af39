/**
 * The planner: from state, configuration and the moment to an ordered list of what could be done, each ready or blocked, and the gates
 * that stand. `status`, the hints and `start` all ask here, so they can never disagree. Pure.
 */
import type { Config } from '../config/model.ts'
import type { State } from '../../reducers/state.ts'
import { blocksOf } from './blocks.ts'
import type { Candidate, Gate } from './candidate.ts'
import { dispatchers } from './dispatchers.ts'
import { gatesOf } from './gates.ts'
import type { Local, Look } from './look.ts'
import { candidateOf } from './offer.ts'
import { inOrder } from './order.ts'

export type { Local } from './look.ts'

export interface Plan {
  /** In the order of dispatch. */
  readonly candidates: readonly Candidate[]
  readonly gates: readonly Gate[]
}

export function plan(state: State, config: Config, now: string, local: Local): Plan {
  const look: Look = { state, config, now, local }
  const candidates = dispatchers.flatMap(dispatcher => dispatcher.offer(state, config)).sort(inOrder).map(offer => candidateOf(offer, blocksOf(offer, look)))
  return { candidates, gates: gatesOf(candidates, look) }
}

export const isReady = (candidate: Candidate): boolean => candidate.blocked.length === 0
