/** What a replay wrote or found, and what changed between two points. */
import type { Comparison } from '../../inspect/compare.ts'
import type { Replayed } from '../../inspect/replay.ts'
import { say } from '../messages.ts'
import { bold, dim, green, red } from '../paint.ts'

export function renderReplay({ position, files, written, drift }: Replayed, asked: { readonly out: string | null; readonly verify: boolean }): string {
  const { events } = position
  const did = asked.out === null ? say('replay.at', { n: files, events }) : say('replay.written', { n: written, dir: asked.out, events })
  if (!asked.verify) return did
  const found = drift.length === 0 ? [green(say('replay.same', { n: files }))] : [red(say('replay.drift', { n: drift.length })), ...drift.map(({ path, kind }) => `  ${kind.padEnd(10)} ${path}`)]
  return [...(asked.out === null ? [] : [did]), ...found].join('\n')
}

type Stand = Comparison['items'][number]['from']
const stand = (one: Stand): string => (one === null ? '-' : `${one.stage}${one.attempt > 0 ? ` (attempt ${one.attempt})` : ''}`)

export function renderComparison({ from, to, items, decisions, files, spend }: Comparison): string {
  const listed = [
    ...items.map(({ name, from: before, to: after }) => `  ${bold(name)}  ${stand(before)} -> ${stand(after)}`),
    ...decisions.map(one => `  decision ${one.entry}: ${one.from ?? '-'} -> ${one.to}`),
    ...files.added.map(path => green(`  + ${path}`)), ...files.changed.map(path => `  ~ ${path}`), ...files.removed.map(path => red(`  - ${path}`)),
  ]
  const spent = spend.runs === 0 ? [] : [dim(`${spend.runs} run${spend.runs === 1 ? '' : 's'}, ${spend.usd === null ? 'cost unknown' : `$${spend.usd.toFixed(2)}`}${spend.runsOfUnknownCost > 0 ? ` (${spend.runsOfUnknownCost} of unknown cost)` : ''}`)]
  return [`${from.point} (${from.events} events) -> ${to.point} (${to.events} events)`, ...(listed.length === 0 ? [say('compare.same')] : listed), ...spent].join('\n')
}
