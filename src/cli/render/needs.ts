/** Needs for people, by category, oldest first. */
import type { NeedView } from '../../../projections/needs-view.ts'
import { age } from '../ages.ts'
import { oneLine } from '../literal.ts'
import { say } from '../messages.ts'
import { bold, dim } from '../paint.ts'

const titles: Readonly<Record<string, string>> = {
  'permission-change': 'Permission changes', 'config-edit': 'Configuration edits', 'manual-intervention': 'Manual interventions', approval: 'Approvals',
}

export function renderNeeds(needs: readonly NeedView[], now: Date): string {
  if (needs.length === 0) return say('needs.none')
  const open = needs.filter(need => need.status === 'open').length
  const categories = [...Object.keys(titles), ...needs.map(need => need.category)].filter((name, at, all) => all.indexOf(name) === at)
  return [
    bold(say('needs.header', { n: open })),
    ...categories.flatMap(category => group(titles[category] ?? category, needs.filter(need => need.category === category), now)),
    '', dim(say('needs.how')),
  ].join('\n')
}

function group(title: string, needs: readonly NeedView[], now: Date): string[] {
  if (needs.length === 0) return []
  const sorted = [...needs].sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1))
  return ['', bold(title), ...sorted.flatMap(need => entry(need, now))]
}

function entry(need: NeedView, now: Date): string[] {
  const status = need.status === 'open' ? '' : `, ${need.status}`
  return [`  ${bold(need.id)}  ${dim(`${need.agent}, ${age(need.createdAt, now)}${status}`)}`, `    ${oneLine(need.blocked, 400) || '(no description)'}`, ...(need.context === '' ? [] : [dim(`    ${oneLine(need.context, 400)}`)])]
}
