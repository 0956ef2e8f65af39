/**
 * Configuration changes that agents asked for in a need: applied by the escalation policy or a person, refused, taken back.
 * What must hold: a change is applied to the text it was made for, and only if the asking agent's groups allow its class, or a person does.
 */
import { changeClasses } from '../config/model.ts'
import type { ChangeClass, Config } from '../config/model.ts'
import { Refusal } from '../error.ts'
import type { DataOf, Doc, ItemId } from '../events/types.ts'
import type { Need } from '../../reducers/feedback.ts'
import type { Shelved } from '../../reducers/library.ts'
import type { State } from '../../reducers/state.ts'
import { isPerson } from './deciding.ts'
import type { Decider } from './deciding.ts'
import { own, refuseAgents, requirePerson } from './guards.ts'
import { libraryStream } from './library-paths.ts'

/** Whether the escalation policy lets this agent have changes of that class without a person. */
export function escalates({ permissions }: Config, agent: string, kind: string): kind is ChangeClass {
  return changeClasses.some(known => known === kind) &&
    Object.entries(permissions.groups).some(([group, members]) => members.includes(agent) && (own(permissions.escalation, group) ?? []).some(allowed => allowed === kind))
}

const needStream = (need: Need): string => `need/${need.agent}/${need.key}`

function openNeedById(state: State, id: ItemId): Need {
  const need = own(state.feedback.needs, id)
  if (need === undefined) throw new Refusal('need-not-found', `There is no need ${id}.`, 'factory needs')
  return need
}

function configAt(state: State, path: string): Shelved {
  const known = own(state.library.byPath, path)
  if (known === undefined || known.removed) throw new Refusal('file-not-found', `${path} is not part of the configuration.`, 'factory config show')
  return known
}

/** The change is made and its need is met, in one batch. */
export const applyChange: Decider<DataOf<'change.applied'>> = (state, command, context) => {
  const need = openNeedById(state, command.need)
  if (need.status === 'resolved') return []
  refuseAgents(context, 'change the configuration')
  if (!isPerson(context.actor) && !escalates(context.config, need.agent, command.class)) {
    throw new Refusal('not-escalated', `The escalation policy does not let ${need.agent} have a change of the class ${command.class}.`, `factory needs --resolve ${need.key}, once it is made by hand`)
  }
  const known = configAt(state, command.path)
  if (known.doc.sha256 !== command.before.sha256) throw new Refusal('base-changed', `${command.path} was changed since this change was made.`, 'make it again on the current text')
  return [
    { type: 'change.applied', item: known.item, stream: libraryStream('config', command.path), data: command },
    { type: 'need.resolved', item: need.id, stream: needStream(need), data: { note: `applied ${command.class} to ${command.target}` } },
  ]
}

/** The change is not made; its need stays open and says why. */
export const refuseChange: Decider<{ readonly need: ItemId; readonly why: string }> = (state, { need: id, why }) => {
  const need = openNeedById(state, id)
  if (need.status === 'resolved' || need.refused === why) return []
  return [{ type: 'change.refused', item: need.id, stream: needStream(need), data: { need: need.id, why } }]
}

/** A person takes the last change of a configuration file back. */
export const undoChange: Decider<{ readonly path: string; readonly before?: Doc; readonly after?: Doc }> = (state, { path, before, after }, context) => {
  requirePerson(context, 'take a change of the configuration back')
  const known = configAt(state, path)
  const earlier = after ?? known.before
  if (before !== undefined && before.sha256 !== known.doc.sha256) throw new Refusal('base-changed', `${path} was changed since.`, 'factory config edit')
  if (earlier === null) throw new Refusal('nothing-to-undo', `${path} has no earlier text.`, 'factory config edit')
  if (earlier.sha256 === known.doc.sha256) return []
  return [{ type: 'change.undone', item: known.item, stream: libraryStream('config', path), data: { path, before: known.doc, after: earlier } }]
}
