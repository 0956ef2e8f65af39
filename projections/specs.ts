/**
 * The files of a spec: all revisions of one shown name, derived from their stages and nothing else (the table "Which files a spec N
 * shows"). One revision is current; later ones wait in the inbox, older ones leave their text in the archive.
 */
import type { Doc } from '../src/events/types.ts'
import { isOver } from '../reducers/reducing.ts'
import type { Stage } from '../reducers/reducing.ts'
import { findSpec, revisionsOf } from '../reducers/spec-names.ts'
import type { Attempt, Spec } from '../reducers/spec.ts'
import type { State } from '../reducers/state.ts'
import { decisionsText } from './decisions-file.ts'
import type { FolderProjection, ProjectedFile } from './projection.ts'
import { blocks, fields } from './text.ts'

export const specFiles: FolderProjection = {
  kind: 'spec',
  units: state => Object.keys(state.specs.byName),
  stays: (state, name) => { const current = findSpec(state.specs, name); return current !== undefined && !isOver(current.stage) && !isShelved(current) },
  files: (state, name) => {
    const current = findSpec(state.specs, name)
    const revisions = revisionsOf(state.specs, name)
    return current === undefined ? [] : [...inbox(current, revisions), ...archive(current, revisions), ...work(state, current)]
  },
}

/** Held in the middle of planning: GC may take its plan out of view after a while; it is back as soon as the hold is off. */
const isShelved = (spec: Spec): boolean => spec.stage === 'planning' && (spec.paused || spec.conflict !== null)

/** Revisions that show in the inbox: the current one if it is there, and those that wait behind it. The first takes the plain name. */
export function inboxOf(current: Spec, revisions: readonly Spec[]): readonly { readonly spec: Spec; readonly path: string }[] {
  const shown = revisions.filter(spec => (spec.id === current.id ? spec.stage === 'inbox' : !isOver(spec.stage)))
  return shown.map((spec, index) => ({ spec, path: index === 0 ? `specs/inbox/${spec.name}.md` : `specs/inbox/${spec.name}.r${spec.revision}.md` }))
}

const inbox = (current: Spec, revisions: readonly Spec[]): readonly ProjectedFile[] => inboxOf(current, revisions).map(({ spec, path }) => ({ path, doc: spec.doc }))

const archived: ReadonlySet<Stage> = new Set(['building', 'review', 'verified', 'failed', 'resolved', 'documented'])

/** The newest revision that got so far takes the plain name. */
function archive(current: Spec, revisions: readonly Spec[]): readonly ProjectedFile[] {
  const kept = revisions.filter(spec => archived.has(spec.stage) && (spec.id === current.id || isOver(spec.stage)))
  return kept.map((spec, index) => ({ path: index === kept.length - 1 ? `specs/archive/${spec.name}.md` : `specs/archive/${spec.name}.r${spec.revision}.md`, doc: spec.doc }))
}

function work(state: State, spec: Spec): readonly ProjectedFile[] {
  if (spec.stage === 'withdrawn') return []
  const decisions = decisionsText(state, spec)
  const asked: readonly ProjectedFile[] = decisions === null ? [] : [{ path: `tasks/decisions/${spec.name}.md`, text: decisions }]
  return [...asked, ...stageFiles(spec)]
}

function stageFiles(spec: Spec): readonly ProjectedFile[] {
  const { name } = spec
  switch (spec.stage) {
    case 'drafting':
      return [{ path: `specs/drafting/${name}.md`, doc: spec.doc }]
    case 'ready':
      return readyFiles(spec)
    case 'planning':
      return [...readyFiles(spec), ...file(`tasks/planning/${name}/PLAN.md`, spec.plan?.doc)]
    case 'building':
      return [{ path: `tasks/building/${name}.md`, text: buildingText(spec) }]
    case 'review':
      return [...file(`tasks/review/${name}.md`, spec.report), ...file(`tasks/review/${name}.builder-notes.md`, spec.notes)]
    case 'verified':
    case 'documented':
      // Of a documented spec the reports leave view when GC collects them.
      return [...file(`tasks/verified/${name}.md`, lastOf(spec, 'verified')?.doc), ...file(`tasks/verified/${name}.builder-notes.md`, spec.notes)]
    case 'failed':
      return failures(spec).map(({ attempt, suffix }) => ({ path: `tasks/failed/${name}${suffix}.md`, doc: attempt.doc }))
    case 'resolved':
      return failures(spec).map(({ attempt, suffix }) => resolvedFile(`tasks/resolved/${name}${suffix}.md`, attempt))
    default:
      return []
  }
}

const file = (path: string, doc: Doc | null | undefined): readonly ProjectedFile[] => (doc === null || doc === undefined ? [] : [{ path, doc }])

const readyFiles = (spec: Spec): readonly ProjectedFile[] => [{ path: `specs/ready/${spec.name}.md`, doc: spec.doc }, ...file(`specs/ready/${spec.name}.rebuild.md`, spec.brief)]

const lastOf = (spec: Spec, verdict: Attempt['verdict']): Attempt | undefined => spec.attempts.findLast(attempt => attempt.verdict === verdict)

/** The newest failure under the plain name, earlier ones as versions in their order. */
function failures(spec: Spec): readonly { readonly attempt: Attempt; readonly suffix: string }[] {
  const failed = spec.attempts.filter(attempt => attempt.verdict === 'failed')
  return failed.map((attempt, index) => ({ attempt, suffix: index === failed.length - 1 ? '' : `.v${index + 1}` }))
}

function buildingText(spec: Spec): string {
  return blocks([
    `# Building: ${spec.name}`,
    fields([
      ['spec', `specs/archive/${spec.name}.md`], ['agent', spec.builder?.agent ?? 'unknown'], ['run', spec.builder?.run ?? null],
      ['since', spec.builder?.since ?? spec.stageSince], ['attempt', String(spec.attempt)],
    ]),
  ])
}

/** The report as it was written, with how it was closed below it. */
const resolvedFile = (path: string, { doc, resolution }: Attempt): ProjectedFile => (resolution === null ? { path, doc } : {
  path, doc, append: `\n## Resolution\n\n${fields([['resolved_by', resolution.by], ['resolved_at', resolution.at], ['reason', resolution.reason]])}\n`,
})
