/** Holds and gates: what people hold by hand, and what waits for them. Called by `pause`, by `start` (gates newly met) and by `run`. */
import { Refusal } from '../error.ts'
import type { Draft, ItemId } from '../events/types.ts'
import { isOver } from '../../reducers/reducing.ts'
import { findSpec } from '../../reducers/spec-names.ts'
import type { State } from '../../reducers/state.ts'
import type { Decider } from './deciding.ts'
import { gateStands } from './gate-answers.ts'
import { own, requirePerson, specStream } from './guards.ts'
import { requestNamed } from './research.ts'

interface Held { readonly about: { readonly item: ItemId; readonly stream: string }; readonly name: string; readonly paused: boolean; readonly over: boolean }

/** Holds an item, or the whole workspace (null). */
export const pause: Decider<{ readonly item: string | null }> = (state, { item }, context) => {
  requirePerson(context, 'hold or release an item')
  const held = heldBy(state, item)
  if (held.paused) return []
  if (held.over) throw new Refusal('not-legal-now', `${held.name} is over; there is nothing to hold.`, 'factory status shows what is in work')
  return [{ type: 'item.paused', ...held.about, data: {} }]
}

/** Takes a hold off. */
export const resume: Decider<{ readonly item: string | null }> = (state, { item }, context) => {
  requirePerson(context, 'hold or release an item')
  const held = heldBy(state, item)
  return held.paused ? [{ type: 'item.resumed', ...held.about, data: {} }] : []
}

function heldBy(state: State, item: string | null): Held {
  if (item === null) return workspaceOf(state)
  const spec = item.startsWith('research/') ? undefined : findSpec(state.specs, item)
  if (spec !== undefined) return { about: { item: spec.id, stream: specStream(spec) }, name: spec.name, paused: spec.paused, over: isOver(spec.stage) }
  const request = requestNamed(state, item)
  if (request === undefined) throw new Refusal('item-not-found', `There is no spec or research request named ${item}.`, 'factory status lists what is there')
  return { about: { item: request.id, stream: `research/${request.name}` }, name: request.name, paused: request.paused, over: request.status !== 'requested' }
}

function workspaceOf({ settings }: State): Held {
  if (settings.workspace === null) throw new Refusal('workspace-unmade', 'The log does not say that this workspace was made.', 'factory init')
  return { about: { item: settings.workspace.item, stream: `workspace/${settings.workspace.name}` }, name: 'workspace', paused: settings.paused, over: false }
}

interface GateOf { readonly item: ItemId; readonly kind: string }

/** Records that work on the item stopped: once, until the gate is lifted or the item moves. Items without gates of their own have none to raise. */
export const raiseGate: Decider<GateOf & { readonly reason: string }> = (state, { item, kind, reason }) => {
  const gated = gatedItem(state, item)
  if (gated === null || gated.raised.includes(kind)) return []
  return [{ type: 'gate.raised', ...gated.about, data: { kind, reason } }]
}

/** A person lets the item pass. */
export const liftGate: Decider<GateOf & { readonly answer: string }> = (state, { item, kind, answer }, context) => {
  requirePerson(context, 'lift a gate')
  const gated = gatedItem(state, item)
  if (gated === null) throw new Refusal('item-not-found', `There is no item ${item}.`, 'factory status lists what is there')
  const spec = own(state.specs.byId, item)
  const tries = own(state.research.byId, item)?.tries ?? 0
  const stands = spec === undefined ? gated.raised.includes(kind) || tries > 0 : gateStands(spec, kind, context.config)
  const drafts: readonly Draft[] = [{ type: 'gate.lifted', ...gated.about, data: { kind, answer } }]
  return stands ? drafts : []
}

function gatedItem(state: State, item: ItemId): { readonly about: { readonly item: ItemId; readonly stream: string }; readonly raised: readonly string[] } | null {
  const spec = own(state.specs.byId, item)
  if (spec !== undefined) return { about: { item, stream: specStream(spec) }, raised: spec.raised }
  const request = own(state.research.byId, item)
  return request === undefined ? null : { about: { item, stream: `research/${request.name}` }, raised: request.raised }
}
