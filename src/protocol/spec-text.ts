/**
 * What a text of a spec brings with it, whoever wrote it: the transition, the questions in its Ambiguities section, and what could not
 * be read, in one batch. A text that is ready but still asks something hard is kept as a draft, not lost.
 */
import { openDecisions } from '../deciders/decisions.ts'
import { draftSpec, editSpec, readySpec } from '../deciders/specs.ts'
import { Refusal, isFactoryError } from '../error.ts'
import type { Doc, Draft, ItemId, SpecFields } from '../events/types.ts'
import type { Spec } from '../../reducers/spec.ts'
import type { Routed } from '../workspace/change.ts'
import type { Question, SpecReading } from './readers.ts'
import { after, docOf, routed, textOf } from './routing.ts'
import type { Request } from './routing.ts'
import { unparsed } from './unparsed.ts'

type Step = (request: Request, command: { readonly spec: ItemId; readonly doc: Doc; readonly fields: SpecFields }) => readonly Draft[]

const draft: Step = ({ state, context }, command) => draftSpec(state, command, context)
const edit: Step = ({ state, context }, command) => editSpec(state, command, context)
const ready: Step = ({ state, context }, command) => readySpec(state, command, context)

/** A draft handed over. */
export const routeDraft = (request: Request, spec: Spec): Routed => routed('draft', withQuestions(request, spec, draft, read(request)))
/** A text changed where it lies. */
export const routeEdit = (request: Request, spec: Spec): Routed => routed('edit', withQuestions(request, spec, edit, read(request)))

/** A text declared complete. */
export function routeReady(request: Request, spec: Spec): Routed {
  const reading = read(request)
  const why = keptBack(request, spec, reading)
  if (why !== null) return keep(request, spec, reading, why)
  try {
    return routed('ready', withQuestions(request, spec, ready, reading))
  } catch (error) {
    if (request.mover.kind !== 'agent' || !isFactoryError(error) || error.code !== 'decisions-open') throw error
    return keep(request, spec, reading, { line: 1, message: error.message })
  }
}

const read = (request: Request): SpecReading => {
  const text = textOf(request)
  if (text.trim() === '') throw new Refusal('empty-text', `${request.change.path} is empty.`, 'write what is wanted, then save it again')
  return request.parse.spec(text)
}

function withQuestions(request: Request, spec: Spec, step: Step, { fields, questions, problems }: SpecReading): readonly Draft[] {
  const moved = step(request, { spec: spec.id, doc: docOf(request), fields })
  const opened = openQuestions(request, spec, questions, 'spec', moved.length)
  return moved.length + opened.length === 0 ? [] : [...moved, ...opened, ...unparsed(`spec/${spec.name}`, problems)]
}

/** Decisions for these questions, behind `offset` other drafts. */
export function openQuestions({ state, context }: Request, spec: Spec, questions: readonly Question[], origin: 'spec' | 'plan' | 'request', offset: number): readonly Draft[] {
  if (questions.length === 0) return []
  const entries = questions.map(({ entry, question, options, recommendation, reversibility, impact, context: grounds }) =>
    ({ entry, question, options: options.map(one => ({ ...one })), recommendation, reversibility, impact, context: grounds }))
  return openDecisions(state, { spec: spec.id, entries, origin }, after(context, offset))
}

interface Kept { readonly line: number; readonly message: string }

/** A hard question that nobody answered yet, or research asked for in the same breath. A person is told by the decider about known ones. */
function keptBack({ state, mover, asks }: Request, spec: Spec, { questions }: SpecReading): Kept | null {
  const known = new Map((state.decisions.bySpec[spec.id] ?? []).map(id => [state.decisions.byId[id]?.entry, state.decisions.byId[id]?.status]))
  const open = questions.filter(one => !one.soft && (known.has(one.entry) ? mover.kind === 'agent' && known.get(one.entry) === 'awaiting' : true))
  const [first] = open
  if (first !== undefined) return { line: first.line, message: `kept in drafting: ${open.map(one => one.entry).join(', ')} waits for a person's answer (factory decide ${spec.name})` }
  return asks.length === 0 ? null : { line: 1, message: `kept in drafting: it waits for the answer to ${asks.join(', ')}` }
}

/** Drafted instead, with the reason beside it; the reason is told even if the text is the draft that lies there. */
function keep(request: Request, spec: Spec, reading: SpecReading, { line, message }: Kept): Routed {
  const why = { line, code: 'kept-in-drafting', message }
  const drafts = withQuestions(request, spec, draft, { ...reading, problems: [...reading.problems, why] })
  return routed('draft', drafts.length > 0 ? drafts : unparsed(`spec/${spec.name}`, [why]))
}
