/** Runs for people: progress lines while they go on, one line each at the end, and what is needed. */
import type { Claim } from '../../agents/claim.ts'
import type { RunOutcome } from '../../agents/run.ts'
import type { Gate } from '../../dispatch/candidate.ts'
import type { Hint } from '../../dispatch/hints.ts'
import type { ReflectReport, RunReport } from '../../dispatch/run-command.ts'
import type { StartProgress, StartResult } from '../../dispatch/start.ts'
import { lasting } from '../ages.ts'
import { literal, oneLine } from '../literal.ts'
import { say } from '../messages.ts'
import { bold, dim, green, red, yellow } from '../paint.ts'

export const claimLine = ({ agent, dispatch, spec, research, run, model }: Claim): string =>
  `${agent.name}: ${dispatch} ${spec?.name ?? research?.name ?? ''} (${run}${model === null ? '' : `, ${model}`})`.replace('  ', ' ')

/** One line of what `start` tells while it works. */
export function progressLine(event: StartProgress): string {
  switch (event.kind) {
    case 'recovered': return say('progress.recovered', { runs: event.runs.join(', ') })
    case 'claimed': return `${event.agent}: ${event.dispatch} ${event.name} (${event.run}${event.model === null ? '' : `, ${event.model}`})`
    case 'line': return `  ${event.run}: ${oneLine(event.text)}`
    case 'ended': return runLine(event.outcome)
    case 'step': return `${event.dispatch} ${event.name}`
    case 'gate': return say('progress.gate', { kind: event.gate.kind, item: event.gate.item, reason: oneLine(event.gate.reason) })
    case 'refused': return `${event.refused.dispatch} ${event.refused.item}: ${oneLine(event.refused.error.message)}`
    case 'noticed': return say('progress.noticed', { n: event.high })
    case 'resting': return say('progress.resting', { until: event.until })
    case 'watching': return say('progress.watching')
  }
}

function runLine({ agent, run, outcome, quiet, message, durationMs }: RunOutcome): string {
  const code = outcome === 'finished' && quiet ? 'run.quiet' : `run.${outcome}` as const
  return `${say(code, { agent, run, message: oneLine(message ?? '') })} ${dim(lasting(durationMs))}`
}

const gateLines = (gates: readonly Gate[]): string[] => gates.flatMap(({ kind, item, reason, mend }) => [`  ${yellow(kind)}  ${item}  ${oneLine(reason, 160)}`, `    -> ${mend}`])
const hintLines = (next: readonly Hint[]): string[] => (next.length === 0 ? [dim(say('run.nothing-next'))] : [bold('Next'), ...next.slice(0, 3).map(one => `  -> ${one.command}`)])

/** Programs that nobody has trusted on this clone stop like a gate and are none. */
function untrustedLines({ candidates }: StartResult): string[] {
  const stops = candidates.flatMap(({ blocked }) => blocked.filter(({ code }) => code === 'untrusted'))
  const once = new Map(stops.map(({ reason, mend }) => [`${reason} ${mend}`, [`  ${yellow('untrusted')}  ${oneLine(reason, 160)}`, `    -> ${mend}`]]))
  return [...once.values()].flat()
}

const mostWaiting = 10

/** What was found and cannot be done now, although no gate holds it: each with the reason that comes first. */
function waitingLines({ candidates, refused }: StartResult): string[] {
  const declined = new Set(refused.map(({ dispatch, item }) => `${dispatch} ${item}`))
  const waiting = candidates.filter(({ dispatch, item, blocked }) => blocked.length > 0 && !declined.has(`${dispatch} ${item}`))
  const lines = waiting.slice(0, mostWaiting).flatMap(({ dispatch, name, blocked: [first] }) =>
    (first === undefined ? [] : [`  ${dispatch} ${name}: ${oneLine(first.reason, 160)}${first.until === null ? '' : ` (${first.until})`}`, `    -> ${first.mend}`]))
  return waiting.length > mostWaiting ? [...lines, dim(say('status.more', { n: waiting.length - mostWaiting }))] : lines
}

export function renderStart(result: StartResult): string {
  const { outcome, steps, gates, failures, refused } = result
  const waiting = outcome === 'idle' ? waitingLines(result) : []
  const said = say(waiting.length > 0 ? 'start.waiting' : `start.${outcome}`, { n: steps })
  return [
    outcome === 'idle' && waiting.length === 0 ? green(said) : said,
    ...waiting,
    ...(outcome === 'gated' ? [...gateLines(gates), ...untrustedLines(result)] : []),
    ...failures.map(failure => red(runLine(failure))),
    ...refused.map(({ dispatch, item, error }) => red(`${dispatch} ${item}: ${oneLine(error.message)}${error.mend === undefined ? '' : ` (${error.mend})`}`)),
  ].join('\n')
}

export function renderRun({ outcome, next }: RunReport): string {
  const reply = outcome.quiet || outcome.reply === null || outcome.reply === '' ? [] : ['', literal(outcome.reply).trimEnd(), '']
  const line = runLine(outcome)
  return [...reply, outcome.outcome === 'finished' ? line : red(line), ...hintLines(next)].join('\n')
}

export const renderReflect = ({ runs, failed, observations }: ReflectReport): string => [
  ...runs.map(runLine), ...failed.map(({ agent, why }) => red(`${agent}: ${oneLine(why)}`)),
  say('reflect.done', { n: runs.length, failed: failed.length, observations }),
].join('\n')
