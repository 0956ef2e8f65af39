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

/** Two clones may have made the same file name in the same minute: the later one carries its writer. */
function uniquePath(state: State, observation: Observation): string {
  const path = observationPath(observation)
  const { feedback: { observations } } = state
  for (const other of Object.values(observations)) {
    if (other.id === observation.id) return path
    if (observationPath(other) === path) return path.replace(/\.md$/, `~${observation.id.replace(':', '-')}.md`)
  }
  return path
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
