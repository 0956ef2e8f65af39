/** A causal story, oldest first, and what it cost. */
import type { Story } from '../../inspect/why.ts'
import { oneLine } from '../literal.ts'
import { bold, dim } from '../paint.ts'

export function renderStory({ subject, lines, cost }: Story): string {
  const spent = cost.runs === 0 ? [] : ['', dim(`${cost.runs} run${cost.runs === 1 ? '' : 's'}, $${cost.usd.toFixed(2)}, ${cost.tokens} tokens${cost.runsOfUnknownCost > 0 ? `, ${cost.runsOfUnknownCost} of unknown cost` : ''}`)]
  return [`${bold(subject.name)}  ${dim(subject.kind)}`, '', ...lines.map(line => {
    const where = line.stream === `${subject.kind}/${subject.name}` ? '' : dim(`  [${line.stream}]`)
    return `${dim(line.at)}  ${line.actor.padEnd(16)}  ${oneLine(line.text, 240)}${where}${dim(`  ${line.id}`)}`
  }), ...spent].join('\n')
}
