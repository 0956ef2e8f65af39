/** A fire drill for people: one line a step, and how it went. */
import type { Drill, DrillStep } from '../../gc/fire-drill.ts'
import { oneLine } from '../literal.ts'
import { say } from '../messages.ts'
import { dim, green, red } from '../paint.ts'

const line = ({ number, what, status, detail }: DrillStep): string => {
  if (status === 'skipped') return dim(`— ${number}. ${what}`)
  return `${status === 'ok' ? green('✓') : red('✗')} ${number}. ${what}${detail === null ? '' : `: ${oneLine(detail, 200)}`}`
}

export const renderDrill = ({ ok, steps }: Drill): string => [
  ...steps.map(line), ok ? green(say('drill.passed')) : red(say('drill.failed', { step: `step ${steps.find(({ status }) => status === 'failed')?.number ?? 0}` })),
].join('\n')
