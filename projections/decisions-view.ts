/** `decide --json`: every question with its options, and who answered it. */
import { isOver } from '../reducers/reducing.ts'
import type { State } from '../reducers/state.ts'
import { decisionsOf } from './decisions-file.ts'
import { byText } from './text.ts'

export interface DecisionView {
  readonly spec: string
  readonly entry: string
  readonly question: string
  readonly options: readonly { readonly id: string; readonly text: string }[]
  readonly recommendation: string | null
  readonly reversibility: string
  readonly impact: string
  readonly status: 'awaiting' | 'auto-resolved' | 'answered' | 'overridden'
  readonly answer: string | null
  readonly by: string | null
  readonly at: string | null
}

/** The decisions of one spec name, or of all specs that are not over. */
export function decisionsView(state: State, name: string | null = null): { readonly decisions: readonly DecisionView[] } {
  const specs = Object.values(state.specs.byId).filter(spec => (name === null ? !isOver(spec.stage) : spec.name === name))
  return {
    decisions: specs.sort((a, b) => byText(a.name, b.name) || a.revision - b.revision).flatMap(spec => decisionsOf(state, spec).map((decision): DecisionView => {
      const { entry, question, options, recommendation, reversibility, impact, status, answer, by, at } = decision
      return { spec: spec.name, entry, question, options: options.map(({ id, text }) => ({ id, text })), recommendation, reversibility, impact, status, answer, by, at }
    })),
  }
}
