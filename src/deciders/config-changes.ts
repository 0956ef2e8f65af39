/**
 * Configuration changes that agents asked for in a need: applied by the escalation policy or a person, refused, taken back.
 * What must hold: a change is applied to the text it was made for, and only if the asking agent's groups allow its class, or a person does.
 */
import type { ChangeClass, Config } from '../config/model.ts'
import { Refusal } from '../error.ts'
import type { DataOf, ItemId } from '../events/types.ts'
import { canEscalate } from '../permissions/decide.ts'
import type { Need } from '../../reducers/feedback.ts'
import type { Shelved } from '../../reducers/library.ts'
import type { State } from '../../reducers/state.ts'
import { isPerson } from './deciding.ts'
import type { Decider } from './deciding.ts'
import { own, refuseAgents, requirePerson } from './guards.ts'
import { libraryStream } from './library-paths.ts'

/** Whether the escalation policy lets this agent have changes of that class without a person. */
export const escalates = (config: Config, agent: string, kind: string): kind is ChangeClass => canEscalate(config, agent).some(known => known === kind)

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

/** Whether a person took the same change back before: it is not made again without one. */
export function takenBack(state: State, need: Need): boolean {
  const wanted = JSON.stringify(need.change)
  return Object.values(state.feedback.needs).some(other => other.applied?.undone === true && JSON.stringify(other.change) === wanted)
}

/** The change that an agent's need made of this text, the newest first. */
function lastApplied(state: State, path: string, text: string): NonNullable<Need['applied']> | undefined {
  return Object.values(state.feedback.needs).flatMap(({ applied }) => applied ?? [])
    .filter(applied => applied.path === path && !applied.undone && applied.after.sha256 === text).sort((a, b) => (a.at < b.at ? 1 : -1))[0]
}

/** A person takes the last change that was made for an agent back: the text before it is in force again. */
export const undoChange: Decider<{ readonly path: string }> = (state, { path }, context) => {
  requirePerson(context, 'take a change of the configuration back')
  const known = configAt(state, path)
  const last = lastApplied(state, path, known.doc.sha256)
  if (last === undefined) {
    const some = Object.values(state.feedback.needs).some(({ applied }) => applied?.path === path && !applied.undone)
    if (some) throw new Refusal('base-changed', `${path} was changed since an agent's change was applied; taking it back would take the later change back too.`, `factory config edit ${path}`)
    throw new Refusal('nothing-to-undo', `No change of ${path} was applied for an agent.`, `factory config edit ${path}`)
  }
  return [{ type: 'change.undone', item: known.item, stream: libraryStream('config', path), data: { path, before: known.doc, after: last.before } }]
}
