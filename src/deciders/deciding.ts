/**
 * What every decider shares. A decider is (state, command, context) to drafts, or a Refusal: guards first, then the events. An empty
 * list means *already so*. No I/O, no clock: time, ids and configuration arrive in the context.
 */
import type { Config } from '../config/model.ts'
import { Refusal } from '../error.ts'
import type { Draft, ItemId } from '../events/types.ts'
import type { Spec } from '../../reducers/spec.ts'
import type { State } from '../../reducers/state.ts'
import { findSpec } from '../../reducers/spec-names.ts'

export interface DecidingContext {
  /** ISO 8601, UTC: the moment of the command. */
  readonly now: string
  /** `human:NAME`, `agent:NAME`, `kernel`, `gc`, `integration:NAME`, `unknown`. */
  readonly actor: string
  readonly config: Config
  /** This clone. */
  readonly writer: string
  /** The id that draft number `offset` (from 0) of this command will get. */
  readonly nextId: (offset: number) => ItemId
}

export type Decider<Command> = (state: State, command: Command, context: DecidingContext) => readonly Draft[]

export const isPerson = (actor: string): boolean => actor.startsWith('human:')

/** The revision of that name that work is done on, or a Refusal `spec-not-found`. */
export function specNamed(state: State, name: string): Spec {
  const spec = findSpec(state.specs, name)
  if (spec === undefined) throw new Refusal('spec-not-found', `There is no spec named ${name}.`, 'factory status lists what is there')
  return spec
}
