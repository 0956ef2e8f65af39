/**
 * Decisions: questions found in specs, plans and requests, and their answers. Only people answer; soft questions answer themselves.
 * What must hold: an answered question never reopens, whatever a later draft says about it. Gates are answered here too.
 */
import { Refusal } from '../error.ts'
import type { DataOf, Draft, ItemId, Option } from '../events/types.ts'
import type { Decision } from '../../reducers/decisions.ts'
import { isOver } from '../../reducers/reducing.ts'
import type { Spec } from '../../reducers/spec.ts'
import type { State } from '../../reducers/state.ts'
import { specNamed } from './deciding.ts'
import type { Decider, DecidingContext } from './deciding.ts'
import { answerGate, answerableGates } from './gate-answers.ts'
import { mendFor, requirePerson, revokedByPerson, specById } from './guards.ts'

export type DecisionEntry = Pick<DataOf<'decision.opened'>, 'entry' | 'question' | 'recommendation' | 'reversibility' | 'impact' | 'context'> & { readonly options: readonly Option[] }
export interface OpenDecisions { readonly spec: ItemId; readonly entries: readonly DecisionEntry[]; readonly origin: 'spec' | 'plan' | 'request' }

/** Soft: easy to take back, and of no consequence outside the code. */
export const isSoft = ({ reversibility, impact }: Pick<DecisionEntry, 'reversibility' | 'impact'>): boolean =>
  reversibility === 'high' && (impact === 'implementation' || impact === 'cosmetic')

/** Opens what is not known yet by its exact id; soft ones are answered in the same batch. */
export const openDecisions: Decider<OpenDecisions> = (state, { spec: id, entries, origin }, context) => {
  const spec = specById(state, id)
  if (isOver(spec.stage)) throw new Refusal('not-legal-now', `${spec.name} is ${spec.stage}; it has no more questions.`, mendFor(spec))
  const known = new Set(decisionsOf(state, spec).map(decision => decision.entry))
  const drafts: Draft[] = []
  for (const entry of entries) {
    if (known.has(entry.entry)) continue
    known.add(entry.entry)
    drafts.push(...open(spec, entry, origin, context.nextId(drafts.length)))
  }
  return drafts
}

function open(spec: Spec, entry: DecisionEntry, origin: OpenDecisions['origin'], id: ItemId): readonly Draft[] {
  const stream = decisionStream(spec, entry.entry)
  const opened: Draft = { type: 'decision.opened', stream, data: { ...entry, options: entry.options.map(option => ({ ...option })), spec: spec.id, origin } }
  const answer = isSoft(entry) ? automatic(entry) : null
  return answer === null ? [opened] : [opened, { type: 'decision.auto-resolved', item: id, stream, data: answer }]
}

/** The recommendation, else option (a). With neither, nothing can be chosen, and a person is asked. */
function automatic({ recommendation, options }: DecisionEntry): { readonly answer: string; readonly grounds: string } | null {
  if (recommendation !== null && recommendation.trim() !== '') return { answer: chosen(options, recommendation), grounds: 'recommendation' }
  const first = options.find(option => option.id === 'a') ?? options[0]
  return first === undefined ? null : { answer: first.id, grounds: 'first option' }
}

/** An option's id where the words are one, with or without brackets; else the words themselves. */
function chosen(options: readonly Option[], words: string): string {
  const text = words.trim()
  const bare = text.replace(/^\((.*)\)$/s, '$1').trim().toLowerCase()
  return options.find(option => option.id.toLowerCase() === bare)?.id ?? text
}

export interface AnswerDecision { readonly spec: string; readonly entry: string; readonly answer: string; readonly override: boolean }

/** A person's answer to a question, to a gate of the spec, or to a checkpoint of its plan. */
export const answerDecision: Decider<AnswerDecision> = (state, command, context) => {
  requirePerson(context, 'answer a question')
  const spec = specNamed(state, command.spec)
  if (command.answer.trim() === '') throw new Refusal('answer-empty', 'An answer is a text.', `factory decide ${spec.name} --entry ${command.entry} --answer TEXT`)
  const decision = decisionsOf(state, spec).find(one => one.entry === command.entry)
  if (decision !== undefined) return answer(state, spec, decision, command, context)
  const gate = answerGate(spec, command.entry, command.answer.trim(), context.config)
  if (gate === null) throw new Refusal('entry-not-found', `${spec.name} has no entry ${JSON.stringify(command.entry)}.`, entriesOf(state, spec, context))
  return gate
}

function answer(state: State, spec: Spec, decision: Decision, command: AnswerDecision, context: DecidingContext): readonly Draft[] {
  const words = chosen(decision.options, command.answer)
  const about = { item: decision.id, stream: decisionStream(spec, decision.entry) }
  const revoked = revokedByPerson(state, spec, `question ${decision.entry} was answered`, context)
  switch (decision.status) {
    case 'awaiting':
      return [...revoked, { type: 'decision.answered', ...about, data: { answer: words } }]
    case 'auto-resolved':
      if (!command.override) throw new Refusal('already-answered', `${decision.entry} of ${spec.name} was answered automatically: ${decision.answer ?? ''}.`, `factory decide ${spec.name} --entry ${decision.entry} --answer TEXT --override`)
      if (words === decision.answer) return []
      return [...revoked, { type: 'decision.overridden', ...about, data: { answer: words, replaced: decision.answer ?? '' } }]
    default:
      throw new Refusal(command.override ? 'not-automatic' : 'already-answered',
        `${decision.entry} of ${spec.name} was answered by ${decision.by ?? 'a person'}: ${decision.answer ?? ''}.`, `an answer stands; what should be different now is a new intent`)
  }
}

export const decisionsOf = (state: State, spec: Spec): readonly Decision[] => (state.decisions.bySpec[spec.id] ?? []).flatMap(id => state.decisions.byId[id] ?? [])
const decisionStream = (spec: Spec, entry: string): string => `decision/${spec.name}/${entry}`

function entriesOf(state: State, spec: Spec, { config }: DecidingContext): string {
  const entries = [...decisionsOf(state, spec).map(({ entry }) => entry), ...answerableGates(spec, config)]
  return entries.length === 0 ? `nothing of ${spec.name} waits for an answer` : `use one of ${entries.join(', ')} exactly; factory decide ${spec.name} shows them`
}
