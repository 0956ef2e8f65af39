/**
 * `memory/<agent>/needs.md`: what an agent waits for and what it noticed, as recorded, in the block format that it writes itself. So it
 * sees which requests were taken, what became of them, and what could not be read.
 */
import type { Doc } from '../src/events/types.ts'
import type { Need, Observation } from '../reducers/feedback.ts'
import type { State } from '../reducers/state.ts'
import { unreadText } from './decisions-file.ts'
import { observationPath } from './observations.ts'
import type { FolderProjection } from './projection.ts'
import { blocks, byText, fields, indented } from './text.ts'

/** Needs that no agent wrote have no file; `factory needs` shows them. */
const withoutFile: ReadonlySet<string> = new Set(['kernel', 'gc', 'unknown'])
const needsPath = /^memory\/([^/]+)\/needs\.md$/

/** Of what is closed the file keeps the newest: it is read by its agent in every run. */
const mostClosed = 50

export const needsFile = (agent: string): string => `memory/${agent}/needs.md`
/** Whose needs a path holds, or null. */
export const agentOfNeeds = (path: string): string | null => needsPath.exec(path)?.[1] ?? null

export const needsFiles: FolderProjection = {
  kind: 'needs',
  units: state => [...new Set([
    ...Object.values(state.feedback.needs).map(need => need.agent),
    ...Object.values(state.feedback.observations).map(observation => observation.agent),
    ...[...Object.keys(state.feedback.unparsed), ...Object.keys(state.library.byPath)].flatMap(path => agentOfNeeds(path) ?? []),
  ])].filter(agent => isFolderName(agent) && !withoutFile.has(agent)),
  files: (state, agent) => {
    if (withoutFile.has(agent) || !isFolderName(agent)) return []
    const path = needsFile(agent)
    const text = needsText(state, agent)
    const written = writtenBy(state, path)
    if (text !== null) return [{ path, text }]
    return written === null ? [] : [{ path, doc: written }]
  },
}

const isFolderName = (agent: string): boolean => /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(agent)

/** What the agent wrote, shown as it is while no entry of it was taken. */
function writtenBy(state: State, path: string): Doc | null {
  const shelved = Object.hasOwn(state.library.byPath, path) ? state.library.byPath[path] : undefined
  return shelved === undefined || shelved.removed ? null : shelved.doc
}

function needsText(state: State, agent: string): string | null {
  const needs = Object.values(state.feedback.needs).filter(need => need.agent === agent)
  const observations = Object.values(state.feedback.observations).filter(observation => observation.agent === agent)
  const unread = state.feedback.unparsed[needsFile(agent)] ?? []
  if (needs.length + observations.length + unread.length === 0) return null
  const entries = [
    ...needs.map(need => ({ at: need.createdAt, id: need.id, open: need.status === 'open', text: () => needEntry(need) })),
    ...observations.map(observation => ({ at: observation.createdAt, id: observation.id, open: observation.status === 'open', text: () => observationEntry(observation) })),
  ].sort((a, b) => byText(a.at, b.at) || byText(a.id, b.id))
  const closed = new Set(entries.filter(entry => !entry.open).slice(-mostClosed))
  return blocks([
    `Needs and observations of ${agent}, as recorded. Add entries below; people answer needs with: factory needs --resolve ID`,
    unreadText(unread),
    ...entries.filter(entry => entry.open || closed.has(entry)).map(entry => entry.text()),
  ])
}

function needEntry(need: Need): string {
  const { change } = need
  const shown = change?.value ?? null
  return blocks([
    `## ${need.key}`,
    fields([
      ['status', need.status], ['created', need.createdAt], ['category', need.category], ['blocked', need.blocked],
      ['context', need.context === '' ? null : need.context],
      ['change-class', change?.class ?? null], ['target', change?.target ?? null], ['from', change?.from ?? null], ['to', change?.to ?? null], ['value', shown],
      ['not-applied', need.refused],
      ['resolved_at', need.resolvedAt], ['resolved_by', need.resolvedBy], ['note', need.note === '' ? null : need.note],
    ]),
  ]).trimEnd()
}

function observationEntry(observation: Observation): string {
  return blocks([
    `## ${observation.slug}`,
    fields([
      ['status', 'promoted'], ['created', observation.createdAt], ['category', 'observation'], ['severity', observation.severity],
      ['stops', observation.stops.length === 0 ? null : observation.stops.join(', ')],
      ['promoted_to', observationPath(observation)], ['state', observation.status],
      ['observation', indented(observation.text)], ['context', observation.context === '' ? null : observation.context],
    ]),
  ]).trimEnd()
}
