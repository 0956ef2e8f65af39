/** What a person chooses for a clone or a workspace: which backend runs the agents, and what that came from elsewhere may run here. */
import { Refusal } from '../error.ts'
import { nearest } from '../formats/nearest.ts'
import type { Decider } from './deciding.ts'
import { requirePerson } from './guards.ts'

export interface ChooseBackend {
  /** null: all agents. */
  readonly agent: string | null
  /** null: as configured. */
  readonly backend: string | null
}

export const chooseBackend: Decider<ChooseBackend> = (state, { agent, backend }, context) => {
  const { config } = context
  requirePerson(context, 'choose a backend')
  const names = Object.keys(config.backends)
  if (backend !== null && !names.includes(backend)) throw new Refusal('backend-unknown', `There is no backend ${backend}${hint(backend, names)}.`, 'name it under backends: in agents.yaml; factory backend lists those there are')
  const agents = config.agents.map(one => one.name)
  if (agent !== null && !agents.includes(agent)) throw new Refusal('agent-not-found', `There is no agent ${agent}${hint(agent, agents)}.`, `use one of ${agents.join(', ')}`)
  const chosen = state.settings.backends
  const same = backend !== null ? chosen[agent ?? '*'] === backend : agent === null ? Object.keys(chosen).length === 0 : chosen[agent] === undefined
  const workspace = state.settings.workspace
  return same || workspace === null ? [] : [{ type: 'backend.chosen', stream: `workspace/${workspace.name}`, item: workspace.item, data: { agent, backend } }]
}

const hint = (word: string, known: readonly string[]): string => {
  const near = nearest(word, known)
  return near === null ? '' : `; did you mean ${near}?`
}

export interface GrantTrust { readonly subject: string; readonly hash: string }

export const grantTrust: Decider<GrantTrust> = (state, { subject, hash }, context) => {
  requirePerson(context, 'grant trust')
  if (state.settings.trust[`${context.writer}|${subject}`] === hash) return []
  return [{ type: 'trust.granted', stream: `trust/${subject}`, data: { subject, hash } }]
}
