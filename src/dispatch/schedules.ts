/**
 * Heartbeats of agents, from their cron expressions. What is due is claimed by a `schedule.fired` event in the same transaction as the
 * run, so one due time fires once, whoever looks first; what was missed meanwhile fires once, not once for each time. Pure.
 */
import { Cron } from 'croner'
import type { AgentConfig, Config } from '../config/model.ts'
import type { Draft } from '../events/types.ts'
import type { State } from '../../reducers/state.ts'
import type { Dispatcher, Offer } from './offer.ts'
import { otherOffer } from './offer.ts'

export interface DueSchedule { readonly agent: string; readonly due: string }

/** Agents whose heartbeat is due at `now`. `baseline`: from when on schedules count that never fired. */
export function dueSchedules(state: State, config: Config, now: string, baseline: string): readonly DueSchedule[] {
  return config.agents.flatMap(agent => {
    const due = dueTime(agent, state.settings.fired[agent.name] ?? baseline, now)
    return due === null ? [] : [{ agent: agent.name, due }]
  })
}

function dueTime({ heartbeat }: AgentConfig, last: string, now: string): string | null {
  if (heartbeat === null) return null
  const cron = new Cron(heartbeat, { paused: true })
  const next = cron.nextRun(new Date(last))
  if (next === null || next.toISOString() > now) return null
  const [latest] = cron.previousRuns(1, new Date(now))
  return (latest !== undefined && latest > next && latest.toISOString() <= now ? latest : next).toISOString()
}

export const firing = ({ agent, due }: DueSchedule): Draft => ({ type: 'schedule.fired', stream: `schedule/${agent}`, data: { agent, due } })

/** A run of an agent about nothing in particular, for the filters. */
export function freeOffer(agent: string, dispatch: 'heartbeat' | 'reflect', command: string, since: string): Offer {
  const dispatcher: Dispatcher = { name: dispatch, agent, downstream: 10, offer: () => [] }
  return otherOffer(dispatcher, { id: `${agent}:0`, stream: `agent/${agent}`, name: agent, since }, { command, subject: null })
}

/** An agent whose last heartbeat still runs is not woken again. */
export const isBeating = (state: State, agent: string): boolean => Object.values(state.runs.live).some(run => run.agent === agent && run.dispatch === 'heartbeat')
