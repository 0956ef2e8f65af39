/**
 * Specs up to `ready`, and their two other ends: submit, draft, ready, edit, withdraw, document. Called by the directory protocol, by
 * import and by the command line. A revision waits in the inbox while an earlier one of its name is not over.
 */
import { nameProblem, slugName } from '../formats/names.ts'
import { Refusal } from '../error.ts'
import type { Doc, Draft, ItemId, SpecFields } from '../events/types.ts'
import { isOver } from '../../reducers/reducing.ts'
import { isWaiting, revisionsOf } from '../../reducers/spec-names.ts'
import type { Spec } from '../../reducers/spec.ts'
import type { State } from '../../reducers/state.ts'
import type { Decider } from './deciding.ts'
import { mendFor, requirePerson, requireStage, revokedByPerson, specById, specStream } from './guards.ts'

export interface SubmitIntent {
  /** null: the slug of the title. */
  readonly name: string | null
  readonly title: string
  readonly doc: Doc
  readonly fields: SpecFields
  readonly source: { readonly kind: 'person' | 'agent' | 'observation' | 'tracker'; readonly ref: string } | null
  /** The file's own name, where it was not legal as it stood. */
  readonly droppedAs: string | null
}

export interface SpecText { readonly spec: ItemId; readonly doc: Doc; readonly fields: SpecFields }

/** A new item in the inbox. The same text waiting there under that name is the same intent. */
export const submitIntent: Decider<SubmitIntent> = (state, command) => {
  const name = nameOf(command)
  if (command.doc.bytes === 0) throw new Refusal('text-empty', `The intent ${name} has no text.`, 'write what you want to see, then drop it again')
  const known = revisionsOf(state.specs, name)
  if (known.some(spec => spec.stage === 'inbox' && spec.doc.sha256 === command.doc.sha256)) return []
  const revision = 1 + Math.max(0, ...known.map(spec => spec.revision))
  const { doc, fields, source, droppedAs } = command
  return [{ type: 'spec.submitted', stream: `spec/${name}`, data: { name, title: titleOf(command.title, name), revision, doc, fields, source, droppedAs } }]
}

function nameOf({ name, title }: SubmitIntent): string {
  const chosen = name ?? slugName(title)
  if (chosen === null) throw new Refusal('name-missing', 'No name can be made of this title.', 'give one: factory submit FILE --name NAME')
  const problem = nameProblem(chosen)
  if (problem !== null) throw new Refusal('name-illegal', `${JSON.stringify(chosen)} is not a name for a spec: ${problem}.`, 'give another one: factory submit FILE --name NAME')
  return chosen
}

const titleOf = (title: string, name: string): string => (title.trim() === '' ? name : title.trim().slice(0, 500))

/** A draft was written: the intent is being specified. */
export const draftSpec: Decider<SpecText> = (state, { spec: id, doc, fields }, context) => {
  const spec = specById(state, id)
  requireStage(spec, ['inbox', 'drafting'], 'drafted')
  requireTurn(state, spec)
  if (spec.stage === 'drafting' && spec.doc.sha256 === doc.sha256) return []
  return [...revokedByPerson(state, spec, 'its draft was changed', context), { type: 'spec.drafted', item: spec.id, stream: specStream(spec), data: { doc, fields } }]
}

/** The spec is complete: its criteria are fixed by this text. */
export const readySpec: Decider<SpecText> = (state, { spec: id, doc, fields }, context) => {
  const spec = specById(state, id)
  if (spec.stage === 'ready' && spec.doc.sha256 === doc.sha256) return []
  requireStage(spec, ['inbox', 'drafting'], 'readied')
  requireTurn(state, spec)
  if (doc.bytes === 0 || spec.title.trim() === '') throw new Refusal('spec-incomplete', `${spec.name} has no ${doc.bytes === 0 ? 'text' : 'title'}.`, `write it in specs/drafting/${spec.name}.md`)
  requireAnswers(state, spec)
  return [...revokedByPerson(state, spec, 'a person readied it', context), { type: 'spec.readied', item: spec.id, stream: specStream(spec), data: { doc, fields } }]
}

function requireTurn(state: State, spec: Spec): void {
  if (isWaiting(state.specs, spec)) throw new Refusal('revision-waits', `Revision ${spec.revision} of ${spec.name} waits until the earlier one is over.`, `factory why ${spec.name}`)
}

function requireAnswers(state: State, spec: Spec): void {
  const open = (state.decisions.bySpec[spec.id] ?? []).flatMap(id => state.decisions.byId[id] ?? []).filter(({ status }) => status === 'awaiting').map(({ entry }) => entry)
  if (open.length > 0) throw new Refusal('decisions-open', `${spec.name} cannot be readied: ${open.join(', ')} ${open.length === 1 ? 'waits' : 'wait'} for an answer.`, `factory decide ${spec.name}`, 3)
  const asked = Object.values(state.research.byId).filter(({ status, blocks }) => status === 'requested' && blocks.includes(spec.id)).map(({ name }) => name)
  if (asked.length > 0) throw new Refusal('decisions-open', `${spec.name} cannot be readied: it waits for research (${asked.join(', ')}).`, `factory run researcher ${asked[0] ?? ''}`, 3)
}

/** A person changed the text where it lies. */
export const editSpec: Decider<SpecText> = (state, { spec: id, doc, fields }, context) => {
  const spec = specById(state, id)
  requirePerson(context, 'edit a spec where it lies')
  if (spec.doc.sha256 === doc.sha256) return []
  requireStage(spec, ['inbox', 'drafting', 'ready', 'planning'], 'edited')
  return [...revokedByPerson(state, spec, 'its text was changed', context), { type: 'spec.edited', item: spec.id, stream: specStream(spec), data: { doc, fields } }]
}

/** Takes an intent or a spec back, whatever its stage, unless it is over. */
export const withdrawSpec: Decider<{ readonly spec: ItemId; readonly reason: string }> = (state, { spec: id, reason }, context) => {
  const spec = specById(state, id)
  if (spec.stage === 'withdrawn') return []
  if (isOver(spec.stage)) throw new Refusal('not-legal-now', `${spec.name} is ${spec.stage}; there is nothing left to withdraw.`, mendFor(spec))
  return [...revokedByPerson(state, spec, 'it was withdrawn', context), { type: 'spec.withdrawn', item: spec.id, stream: specStream(spec), data: { reason } }]
}

/** The verified change is documented: the revision is complete. */
export const documentSpec: Decider<{ readonly spec: ItemId }> = (state, { spec: id }) => {
  const spec = specById(state, id)
  if (spec.stage === 'documented') return []
  requireStage(spec, ['verified'], 'documented')
  const drafts: readonly Draft[] = [{ type: 'spec.documented', item: spec.id, stream: specStream(spec), data: {} }]
  return drafts
}
