/** Research: questions to the researcher, which specs wait for them, and the briefs. Called by the directory protocol and import. */
import { nameProblem } from '../formats/names.ts'
import { Refusal } from '../error.ts'
import type { Doc, ItemId } from '../events/types.ts'
import { isOver } from '../../reducers/reducing.ts'
import type { Research } from '../../reducers/research.ts'
import type { State } from '../../reducers/state.ts'
import { specNamed } from './deciding.ts'
import type { Decider } from './deciding.ts'
import { freeName, mendFor, own, requirePerson, revokedByPerson } from './guards.ts'

/** A question under a name of its own; `blocks` are names of specs. The same question asked again is already so. */
export const requestResearch: Decider<{ readonly name: string; readonly blocks: readonly string[]; readonly doc: Doc }> = (state, { name, blocks, doc }) => {
  const problem = nameProblem(name)
  if (problem !== null) throw new Refusal('name-illegal', `${JSON.stringify(name)} is not a name for a question: ${problem}.`, 'name the file tasks/research/QUESTION.md')
  if (doc.bytes === 0) throw new Refusal('text-empty', `The question ${name} has no text.`, 'write what has to be found out')
  const specs = blocks.map(spec => openSpec(state, spec))
  const known = requestNamed(state, name)
  if (known?.question.sha256 === doc.sha256 && known.status !== 'withdrawn' && specs.every(id => known.blocks.includes(id))) return []
  if (known?.status === 'requested' && specs.some(id => known.blocks.includes(id))) {
    throw new Refusal('already-asked', `The question ${name} is open with another text.`, 'wait for its brief, or ask under another name')
  }
  const free = freeName(name, other => requestNamed(state, other) !== undefined)
  return [{ type: 'research.requested', stream: `research/${free}`, data: { name: free, blocks: [...new Set(specs)], doc } }]
}

function openSpec(state: State, name: string): ItemId {
  const spec = specNamed(state, name)
  if (isOver(spec.stage)) throw new Refusal('not-legal-now', `${spec.name} is ${spec.stage}; it waits for nothing.`, mendFor(spec))
  return spec.id
}

/** The request that a shown name means. */
export function requestNamed(state: State, name: string): Research | undefined {
  const id = own(state.research.byName, name.replace(/^research\//, ''))
  return id === undefined ? undefined : state.research.byId[id]
}

function requestById(state: State, id: ItemId): Research {
  const request = own(state.research.byId, id)
  if (request === undefined) throw new Refusal('research-not-found', `There is no research request ${id}.`, 'factory status lists what is there')
  return request
}

const about = (request: Research) => ({ item: request.id, stream: `research/${request.name}` })

/** The brief is there. */
export const answerResearch: Decider<{ readonly research: ItemId; readonly doc: Doc }> = (state, { research, doc }, context) => {
  const request = requestById(state, research)
  if (request.status === 'answered' && request.brief?.sha256 === doc.sha256) return []
  if (request.status !== 'requested') throw new Refusal('not-legal-now', `The question ${request.name} is ${request.status}.`, request.status === 'answered' ? `edit tasks/research-done/${request.name}.md by hand` : 'ask again under another name')
  if (doc.bytes === 0) throw new Refusal('text-empty', `The brief ${request.name} has no text.`, 'write what was found')
  return [...revokedByPerson(state, request, 'a person answered it', context), { type: 'research.answered', ...about(request), data: { doc } }]
}

/** A person changed the question while it is open, or the brief once it is there. */
export const editResearch: Decider<{ readonly research: ItemId; readonly part: 'question' | 'brief'; readonly doc: Doc }> = (state, { research, part, doc }, context) => {
  const request = requestById(state, research)
  requirePerson(context, `edit a ${part}`)
  const now = part === 'question' ? request.question : request.brief
  if (now?.sha256 === doc.sha256) return []
  if (request.status !== (part === 'question' ? 'requested' : 'answered')) throw new Refusal('not-legal-now', `The question ${request.name} is ${request.status}; its ${part} cannot be edited.`, 'ask a new question')
  return [...revokedByPerson(state, request, `its ${part} was changed`, context), { type: 'research.edited', ...about(request), data: { doc, part } }]
}

/** The question was taken back; the specs it blocked go on without it. */
export const withdrawResearch: Decider<{ readonly research: ItemId }> = (state, { research }, context) => {
  const request = requestById(state, research)
  if (request.status === 'withdrawn') return []
  if (request.status === 'answered') throw new Refusal('not-legal-now', `The question ${request.name} is answered.`, 'leave the brief; it goes out of view with its spec')
  return [...revokedByPerson(state, request, 'the question was taken back', context), { type: 'research.withdrawn', ...about(request), data: {} }]
}
