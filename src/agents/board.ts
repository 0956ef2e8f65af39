/**
 * How things stand, in a few lines, for agents that look after the whole (reflection, heartbeats): names by stage, what waits for
 * people, what went wrong of late. Pure.
 */
import type { Config } from '../config/model.ts'
import { stages } from '../../reducers/reducing.ts'
import type { State } from '../../reducers/state.ts'

const most = 20

const names = (all: readonly string[]): string => (all.length <= most ? all.join(', ') : `${all.slice(0, most).join(', ')} and ${all.length - most} more`)

export function boardText(state: State, config: Pick<Config, 'agents'>, agent: string): string {
  const specs = Object.values(state.specs.byId)
  const pipeline = stages.flatMap(stage => {
    const here = specs.filter(spec => spec.stage === stage).map(spec => spec.name)
    return here.length === 0 || stage === 'documented' || stage === 'withdrawn' ? [] : [`- ${stage}: ${names(here)}`]
  })
  const research = Object.values(state.research.byId).filter(request => request.status === 'requested').map(request => request.name)
  const needs = Object.values(state.feedback.needs).filter(need => need.status === 'open')
  const observations = Object.values(state.feedback.observations).filter(observation => observation.status === 'open')
  const decisions = Object.values(state.decisions.byId).filter(decision => decision.status === 'awaiting')
  return [
    '# Board', '', 'Pipeline', ...(pipeline.length === 0 ? ['- empty'] : pipeline),
    ...(research.length === 0 ? [] : [`- research waiting: ${names(research)}`]),
    ...(decisions.length === 0 ? [] : [`- decisions waiting for a person: ${names([...new Set(decisions.map(decision => state.specs.byId[decision.spec]?.name ?? decision.spec))])}`]),
    '', 'Agents', ...config.agents.map(({ name }) => {
      const last = state.runs.last[name]
      return `- ${name}: ${last === undefined ? 'never run' : `last run ${last.outcome} at ${last.at} (${last.dispatch})`}`
    }),
    '', `Open needs of ${agent}`, ...listed(needs.filter(need => need.agent === agent).map(need => `- ${need.key} (${need.category}, since ${need.createdAt}): ${need.blocked}`)),
    '', 'Open observations', ...listed(observations.map(observation => `- ${observation.slug} (${observation.severity}, by ${observation.agent})`)), '',
  ].join('\n')
}

const listed = (lines: readonly string[]): readonly string[] => (lines.length === 0 ? ['- none'] : lines.slice(0, most))
