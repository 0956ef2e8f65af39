/** What a history means, without how the state happens to keep it: the part of a fold that must stay the same for ever. */
import { createHash } from 'node:crypto'
import type { State } from '../../reducers/state.ts'

export function essenceOf(state: State): object {
  return {
    events: state.events,
    heads: state.heads,
    specs: Object.values(state.specs.byId).map(spec => ({
      id: spec.id, name: spec.name, revision: spec.revision, stage: spec.stage, attempt: spec.attempt, text: spec.doc.sha256, commit: spec.commit,
      verdicts: spec.attempts.map(({ attempt, verdict, by, score, resolution }) => ({ attempt, verdict, by, score, resolution: resolution?.by ?? null })),
      delivery: spec.delivery?.status ?? null, conflict: spec.conflict !== null, paused: spec.paused,
    })),
    decisions: Object.values(state.decisions.byId).map(({ entry, status, answer, by }) => ({ entry, status, answer, by })),
    research: Object.values(state.research.byId).map(({ name, status }) => ({ name, status })),
    needs: Object.values(state.feedback.needs).map(({ key, status }) => ({ key, status })),
    observations: Object.values(state.feedback.observations).map(({ slug, severity, status, times }) => ({ slug, severity, status, times })),
    library: Object.fromEntries(Object.entries(state.library.byPath).map(([path, { doc, removed }]) => [path, removed ? null : doc.sha256])),
    projects: Object.values(state.projects).map(({ name, linked, branches }) => ({ name, linked, branches })),
    runs: { live: Object.keys(state.runs.live), last: Object.fromEntries(Object.entries(state.runs.last).map(([agent, { id, outcome }]) => [agent, { id, outcome }])), denied: state.runs.denied },
    spent: state.spending.entries.length,
    conflicts: state.conflicts.map(({ name, winner, loser }) => ({ name, winner, loser })),
    unknown: state.unknown,
  }
}

export const hashOfEssence = (essence: object): string => createHash('sha256').update(JSON.stringify(essence)).digest('hex')
