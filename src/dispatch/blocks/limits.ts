/** What a number stops: rebuilds, fruitless runs, rounds of planning, checkpoints, money, promotions a day. Pure. */
import { budgetBlock } from '../../deciders/budgets.ts'
import { overLimit } from '../../deciders/rebuilds.ts'
import { appOf, nextStep } from '../app-graph.ts'
import type { Block } from '../candidate.ts'
import { factsOf } from '../facts.ts'
import type { Look } from '../look.ts'
import type { Offer } from '../offer.ts'
import { block, specOf } from './holds.ts'

export function retryLimit(offer: Offer, look: Look): Block | null {
  const spec = specOf(offer, look)
  if (offer.dispatch !== 'rebuild' || spec === undefined) return null
  if (!overLimit(spec, look.config)) return null
  const rebuilds = spec.attempt - 1
  return block('retry-limit', `${rebuilds} rebuild${rebuilds === 1 ? '' : 's'} did not mend it`, `factory rebuild ${spec.name} --override-limit`)
}

export function noProgress(offer: Offer, { config }: Look): Block | null {
  if (offer.tries < config.limits.noProgress) return null
  const mend = offer.spec === null ? offer.command : `factory decide ${offer.name} --entry no-progress --answer retry`
  return block('no-progress', `${offer.tries} runs of ${offer.dispatch} in a row brought ${offer.name} no further`, mend)
}

export function planning(offer: Offer, look: Look): Block | null {
  const spec = specOf(offer, look)
  if (spec === undefined || (offer.dispatch !== 'plan' && offer.dispatch !== 'execute')) return null
  const next = nextStep(spec, appOf(spec, look.config) ?? null, look.config.limits)
  if (next.kind === 'rounds') return block('retry-limit', `the plan was sent back in ${next.rounds} rounds`, `factory decide ${spec.name} --entry retry-limit --answer retry`)
  if (next.kind !== 'checkpoint') return null
  const { id, type, title } = next.checkpoint
  return block('plan-checkpoint', `checkpoint ${id} (${type}): ${title}`, `factory decide ${spec.name} --entry ${id} --answer TEXT`)
}

export function budget(offer: Offer, look: Look): Block | null {
  const { agent, project, spec } = offer
  if (agent === null) return null
  const { budgets } = factsOf(look)
  // Only what some budget counts by makes a difference, so that a thousand specs of as many projects ask once.
  const by = (prefix: string): boolean => look.config.limits.budgets.some(({ scope }) => scope.startsWith(prefix))
  const key = JSON.stringify([by('agent:') ? agent : null, by('project:') ? project : null, by('spec') ? spec : spec !== null])
  const stop = budgets.has(key) ? budgets.get(key) ?? null : budgetBlock(look.state, look.config, { agent, project, spec, at: look.now })
  budgets.set(key, stop)
  return stop === null ? null : block('budget', stop.reason, 'factory config edit', stop.until)
}

const dayMs = 24 * 60 * 60 * 1000

export function promotionsToday(offer: Offer, { state, config, now }: Look): Block | null {
  if (offer.dispatch !== 'promote') return null
  const recent = state.settings.promotions.filter(at => Date.parse(now) - Date.parse(at) < dayMs).sort()
  const [oldest] = recent.slice(-config.limits.promotePerDay)
  if (recent.length < config.limits.promotePerDay || oldest === undefined) return null
  return block('waiting', `${config.limits.promotePerDay} observations were promoted within a day`, offer.command, new Date(Date.parse(oldest) + dayMs).toISOString())
}
