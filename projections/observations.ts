/** `specs/factory-internal/TIME-SEVERITY-SLUG.md`: one file an observation, as triage shows it. */
import type { Observation } from '../reducers/feedback.ts'
import type { State } from '../reducers/state.ts'
import type { FolderProjection } from './projection.ts'
import { blocks, fields } from './text.ts'

const folder = 'specs/factory-internal/'

export const observationFiles: FolderProjection = {
  kind: 'observation',
  units: state => Object.keys(state.feedback.observations),
  files: (state, id) => {
    const observation = state.feedback.observations[id as Observation['id']]
    return observation === undefined ? [] : [{ path: uniquePath(state, observation), text: observationText(observation) }]
  },
}

/** Where an observation is shown, as the event names it. */
export const observationPath = ({ file }: Pick<Observation, 'file'>): string => {
  const name = file.slice(file.lastIndexOf('/') + 1)
  return `${folder}${name.endsWith('.md') ? name : `${name}.md`}`
}

/** Two clones may have made the same file name in the same minute: the later one carries its id. */
function uniquePath(state: State, observation: Observation): string {
  const path = observationPath(observation)
  return firstOf(state).get(observation.file) === observation.id ? path : path.replace(/\.md$/, `~${observation.id.replace(':', '-')}.md`)
}

interface Known { readonly events: number; readonly first: ReadonlyMap<string, string> }
/** Remembered for as long as nothing is folded: asking each observation for all others would cost their square. */
const remembered = new WeakMap<State['feedback']['observations'], Known>()

function firstOf({ events, feedback: { observations } }: State): ReadonlyMap<string, string> {
  const known = remembered.get(observations)
  if (known?.events === events) return known.first
  const first = new Map<string, string>()
  for (const { file, id } of Object.values(observations)) if (!first.has(file)) first.set(file, id)
  remembered.set(observations, { events, first })
  return first
}

function observationText(observation: Observation): string {
  return blocks([
    `# ${observation.slug}`,
    fields([
      ['severity', observation.severity], ['status', observation.status], ['created', observation.createdAt], ['source-agent', observation.agent],
      ['source-type', 'needs-promotion'], ['times', observation.times > 1 ? String(observation.times) : null],
      ['stops', observation.stops.length === 0 ? null : observation.stops.join(', ')],
      ['promoted_to', observation.promotedTo === null ? null : `specs/inbox/${observation.promotedTo.name}.md`],
      [observation.status === 'dismissed' ? 'dismissed_at' : 'promoted_at', observation.closedAt],
      ['dismissed_reason', observation.reason],
    ]),
    '## Observation',
    observation.text.trim(),
    observation.context.trim() === '' ? null : `## Context\n\n${observation.context.trim()}`,
  ])
}
