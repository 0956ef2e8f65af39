/** Events and runs, one line each; one run in full. */
import type { FactoryEvent } from '../../events/types.ts'
import { wallTime } from '../../events/types.ts'
import type { RunLog } from '../../inspect/logs.ts'
import { sentence } from '../../inspect/sentences.ts'
import { age, lasting } from '../ages.ts'
import { literal, oneLine } from '../literal.ts'
import { say } from '../messages.ts'
import { bold, dim, red } from '../paint.ts'

export function renderLog(events: readonly FactoryEvent[]): string {
  if (events.length === 0) return say('log.none')
  return events.map(event => `${dim(wallTime(event))}  ${`${event.writer}:${event.seq}`.padEnd(11)}  ${event.actor.padEnd(16)}  ${bold(event.stream)}  ${oneLine(sentence(event), 160)}`).join('\n')
}

export function renderRuns(runs: readonly RunLog[], full: boolean, now: Date): string {
  const [only] = runs
  if (only === undefined) return say('logs.none')
  return full ? one(only) : runs.map(run => line(run, now)).join('\n')
}

const isBad = (run: RunLog): boolean => run.outcome !== 'finished' && run.outcome !== 'running'

/** Two lines: which run, and how it went; what is unknown is left out. */
function line(run: RunLog, now: Date): string {
  const head = [run.id, run.agent.padEnd(10), run.dispatch.padEnd(9), (isBad(run) ? red : dim)(run.outcome.padEnd(9)), age(run.since, now), run.item ?? ''].join('  ').trimEnd()
  const facts = [
    run.trigger, run.model ?? run.backend, ...(run.durationMs === null ? [] : [lasting(run.durationMs)]), ...(run.toolCalls === null ? [] : [`${run.toolCalls} tool call${run.toolCalls === 1 ? '' : 's'}`]),
    ...(run.costUsd === null ? [] : [`$${run.costUsd.toFixed(2)}`]), ...(run.denied === 0 ? [] : [`${run.denied} denied`]),
  ].join(', ')
  return [head, `  ${dim(facts)}${run.reply === null ? '' : `  ${oneLine(run.reply, 100)}`}`].join('\n')
}

function one(run: RunLog): string {
  const facts = Object.entries(run).filter(([, value]) => value === null || typeof value !== 'object').filter(([key, value]) => !(typeof value === 'string' && value.includes('\n')) && key !== 'id')
  const texts = Object.entries(run).filter((entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1].includes('\n'))
  return [
    bold(run.id), ...facts.map(([key, value]) => `  ${key.padEnd(14)} ${key === 'durationMs' && typeof value === 'number' ? lasting(value) : value === null ? '-' : oneLine(String(value))}`),
    ...texts.flatMap(([key, text]) => ['', bold(key), literal(text).trimEnd()]),
  ].join('\n')
}
