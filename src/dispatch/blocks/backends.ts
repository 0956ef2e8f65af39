/** Who would run it, and whether that can run now: agent and backend known, here, trusted, and not resting after faults. Pure. */
import type { Config } from '../../config/model.ts'
import type { State } from '../../../reducers/state.ts'
import { restOf } from '../backoff.ts'
import type { Block } from '../candidate.ts'
import type { Look } from '../look.ts'
import type { Offer } from '../offer.ts'
import { block } from './holds.ts'

/** The backend an agent would run on: what was chosen for it, for all, or what the configuration says. */
export function backendNameOf(state: State, config: Config, agent: string): string | null {
  return state.settings.backends[agent] ?? state.settings.backends['*'] ?? config.agents.find(({ name }) => name === agent)?.backend ?? null
}

export function agentMissing(offer: Offer, { config }: Look): Block | null {
  if (offer.agent === null || config.agents.some(({ name }) => name === offer.agent)) return null
  return block('backend', `there is no agent named ${offer.agent} in agents.yaml`, 'factory config edit')
}

export function backendMissing(offer: Offer, { state, config, local }: Look): Block | null {
  const name = offer.agent === null ? undefined : backendNameOf(state, config, offer.agent)
  if (name === undefined) return null
  if (name === null) return block('backend', `no backend is configured for ${offer.agent ?? ''}`, Object.keys(config.backends).length === 0 ? 'factory config edit names one, under backends and defaults' : 'factory backend NAME')
  const here = Object.hasOwn(local.backends, name) ? local.backends[name] : undefined
  return here === 'ok' ? null : block('backend', here ?? `there is no backend named ${name}`, 'factory doctor')
}

export function backendUntrusted(offer: Offer, { state, config, local }: Look): Block | null {
  const name = offer.agent === null ? null : backendNameOf(state, config, offer.agent)
  if (name === null || !Object.hasOwn(config.backends, name) || local.trusted(`backend:${name}`)) return null
  return block('untrusted', `the backend ${name} came from another clone and is not trusted here`, 'factory trust agents.yaml')
}

export function backendResting(offer: Offer, { state, config, now }: Look): Block | null {
  const name = offer.agent === null ? null : backendNameOf(state, config, offer.agent)
  const rest = name === null ? undefined : restOf(state.runs.backends[name])
  if (name === null || rest === undefined || rest === null || (rest.until !== null && rest.until <= now)) return null
  const reason = rest.until === null ? `the backend ${name} failed ${rest.faults} times in a row` : `the backend ${name} rests after a fault (${rest.faults} in a row)`
  return block('backend', reason, rest.until === null ? `factory doctor, then ${offer.command}` : 'factory doctor', rest.until)
}

/** The kernel runs what a spec calls its criteria: those of another clone wait for a person here. */
export function criteriaUntrusted(offer: Offer, { local }: Look): Block | null {
  if (offer.dispatch !== 'verify' || local.trusted(`criteria:${offer.name}`)) return null
  return block('untrusted', `the criteria of ${offer.name} came from another clone and are not trusted here`, 'factory trust')
}
