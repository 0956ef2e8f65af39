/** What asks for trust on this clone, with what it would run or change. */
import { literal } from '../literal.ts'
import { say } from '../messages.ts'
import { bold, dim, green, yellow } from '../paint.ts'
import type { HeldSubject, TrustSubject } from '../trusting.ts'

export function renderTrust(subjects: readonly TrustSubject[], held: readonly HeldSubject[] = []): string {
  if (subjects.length + held.length === 0) return say('trust.none')
  return [...(subjects.length === 0 ? [] : [programs(subjects)]), ...held.map(change)].join('\n\n')
}

const change = ({ id, path, diff }: HeldSubject): string =>
  [`${yellow('held')}  ${bold(path)}`, ...diff.trimEnd().split('\n').slice(2).map(line => dim(`    ${literal(line)}`)), dim(say('trust.held', { path, id }))].join('\n')

function programs(subjects: readonly TrustSubject[]): string {
  const waiting = subjects.some(subject => !subject.trusted)
  return [...(waiting ? [say('trust.waiting'), ''] : []), ...subjects.flatMap(({ subject, trusted, runs }) => [
    `${trusted ? green('trusted') : yellow('waiting')}  ${bold(subject)}`, ...runs.flatMap(run => literal(run).split('\n').map(line => dim(`    ${line}`))),
  ])].join('\n')
}
