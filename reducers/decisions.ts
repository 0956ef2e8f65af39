/** Decisions: questions with options. An answer is permanent; a question found again merges into the one that stands. */
import { idOf, wallTime } from '../src/events/types.ts'
import type { EventOf, FactoryEvent, ItemId, Option } from '../src/events/types.ts'
import { own, put } from './reducing.ts'
import type { Reducer } from './reducing.ts'
import type { Specs } from './spec.ts'

export interface Decision {
  readonly id: ItemId
  readonly spec: ItemId
  readonly entry: string
  question: string
  options: readonly Option[]
  recommendation: string | null
  reversibility: 'high' | 'low' | 'unclassified'
  impact: 'governance' | 'implementation' | 'cosmetic' | 'unclassified'
  context: string
  status: 'awaiting' | 'auto-resolved' | 'answered' | 'overridden'
  answer: string | null
  by: string | null
  at: string | null
  readonly createdAt: string
  last: ItemId
}

export interface Decisions {
  byId: Record<ItemId, Decision>
  bySpec: Record<ItemId, ItemId[]>
  /** Items of a question that was opened again, to the one that stands. */
  twins: Record<ItemId, ItemId>
}

export const initialDecisions = (): Decisions => ({ byId: {}, bySpec: {}, twins: {} })

/** The decision of an item, or of the twin that stands for it. */
export const decisionOf = (decisions: Decisions, item: ItemId): Decision | undefined => own(decisions.byId, own(decisions.twins, item) ?? item)

export const reduceDecisions: Reducer<Decisions> = (decisions, event, context) => {
  if (event.type === 'decision.opened') return open(decisions, event)
  const decision = decisionOf(decisions, event.item)
  if (decision === undefined) return
  switch (event.type) {
    case 'decision.auto-resolved':
    case 'decision.answered':
      if (decision.status === 'answered' || decision.status === 'overridden') { if (!context.saw(decision.last) && decision.answer !== event.data.answer) context.lost(decision.last); return }
      if (event.type === 'decision.auto-resolved' && decision.status === 'auto-resolved') return
      settle(decision, event, event.type === 'decision.answered' ? 'answered' : 'auto-resolved', event.data.answer)
      return
    case 'decision.overridden':
      if (!context.saw(decision.last) && (decision.status === 'answered' || decision.status === 'overridden')) { if (decision.answer !== event.data.answer) context.lost(decision.last); return }
      settle(decision, event, 'overridden', event.data.answer)
      return
    default:
  }
}

function open(decisions: Decisions, event: EventOf<'decision.opened'>): void {
  const { spec, entry, question, options, recommendation, reversibility, impact, context } = event.data
  const id = idOf(event)
  const twin = (own(decisions.bySpec, spec) ?? []).find(other => own(decisions.byId, other)?.entry === entry)
  if (twin !== undefined) { put(decisions.twins, id, twin); return }
  decisions.byId[id] = { id, spec, entry, question, options, recommendation, reversibility, impact, context, status: 'awaiting', answer: null, by: null, at: null, createdAt: wallTime(event), last: id }
  put(decisions.bySpec, spec, [...own(decisions.bySpec, spec) ?? [], id])
}

/** An automatic answer is the kernel's, whoever raised the question. */
function settle(decision: Decision, event: FactoryEvent, status: Decision['status'], answer: string): void {
  Object.assign(decision, { status, answer, by: status === 'auto-resolved' ? 'kernel' : event.actor, at: wallTime(event), last: idOf(event) })
}

/** A lost answer disputes the spec: later facts of a writer who had not seen the standing answer may rest on the lost one. */
export function disputeAnswers(specs: Specs, decisions: Decisions, event: FactoryEvent, saw: (event: ItemId) => boolean): void {
  if (event.type !== 'decision.answered' && event.type !== 'decision.overridden') return
  const decision = decisionOf(decisions, event.item)
  const spec = decision === undefined ? undefined : own(specs.byId, decision.spec)
  if (decision === undefined || spec === undefined || decision.last === idOf(event) || saw(decision.last) || decision.answer === event.data.answer) return
  if (!spec.disputes.includes(decision.last)) spec.disputes.push(decision.last)
}

/** What a person answers is new: an advance that came to nothing before may come to something now. */
export function freshen(specs: Specs, decisions: Decisions, event: FactoryEvent): void {
  if (event.type !== 'decision.answered' && event.type !== 'decision.overridden') return
  const decision = decisionOf(decisions, event.item)
  const spec = decision === undefined ? undefined : own(specs.byId, decision.spec)
  if (decision?.last !== idOf(event) || spec?.tries?.dispatch !== 'advance') return
  spec.tries = null
}
