/** `tasks/decisions/N.md`: a person answers by writing behind `- answer:`; an agent may add questions, never answers. */
import { answerDecision } from '../deciders/decisions.ts'
import { Refusal } from '../error.ts'
import type { Draft } from '../events/types.ts'
import type { Decision } from '../../reducers/decisions.ts'
import type { Routed } from '../workspace/change.ts'
import { ownSpec, specOf } from './places.ts'
import { after, comesBack, command, every, held, notAgents, refuse, routed, textOf, unconfirmed } from './routing.ts'
import type { Request, Row } from './routing.ts'
import { openQuestions } from './spec-text.ts'
import { unparsed } from './unparsed.ts'

const how = (name: string): string => `write behind "- answer:" of an entry that waits, or: factory decide ${name} --entry ID --answer TEXT`

function answer(request: Request): Routed {
  const spec = specOf(request)
  const known = new Map((request.state.decisions.bySpec[spec.id] ?? []).flatMap((id): [string, Decision][] => {
    const decision = request.state.decisions.byId[id]
    return decision === undefined ? [] : [[decision.entry, decision]]
  }))
  const drafts: Draft[] = []
  for (const { entry, answer: given } of request.parse.decisions(textOf(request)).questions) {
    const decision = known.get(entry)
    if (decision === undefined || given === null || given === decision.answer) continue
    const override = decision.status === 'auto-resolved' || decision.status === 'overridden'
    drafts.push(...answerDecision(request.state, { spec: spec.name, entry, answer: given, override }, after(request.context, drafts.length)))
  }
  if (drafts.length === 0) throw new Refusal('nothing-answered', `Nothing in ${request.change.path} was answered; questions and options come from the spec.`, how(spec.name))
  return routed('decide', drafts)
}

const dispatches = ['draft', 'advance', 'plan', 'build', 'execute']

function ask(request: Request): Routed {
  const spec = ownSpec(request, dispatches)
  const { questions, problems } = request.parse.decisions(textOf(request))
  const known = new Set((request.state.decisions.bySpec[spec.id] ?? []).map(id => request.state.decisions.byId[id]?.entry))
  const opened = openQuestions(request, spec, questions.filter(one => !known.has(one.entry)), 'request', 0)
  return routed('ask', [...opened, ...unparsed(`spec/${spec.name}`, problems)])
}

const fromSpec = refuse('kernel-file', 'this file shows the questions of a spec', 'write a question into the section Ambiguities of the draft')

export const decisionRows: readonly Row[] = [{
  pattern: 'tasks/decisions/N.md',
  match: /^tasks\/decisions\/(?<N>[^/]+)\.md$/,
  example: 'tasks/decisions/login-page.md',
  words: 'The questions of a spec.',
  cells: {
    person: { added: fromSpec, edited: command('answer', answer), moved: fromSpec, removed: comesBack('factory decide {N} shows what waits') },
    unknown: every(unconfirmed, { edited: held }),
    agent: every(command('open its new questions', ask), { moved: notAgents, removed: notAgents }),
  },
}]
