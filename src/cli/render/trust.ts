/** What asks for trust on this clone, with what it would run. */
import { literal } from '../literal.ts'
import { say } from '../messages.ts'
import { bold, dim, green, yellow } from '../paint.ts'
import type { TrustSubject } from '../trusting.ts'

export function renderTrust(subjects: readonly TrustSubject[]): string {
  if (subjects.length === 0) return say('trust.none')
  const waiting = subjects.some(subject => !subject.trusted)
  return [...(waiting ? [say('trust.waiting'), ''] : []), ...subjects.flatMap(({ subject, trusted, runs }) => [
    `${trusted ? green('trusted') : yellow('waiting')}  ${bold(subject)}`, ...runs.flatMap(run => literal(run).split('\n').map(line => dim(`    ${line}`))),
  ])].join('\n')
}
