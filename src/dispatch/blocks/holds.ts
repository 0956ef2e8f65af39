/** What holds an item until somebody answers: pauses, conflicts, questions, research, critical observations, an earlier revision. Pure. */
import { findSpec, isWaiting } from '../../../reducers/spec-names.ts'
import type { Spec } from '../../../reducers/spec.ts'
import type { Block } from '../candidate.ts'
import { factsOf } from '../facts.ts'
import type { Look } from '../look.ts'
import type { Offer } from '../offer.ts'
import { appOf } from '../app-graph.ts'

export const specOf = (offer: Offer, { state }: Look): Spec | undefined => (offer.spec === null ? undefined : state.specs.byId[offer.spec])
export const block = (code: Block['code'], reason: string, mend: string, until: string | null = null): Block => ({ code, reason, until, mend })

export function paused(offer: Offer, look: Look): Block | null {
  if (look.state.settings.paused) return block('paused', 'the whole workspace is paused', 'factory pause --off')
  const held = specOf(offer, look)?.paused ?? (offer.subject === null ? false : look.state.research.byId[offer.subject]?.paused ?? false)
  return held ? block('paused', `${offer.name} is paused`, `factory pause ${offer.stream} --off`) : null
}

export function conflict(offer: Offer, look: Look): Block | null {
  if (specOf(offer, look)?.conflict === null || specOf(offer, look) === undefined) return null
  return block('conflict', `two clones moved ${offer.name} without knowing of each other`, `factory decide ${offer.name} --entry conflict --answer keep`)
}

export function decisions(offer: Offer, look: Look): Block | null {
  const open = openDecisions(look, offer.spec)
  if (open.length === 0) return null
  const [first] = open
  return block('decision', open.length === 1 && first !== undefined ? `question ${first.entry} waits for an answer` : `${open.length} questions wait for an answer`, `factory decide ${offer.name}`)
}

export const openDecisions = ({ state }: Look, spec: Offer['spec']) =>
  spec === null ? [] : (state.decisions.bySpec[spec] ?? []).flatMap(id => state.decisions.byId[id] ?? []).filter(({ status }) => status === 'awaiting')

const needsBriefs: ReadonlySet<string> = new Set(['draft', 'advance', 'plan', 'validate', 'build', 'execute'])

export function research(offer: Offer, look: Look): Block | null {
  if (offer.spec === null || !needsBriefs.has(offer.dispatch)) return null
  const open = factsOf(look).researchOf.get(offer.spec) ?? []
  const [first] = open
  return first === undefined ? null : block('research', `waits for research: ${open.map(({ name }) => name).join(', ')}`, `factory run researcher ${first.name}`)
}

export function observation(offer: Offer, look: Look): Block | null {
  const stopper = factsOf(look).critical.find(({ stops }) => stops.length === 0 || stops.some(named => namesOf(offer).includes(named)))
  return stopper === undefined ? null : block('observation', `a critical observation stops ${stopper.stops.length === 0 ? 'everything' : offer.name}: ${stopper.slug}`, `factory triage ${stopper.file}`)
}

/** The ways in which an observation may name what it stops. */
const namesOf = ({ name, stream, project, agent }: Offer): readonly string[] => [
  name, stream, ...(project === null ? [] : [project, `project/${project}`]), ...(agent === null ? [] : [agent, `agent/${agent}`, `agent:${agent}`]),
]

export function waiting(offer: Offer, look: Look): Block | null {
  const spec = specOf(offer, look)
  if (spec === undefined) return null
  if (isWaiting(look.state.specs, spec)) {
    const earlier = findSpec(look.state.specs, spec.name)
    return block('waiting', `an earlier revision of ${spec.name} is ${earlier?.stage ?? 'in work'}`, `factory why ${spec.name}`)
  }
  if (appOf(spec, look.config) === undefined) return block('waiting', `${spec.name} names the app ${spec.fields.app ?? ''}, which is not in apps/`, 'factory apps')
  return null
}
