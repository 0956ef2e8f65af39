/**
 * What each dispatch sees and may hand over, one row per dispatch. The view is filtered by `sees`, the prompt is written from
 * `task` and `handsOver`, the import counts `moves` as progress. A row only narrows: permissions are asked as well.
 * A new dispatch is one row here and one dispatcher.
 */
import type { EventType } from '../events/types.ts'
import { Refusal } from '../error.ts'

/** What a run is about, as the rows need it. */
export interface Subject {
  readonly agent: string
  /** Name of the spec. */
  readonly spec: string | null
  /** Name of the research request that the run answers. */
  readonly research: string | null
  /** Names of the requests that block the spec. */
  readonly briefs: readonly string[]
  readonly project: string | null
  /** In an embedded workspace there is one project, so `scenarios/<project>` loses a level. */
  readonly embedded: boolean
}

export interface HandOver { readonly path: string; readonly what: string }

export interface DispatchRow {
  readonly dispatch: string
  /** Who does it unless an app says otherwise; null: any agent. */
  readonly agent: string | null
  /** Paths, a folder ends in a slash. What is common to all runs is added by `visiblePaths`. */
  readonly sees: (subject: Subject) => readonly string[]
  readonly handsOver: (subject: Subject) => readonly HandOver[]
  readonly task: string
  /** Which commit of the project lies in the view; 'write': what the agent changes there is taken back. */
  readonly project: 'none' | 'read' | 'write'
  /** Events that are progress of this dispatch; empty: any finished run is. */
  readonly moves: readonly EventType[]
}

const one = (name: string | null, ...paths: readonly ((name: string) => string)[]): readonly string[] => (name === null ? [] : paths.map(path => path(name)))
const files = (folder: string, ending = '.md') => (name: string): string => `${folder}/${name}${ending}`
const record = files('specs/archive')
const questions = files('tasks/decisions')
const briefsOf = (subject: Subject): readonly string[] => subject.briefs.flatMap(name => [`tasks/research/${name}.md`, `tasks/research-done/${name}.md`])
const handOver = (name: string | null, path: (name: string) => string, what: string): readonly HandOver[] => (name === null ? [] : [{ path: path(name), what }])

const seesDraft = (subject: Subject): readonly string[] => [
  ...one(subject.spec, files('specs/inbox'), files('specs/drafting'), files('specs/ready'), questions), ...briefsOf(subject),
]

const handsOverDraft = (subject: Subject): readonly HandOver[] => [
  ...handOver(subject.spec, files('specs/ready'), 'the finished spec; leave specs/drafting without it'),
  ...handOver(subject.spec, files('specs/drafting'), 'the draft, while questions or research are open'),
  { path: 'tasks/research/QUESTION.md', what: `a question for the researcher, with the front matter \`blocks: ${subject.spec ?? 'NAME'}\`` },
]

const seesBuild = (subject: Subject): readonly string[] => [
  ...one(subject.spec, files('specs/ready'), files('specs/ready', '.rebuild.md'), record, name => `tasks/planning/${name}/`, questions), ...briefsOf(subject),
]

const handsOverBuild = (subject: Subject): readonly HandOver[] => [
  ...handOver(subject.spec, files('tasks/review'), 'what you built and how it meets each point; a line `failure: true` says that it cannot be built'),
  ...handOver(subject.spec, files('tasks/review', '.builder-notes.md'), 'notes for whoever works on it next (optional)'),
  ...(subject.project === null ? [] : [{ path: `projects/${subject.project}/`, what: 'your changes; they are committed for you' }]),
]

const draftMoves: readonly EventType[] = ['spec.drafted', 'spec.readied', 'research.requested']
const buildMoves: readonly EventType[] = ['build.submitted', 'spec.failed', 'segment.finished']
const board = (): readonly string[] => ['agents.yaml', 'permissions.yaml', 'apps/', 'specs/inbox/', 'specs/factory-internal/', 'tasks/maintenance/', 'tasks/escalation/']

const everything = (subject: Subject): readonly string[] => [
  ...one(subject.spec, record, files('specs/ready'), files('specs/ready', '.rebuild.md'), files('specs/inbox'), files('specs/drafting'), questions, name => `tasks/planning/${name}/`),
  ...one(subject.spec, ...['review', 'verified', 'failed', 'resolved'].flatMap(folder => [files(`tasks/${folder}`), files(`tasks/${folder}`, '.builder-notes.md')])),
  ...briefsOf(subject), 'learnings/',
]

const rows: readonly DispatchRow[] = [
  {
    dispatch: 'draft', agent: 'spec', sees: seesDraft, handsOver: handsOverDraft, project: 'none', moves: draftMoves,
    task: 'Turn the intent into a spec: what is wanted, how it is checked (shell blocks under `## Verification Criteria`), what is still open (`## Ambiguities`).',
  },
  {
    dispatch: 'advance', agent: 'spec', sees: seesDraft, handsOver: handsOverDraft, project: 'none', moves: draftMoves,
    task: 'Finish the draft: take in the answers and briefs below, and hand over the spec as ready.',
  },
  {
    dispatch: 'research', agent: 'researcher', project: 'none', moves: ['research.answered'], task: 'Answer the question with a brief: what was found, how sure it is, where it comes from.',
    sees: subject => one(subject.research, files('tasks/research'), files('tasks/research-done')),
    handsOver: subject => handOver(subject.research, files('tasks/research-done'), 'the brief'),
  },
  {
    dispatch: 'plan', agent: 'builder', project: 'read', moves: ['plan.written'],
    task: 'Write a plan, do not build. Order the work into segments; put a checkpoint where a person has to look, decide or act.',
    sees: seesBuild, handsOver: subject => handOver(subject.spec, name => `tasks/planning/${name}/PLAN.md`, 'the plan'),
  },
  {
    dispatch: 'validate', agent: 'verifier', project: 'none', moves: ['plan.validated', 'plan.rejected'],
    task: 'Judge the plan against the spec: would carrying it out meet every point? Say what is missing.',
    sees: seesBuild,
    handsOver: subject => handOver(subject.spec, name => `tasks/planning/${name}/VALIDATION.md`, 'a line `verdict: SATISFIED` or `verdict: NOT SATISFIED`, and why'),
  },
  { dispatch: 'build', agent: 'builder', project: 'write', moves: buildMoves, sees: seesBuild, handsOver: handsOverBuild, task: 'Build what the spec says, in the project, and report.' },
  { dispatch: 'execute', agent: 'builder', project: 'write', moves: buildMoves, sees: seesBuild, handsOver: handsOverBuild, task: 'Carry out the plan (or the segment named below), in the project, and report.' },
  {
    dispatch: 'verify', agent: 'verifier', project: 'read', moves: ['spec.verified', 'spec.failed'],
    task: 'Check the build against the spec and the hidden scenarios, as somebody who uses it. The results of the criteria stand; no opinion overrides them.',
    sees: subject => [
      ...one(subject.spec, record, files('tasks/review'), files('tasks/review', '.builder-notes.md'), files('tasks/review', '.criteria.md')),
      ...(subject.embedded ? ['scenarios/'] : one(subject.project, name => `scenarios/${name}/`)),
    ],
    handsOver: subject => [
      ...handOver(subject.spec, files('tasks/verified'), 'the report, if it satisfies (a line `verdict: SATISFIED (9/10)`)'),
      ...handOver(subject.spec, files('tasks/failed'), 'the report, if it does not, with `## Path to Resolution` (and `## Generalizable Learning`, if there is one)'),
      ...(subject.embedded ? [{ path: 'scenarios/satisfaction.md', what: 'what you saw of each scenario (optional)' }] : handOver(subject.project, name => `scenarios/${name}/satisfaction.md`, 'what you saw of each scenario (optional)')),
    ],
  },
  {
    dispatch: 'document', agent: 'librarian', project: 'none', moves: ['spec.documented'], sees: everything,
    task: 'Keep what is worth knowing of this spec: update shared memory, skills and learnings. Ending well documents the spec.',
    handsOver: () => [
      { path: 'memory/shared/', what: 'what everybody should know' }, { path: 'skills/shared/', what: 'skills for everybody' }, { path: 'learnings/discoveries/', what: 'lessons' },
    ],
  },
  {
    dispatch: 'reflect', agent: null, project: 'none', moves: [], sees: subject => [...board(), ...(subject.spec === null ? [] : everything(subject))], handsOver: () => [],
    task: 'Look at your own work: what stood in the way, what is missing, stale or wrong? Record needs and observations; change nothing else.',
  },
  {
    dispatch: 'heartbeat', agent: null, project: 'none', moves: [], sees: board, handsOver: () => [],
    task: 'Look whether something needs you: your memory, the board, open needs.',
  },
]

const byName = new Map(rows.map(row => [row.dispatch, row]))
export const dispatches: readonly DispatchRow[] = rows

/** The row of a dispatch; an unknown one is refused. */
export function dispatchRow(dispatch: string): DispatchRow {
  const row = byName.get(dispatch)
  if (row === undefined) throw new Refusal('dispatch-unknown', `There is no dispatch named ${dispatch}.`, `use one of ${[...byName.keys()].join(', ')}`)
  return row
}

/** Every path and folder that a run may be shown; permissions may take some of them away. */
export const visiblePaths = (row: DispatchRow, subject: Subject): readonly string[] => [
  `memory/${subject.agent}/`, `memory/daily/${subject.agent}/`, 'memory/shared/', 'skills/shared/', `skills/${subject.agent}/`, 'universe/',
  ...row.sees(subject),
]

/** What every agent may hand over, whatever the dispatch. */
export const commonHandOvers = (agent: string): readonly HandOver[] => [
  { path: `memory/${agent}/`, what: 'your memory (MEMORY.md is read back to you), and requests in needs.md' },
  { path: `memory/daily/${agent}/`, what: 'your daily log' },
  { path: 'skills/proposed/', what: 'a skill that you propose' },
]

/** Whether `path` is one of `shown` or lies in a folder of it. */
export const isShown = (path: string, shown: readonly string[]): boolean => shown.some(entry => (entry.endsWith('/') ? path.startsWith(entry) : path === entry))
