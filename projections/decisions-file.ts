/**
 * `tasks/decisions/N.md`: the questions of a spec, with options and answers. Rendered in the entry-block format, so that the file can
 * be read again: a person answers by writing behind `- answer:`.
 */
import type { Decision } from '../reducers/decisions.ts'
import type { Unparsed } from '../reducers/feedback.ts'
import type { Spec } from '../reducers/spec.ts'
import type { State } from '../reducers/state.ts'
import { blocks, byText, fields, indented, oneLine, quoted } from './text.ts'

/** The decisions of a spec, by entry: 7.2 before 7.10. */
export const decisionsOf = (state: State, spec: Spec): readonly Decision[] =>
  (state.decisions.bySpec[spec.id] ?? []).flatMap(id => state.decisions.byId[id] ?? []).sort((a, b) => compareEntries(a.entry, b.entry))

/** Numbers inside entry ids count as numbers. */
export function compareEntries(a: string, b: string): number {
  const [left, right] = [a.split('.'), b.split('.')]
  for (const [index, part] of left.entries()) {
    const other = right[index]
    if (other === undefined) return 1
    const numeric = /^\d+$/.test(part) && /^\d+$/.test(other) ? Number(part) - Number(other) : byText(part, other)
    if (numeric !== 0) return numeric
  }
  return left.length - right.length
}

/** The text of the file, or null where the spec asks nothing and nothing of it was unreadable. */
export function decisionsText(state: State, spec: Spec): string | null {
  const decisions = decisionsOf(state, spec)
  const unread = state.feedback.unparsed[`spec/${spec.name}`] ?? []
  if (decisions.length === 0 && unread.length === 0) return null
  return blocks([
    `# Decisions: ${spec.name}`,
    `<!-- To answer, write it behind the word "answer" of its entry, or: factory decide ${spec.name} --entry ID --answer TEXT -->`,
    unreadText(unread),
    ...decisions.map(entryText),
  ])
}

/** What could not be read, as a quotation: never taken for an entry. */
export function unreadText(unread: readonly Unparsed[]): string | null {
  if (unread.length === 0) return null
  return ['> **Could not be read**', '>', ...unread.map(({ line, message }) => `> - line ${line}: ${oneLine(message)}`)].join('\n')
}

function entryText(decision: Decision): string {
  const answered = decision.answer !== null
  return blocks([
    `## ${decision.entry} ${oneLine(decision.question)}`.trim(),
    fields([
      ['status', decision.status], ['reversibility', decision.reversibility], ['impact', decision.impact],
      ['answer', decision.answer ?? ''], ['by', answered ? decision.by : null], ['at', answered ? decision.at : null],
    ]),
    decision.options.length === 0 ? null : ['**Options:**', '', ...decision.options.map(({ id, text }) => `- **(${id})** ${indented(text)}`)].join('\n'),
    decision.recommendation === null ? null : `**Recommendation:** ${recommended(decision)}`,
    decision.context === '' ? null : `**Context:**\n\n${quoted(decision.context)}`,
  ]).trimEnd()
}

const recommended = ({ recommendation, options }: Decision): string =>
  (options.some(({ id }) => id === recommendation) ? `(${recommendation ?? ''})` : oneLine(recommendation ?? ''))
