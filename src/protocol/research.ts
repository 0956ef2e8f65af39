/** `tasks/research/Q.md` and `tasks/research-done/Q.md`: questions to the researcher and their briefs. */
import { answerResearch, editResearch, requestResearch } from '../deciders/research.ts'
import { Refusal } from '../error.ts'
import { slugName } from '../formats/names.ts'
import { findSpec } from '../../reducers/spec-names.ts'
import type { Routed } from '../workspace/change.ts'
import { ownResearch, researchOf } from './places.ts'
import { comesBack, command, docOf, every, notAgents, refuse, routed, textOf, unconfirmed } from './routing.ts'
import type { Request, Row } from './routing.ts'
import { unparsed } from './unparsed.ts'

function ask(request: Request): Routed {
  const { state, change, context, mover } = request
  const text = textOf(request)
  const name = slugName(request.part('Q'))
  if (name === null) throw new Refusal('bad-name', `No name can be made of ${change.path}.`, 'name the file in lower-case Latin letters, digits and hyphens')
  if (text.trim() === '') throw new Refusal('empty-text', `${change.path} is empty.`, 'write the question, then save it again')
  const { blocks, problems } = request.parse.research(text)
  const missing = blocks.filter(one => findSpec(state.specs, one) === undefined)
  const own = mover.item === undefined ? undefined : state.specs.byId[mover.item]
  const known = blocks.filter(one => !missing.includes(one))
  // A question that names nothing blocks what its author works on: otherwise nobody would wait for the answer.
  const blocking = known.length > 0 || own === undefined ? known : [own.name]
  const drafts = requestResearch(state, { name, blocks: blocking, doc: docOf(request) }, context)
  const unknown = missing.map(one => ({ line: 1, code: 'research-blocks', message: `it is to block ${one}, but there is no spec of that name` }))
  return routed('ask', drafts.length === 0 ? [] : [...drafts, ...unparsed(own === undefined ? change.path : `spec/${own.name}`, [...problems, ...unknown])])
}

const reword = (request: Request): Routed =>
  routed('edit', editResearch(request.state, { research: researchOf(request).id, part: 'question', doc: docOf(request) }, request.context))

const answer = (research: (request: Request) => { readonly id: ReturnType<typeof researchOf>['id'] }) => (request: Request): Routed => {
  if (textOf(request).trim() === '') throw new Refusal('empty-text', `${request.change.path} is empty.`, 'write the answer')
  return routed('answer', answerResearch(request.state, { research: research(request).id, doc: docOf(request) }, request.context))
}

const correct = (request: Request): Routed =>
  routed('edit', editResearch(request.state, { research: researchOf(request).id, part: 'brief', doc: docOf(request) }, request.context))

const byPerson = command('answer it', answer(researchOf))
const byAgent = command('answer it', answer(ownResearch))

export const researchRows: readonly Row[] = [
  {
    pattern: 'tasks/research/Q.md',
    match: /^tasks\/research\/(?<Q>[^/]+)\.md$/,
    example: 'tasks/research/which-library.md',
    words: 'A question to the researcher; front matter `blocks: N` names the specs that wait for it.',
    cells: {
      person: {
        added: command('ask it', ask), edited: command('edit the question', reword),
        moved: refuse('stage-backward', 'an answered question does not open again', 'drop it here under another name'), removed: comesBack('write the answer into tasks/research-done/{Q}.md'),
      },
      unknown: every(unconfirmed),
      agent: every(notAgents, { added: command('ask it', ask) }),
    },
  },
  {
    pattern: 'tasks/research-done/Q.md',
    match: /^tasks\/research-done\/(?<Q>[^/]+)\.md$/,
    example: 'tasks/research-done/which-library.md',
    words: 'The brief that answers a question.',
    cells: {
      person: { added: byPerson, edited: command('edit the brief', correct), moved: byPerson, removed: comesBack('factory cleanup-research-done takes old briefs out of view') },
      unknown: every(unconfirmed),
      agent: every(byAgent, { removed: notAgents }),
    },
  },
]
