/** Taking an observation up, or closing it, as a person. */
import { dismissObservation } from '../deciders/feedback.ts'
import { promoteObservationOf } from '../dispatch/kernel-steps.ts'
import type { Transaction } from '../workspace/session.ts'
import type { Observation } from '../../reducers/feedback.ts'
import type { Draft } from '../events/types.ts'

export function promote(on: Transaction, observation: Observation): undefined {
  promoteObservationOf(on, observation, on.actor)
  return undefined
}

export const dismiss = (on: Transaction, observation: Observation, reason: string): readonly Draft[] =>
  dismissObservation(on.state, { observation: observation.id, reason }, on)
