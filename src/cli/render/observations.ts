/** Observations for people, most severe first. */
import type { ObservationView } from '../../../projections/observations-view.ts'
import type { Observation } from '../../../reducers/feedback.ts'
import { age } from '../ages.ts'
import { literal, oneLine } from '../literal.ts'
import { say } from '../messages.ts'
import { bold, dim, red, yellow } from '../paint.ts'

const painted = (severity: string): string => {
  const word = severity.padEnd(8)
  return severity === 'critical' ? red(word) : severity === 'high' ? yellow(word) : word
}

export function renderObservations(observations: readonly ObservationView[], now: Date): string {
  if (observations.length === 0) return say('triage.none')
  return [bold(say('triage.header', { n: observations.length })), ...observations.flatMap(one => [
    `  ${painted(one.severity)}  ${one.file}${one.status === 'open' ? '' : dim(`  ${one.status}`)}`,
    dim(`            ${one.agent}, ${age(one.createdAt, now)}: `) + oneLine(one.text, 100),
  ])].join('\n')
}

export function renderObservation(one: Observation, now: Date): string {
  return [
    `${bold(one.slug)}  ${painted(one.severity)} ${one.status}  ${dim(`${one.agent}, ${age(one.createdAt, now)}${one.times > 1 ? `, noticed ${one.times} times` : ''}`)}`,
    '', literal(one.text), ...(one.context === '' ? [] : ['', dim(literal(one.context))]),
    ...(one.status === 'open' ? ['', dim(say('triage.how', { slug: one.slug }))] : []),
  ].join('\n')
}
