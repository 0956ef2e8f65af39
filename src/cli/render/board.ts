/** The board: agents, pipeline, runs, gates, what was noticed, spend, next. Only what there is gets a section. */
import type { StatusView } from '../../../projections/status.ts'
import { age } from '../ages.ts'
import { oneLine } from '../literal.ts'
import { say } from '../messages.ts'
import { bold, cyan, dim, green, red, yellow } from '../paint.ts'

const shownStages = ['inbox', 'drafting', 'ready', 'planning', 'building', 'review', 'verified', 'failed', 'resolved', 'documented'] as const
const quietStages: ReadonlySet<string> = new Set(['resolved', 'documented'])

export function renderBoard(view: StatusView, now: Date, project: string | null): string {
  return [
    ...(view.paused ? [yellow(say('status.paused')), ''] : []),
    `${bold('Factory')}  ${view.workspace}${project === null ? '' : `  project ${bold(project)}`}  ${dim(`${view.position.events} events, wall ${view.wall}`)}`,
    ...section('Agents', view.agents.map(agent => agentLine(agent, now))),
    ...section('Pipeline', pipeline(view)),
    ...section('Runs', view.runs.map(run => `  ${run.id}  ${run.agent}  ${run.dispatch}  ${run.item ?? ''}  ${dim(age(run.since, now))}`)),
    ...section('Gates', view.gates.map(gate => `  ${yellow(gate.kind)}  ${gate.item}  ${oneLine(gate.reason, 120)}${gate.until === null ? '' : dim(`  until ${gate.until}`)}\n    ${dim('->')} ${gate.mend}`)),
    ...section('Attention', attention(view, now)),
    ...section('Next', next(view)),
    ...spend(view),
  ].join('\n')
}

const section = (title: string, lines: readonly string[]): string[] => (lines.length === 0 ? [] : ['', bold(title), ...lines])

function agentLine(agent: StatusView['agents'][number], now: Date): string {
  const { lastRun } = agent
  const failing = lastRun !== null && lastRun.outcome !== 'finished' && lastRun.outcome !== 'cancelled'
  const dot = failing ? red('●') : lastRun === null ? dim('○') : green('●')
  const when = lastRun === null ? dim('never') : `${age(lastRun.at, now)}${failing ? red(`  ${lastRun.outcome}`) : ''}${agent.idle ? dim('  (idle)') : ''}`
  return `  ${dot} ${agent.name.padEnd(12)} ${dim(`${agent.backend ?? 'no backend'}${agent.model === null ? '' : `/${agent.model}`}`.padEnd(18))} ${when}`
}

function pipeline(view: StatusView): string[] {
  const lines = shownStages.flatMap(stage => {
    const specs = view.stages[stage]
    if (specs.length === 0) return []
    const names = specs.slice(0, 3).map(spec => (spec.attempt > 1 ? `${spec.name} (attempt ${spec.attempt})` : spec.name)).join(', ')
    const line = `  ${quietStages.has(stage) ? dim('▸') : cyan('▸')} ${stage.padEnd(11)} ${String(specs.length).padStart(3)}  ${names}${specs.length > 3 ? ` (+${specs.length - 3})` : ''}`
    return [line]
  })
  return lines.length === 0 ? [`  ${say('status.empty')}`] : lines
}

function attention(view: StatusView, now: Date): string[] {
  const { critical, high, low } = view.observations
  const { awaiting, autoResolved } = view.decisions
  return [
    ...(awaiting === 0 ? [] : [yellow(`  ${say('status.decisions', { n: awaiting })}`)]),
    ...(autoResolved === 0 ? [] : [dim(`  ${say('status.auto-resolved', { n: autoResolved })}`)]),
    ...(view.needs === 0 ? [] : [yellow(`  ${say('status.needs', { n: view.needs })}`)]),
    ...(critical + high + low === 0 ? [] : [(critical > 0 ? red : dim)(`  ${say('status.observations', { critical, high, low })}`)]),
    ...denials(view, now),
    ...view.unparsed.slice(0, 5).map(one => yellow(`  ${oneLine(say('status.unparsed', one), 200)}`)),
    ...(view.unrecorded.length === 0 ? [] : [`  ${say('status.unrecorded', { n: view.unrecorded.length })}`, ...view.unrecorded.slice(0, 5).map(one => dim(`    ${one.change} ${one.path}`))]),
    ...view.problems.slice(0, 10).map(problem => red(`  ${oneLine(problemText(problem), 200)}`)),
  ]
}

const dayMs = 86_400_000

/** What was denied of late; the whole list is in the audit. */
function denials({ denied: { latest } }: StatusView, now: Date): string[] {
  const recent = latest.filter(one => now.getTime() - Date.parse(one.at) < dayMs)
  const last = recent.toSorted((a, b) => (a.at < b.at ? -1 : 1)).at(-1)
  return last === undefined ? [] : [yellow(`  ${oneLine(say('status.denied', { n: recent.length, agent: last.agent, path: last.path }), 200)}`)]
}

/** Damage of the log says where and what; a problem of the configuration its file and line. */
function problemText(problem: unknown): string {
  if (typeof problem !== 'object' || problem === null) return String(problem)
  return Object.values(problem).filter(part => typeof part === 'string' || typeof part === 'number').join(' ')
}

function next(view: StatusView): string[] {
  if (view.next.length === 0) return [`  ${say('nothing-to-do')}`]
  const rest = view.next.length > 3 ? [dim(`  ${say('status.more', { n: view.next.length - 3 })}`)] : []
  return [...view.next.slice(0, 3).map(one => `  ${one.ready ? green('->') : yellow('..')} ${one.command}${one.ready ? '' : dim(`  (${one.blockedBy.join(', ')})`)}`), ...rest]
}

function spend(view: StatusView): string[] {
  const { usd, runs, runsOfUnknownCost } = view.spend.today
  if (runs === 0) return []
  const unknown = runsOfUnknownCost > 0 ? say('status.spend-unknown', { n: runsOfUnknownCost }) : ''
  return ['', dim(`${say('status.spend', { usd: usd === null ? 'unknown' : `$${usd.toFixed(2)}`, n: runs })}${unknown}`)]
}
