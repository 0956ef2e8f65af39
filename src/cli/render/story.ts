/** A causal story, oldest first, and what it cost. */
import type { Story } from '../../inspect/why.ts'
import { oneLine } from '../literal.ts'
import { say } from '../messages.ts'
import { bold, dim } from '../paint.ts'

export function renderStory({ subject, lines, cost }: Story): string {
  const spent = cost.runs === 0 ? [] : ['', dim(costLine(cost))]
  return [`${bold(subject.name)}  ${dim(subject.kind)}`, '', ...lines.map(line => {
    const where = line.stream === `${subject.kind}/${subject.name}` ? '' : dim(`  [${line.stream}]`)
    return `${dim(line.at)}  ${line.actor.padEnd(16)}  ${oneLine(line.text, 240)}${where}${dim(`  ${line.id}`)}`
  }), ...spent].join('\n')
}

function costLine({ runs, usd, tokens, runsOfUnknownCost }: Story['cost']): string {
  const counted = say('cost.runs', { n: runs })
  if (runsOfUnknownCost === runs) return `${counted}${say('cost.unknown')}`
  return `${counted}, $${(usd ?? 0).toFixed(2)}, ${tokens ?? 'unknown'} tokens${runsOfUnknownCost === 0 ? '' : say('status.spend-unknown', { n: runsOfUnknownCost })}`
}
