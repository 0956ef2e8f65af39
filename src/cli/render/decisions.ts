/** Decisions for people: question, options with the recommendation marked, answer. */
import type { DecisionView } from '../../../projections/decisions-view.ts'
import { literal, oneLine } from '../literal.ts'
import { say } from '../messages.ts'
import { bold, cyan, dim, green, yellow } from '../paint.ts'

export function renderDecisions(decisions: readonly DecisionView[], spec: string | null): string {
  if (decisions.length === 0) return spec === null ? say('decide.none') : say('decide.none-for', { spec })
  const waiting = decisions.filter(one => one.status === 'awaiting').length
  const footer = waiting === 0 ? [] : ['', say('decide.pending', { n: waiting }), dim(say('decide.how'))]
  return [...specsOf(decisions).flatMap((name, at) => [...(at === 0 ? [] : ['']), bold(name), ...decisions.filter(one => one.spec === name).flatMap(one)]), ...footer].join('\n')
}

const specsOf = (decisions: readonly DecisionView[]): string[] => [...new Set(decisions.map(one => one.spec))]

function one(decision: DecisionView): string[] {
  const { entry, question, options, recommendation, status, answer, by } = decision
  const mark = status === 'awaiting' ? yellow('PENDING ') : status === 'auto-resolved' ? cyan('AUTO    ') : green('ANSWERED')
  const tags = dim(`reversibility ${decision.reversibility}, impact ${decision.impact}`)
  const listed = options.map(option => `      (${option.id}) ${literal(option.text).split('\n').join('\n          ')}${option.id === recommendation ? green('  recommended') : ''}`)
  const advice = recommendation === null || options.some(option => option.id === recommendation) ? [] : [`      recommendation: ${literal(recommendation)}`]
  return [`  ${mark}  ${bold(entry)}  ${oneLine(question)}  ${tags}`, ...listed, ...advice, ...(answer === null ? [] : [`      answer: ${oneLine(answer)}${by === null ? '' : dim(` (${by})`)}`])]
}

interface Answered { readonly spec: string; readonly entry: string; readonly answer: string; readonly options: readonly string[] }

/** A text that is no option is an answer too, and told so: it may have been a slip. */
export const renderAnswered = ({ spec, entry, answer, options }: Answered, left: number): string =>
  [say('decide.recorded', { spec, entry, answer: oneLine(answer) }), ...(options.length === 0 || options.includes(answer.toLowerCase().replace(/^\((.*)\)$/, '$1')) ? [] : [say('decide.own-words', { options: options.join(', ') })]), left === 0 ? say('decide.all-done', { spec }) : say('decide.left', { spec, n: left })].join('\n')
