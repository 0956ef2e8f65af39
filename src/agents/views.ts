/**
 * The view of a run: a directory of its own with the files that this agent may read for this dispatch, as copies at their usual
 * paths, and a private clone of the project. Never a link, nothing else of the workspace. Called by `executeRun`; read back by
 * `read-view.ts`. What was given is the manifest: a change is judged against it.
 */
import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Config } from '../config/model.ts'
import { FactoryError } from '../error.ts'
import type { Doc } from '../events/types.ts'
import { sha256Hex } from '../log/durable-file.ts'
import { decideAccess } from '../permissions/decide.ts'
import type { Workspace } from '../workspace/session.ts'
import { projectAll } from '../../projections/all.ts'
import type { State } from '../../reducers/state.ts'
import { boardText } from './board.ts'
import { subjectOf, workspaceId } from './claim-facts.ts'
import type { Claim } from './claim.ts'
import { criteriaText } from './criteria-text.ts'
import { commonHandOvers, dispatchRow, isShown, visiblePaths } from './dispatch-table.ts'
import type { DispatchRow, Subject } from './dispatch-table.ts'
import { privateClone } from '../projects/clone.ts'
import { openRoom } from './run-environment.ts'
import type { Room } from './run-environment.ts'
import { placesOf } from './view-places.ts'
import type { Place } from './view-places.ts'

export interface ViewFile {
  readonly path: string
  readonly sha256: string
  /** The document it is a copy of; null for a text that was rendered for the view. */
  readonly doc: Doc | null
  /** Rendered texts only. */
  readonly text: string | null
}

export interface View {
  readonly path: string
  readonly room: Room
  readonly subject: Subject
  readonly row: DispatchRow
  readonly files: ReadonlyMap<string, ViewFile>
  /** The clone in the view. */
  readonly clone: { readonly name: string; readonly path: string; readonly commit: string } | null
  /** The view itself as it was made, and the folders down to the clone. */
  readonly places: { readonly view: readonly Place[]; readonly clone: readonly Place[] }
}

export const isEmbedded = (root: string): boolean => basename(root) === '.factory'
export const outboxName = '.factory-outbox.jsonl'
export const viewFileName = '.factory-view.json'
/** Made for the view; not at a path of the workspace, so never imported. */
export const boardName = 'BOARD.md'
export const skillIndexName = 'SKILLS.md'

export const viewPath = (factoryHome: string, state: State, run: string): string => join(factoryHome, 'views', workspaceId(state), run)

export interface ViewSource { readonly workspace: Pick<Workspace, 'root' | 'bytes' | 'text'>; readonly state: State; readonly config: Config; readonly factoryHome: string }

/** Makes the view on disk. Throws `view-too-large` before anything is written. */
export async function materialiseView(source: ViewSource, claim: Claim): Promise<View> {
  const row = dispatchRow(claim.dispatch)
  const subject = subjectOf(source.state, claim, isEmbedded(source.workspace.root))
  const files = shownFiles(source, claim, row, subject)
  if (files.length > source.config.limits.viewFiles) {
    throw new FactoryError('view-too-large', `The view of ${claim.run} would hold ${files.length} files; the limit is ${source.config.limits.viewFiles}.`, { mend: 'factory gc, or raise limits.viewFiles in agents.yaml' })
  }
  const path = viewPath(source.factoryHome, source.state, claim.run)
  emptyDirectory(path)
  const room = openRoom(`${path}.room`)
  for (const file of files) put(path, file, source.workspace)
  writeFileSync(join(path, viewFileName), `${JSON.stringify(aboutRun(source, claim), null, 2)}\n`, { flag: 'wx', mode: 0o600 })
  for (const { path: target } of [...row.handsOver(subject), ...commonHandOvers(claim.agent.name)]) mkdirSync(join(path, target.endsWith('/') ? target : dirname(target)), { recursive: true })
  const clone = row.project === 'none' ? null : await cloneInto(path, claim)
  const places = { view: placesOf([path]), clone: clone === null ? [] : placesOf([dirname(clone.path), clone.path]) }
  return { path, room, subject, row, files: new Map(files.map(file => [file.path, file])), clone, places }
}

/** Takes the view and its private folders away. What cannot be removed stays; the run is over all the same. */
export function removeView(view: Pick<View, 'path' | 'room'>): void {
  for (const path of [view.path, view.room.path]) {
    try {
      rmSync(path, { recursive: true, force: true })
    } catch {
      removeLocked(path)
    }
  }
}

/** Folders that were closed are opened first; links are left as they are. */
function removeLocked(path: string): void {
  try {
    unlock(path)
    rmSync(path, { recursive: true, force: true })
  } catch {
    // Somebody else's, or on a disk that does not let go: it is in nobody's way.
  }
}

function unlock(folder: string): void {
  chmodSync(folder, 0o700)
  for (const entry of readdirSync(folder, { withFileTypes: true })) if (entry.isDirectory()) unlock(join(folder, entry.name))
}

function emptyDirectory(path: string): void {
  rmSync(path, { recursive: true, force: true })
  mkdirSync(path, { recursive: true, mode: 0o700 })
  chmodSync(path, 0o700)
}

/** Every file of the workspace that the row shows and the permissions allow, then what is made for the view alone. */
function shownFiles({ state, config, workspace }: ViewSource, claim: Claim, row: DispatchRow, subject: Subject): readonly ViewFile[] {
  const shown = visiblePaths(row, subject)
  const agent = claim.agent.name
  const readable = (path: string): boolean => isShown(path, shown) && decideAccess(config, { agent, path, want: 'read' }).allowed
  const projected = projectAll(asClaimed(state, claim)).filter(file => readable(file.path)).map((file): ViewFile => ('doc' in file
    ? { path: file.path, sha256: file.doc.sha256, doc: file.doc, text: null }
    : rendered(file.path, file.text)))
  const criteria = claim.dispatch === 'verify' && claim.spec !== null ? [rendered(`tasks/review/${claim.spec.name}.criteria.md`, criteriaText(state, claim.spec.id, workspace))] : []
  const board = row.dispatch === 'reflect' || row.dispatch === 'heartbeat' ? [rendered(boardName, boardText(state, config, agent))] : []
  const plan = planFiles(state, claim).filter(file => readable(file.path))
  return [...projected, ...plan, ...criteria.filter(file => readable(file.path)), ...board, ...skillIndex(projected)]
}

/** A build run has moved its spec on; its view shows the spec where it was taken up. */
function asClaimed(state: State, claim: Claim): State {
  const spec = claim.spec === null ? undefined : state.specs.byId[claim.spec.id]
  if (spec === undefined || spec.stage !== 'building' || spec.builder?.run !== claim.run) return state
  const before = { ...spec, stage: spec.buildingFrom ?? 'ready' as const, builder: null }
  return { ...state, specs: { ...state.specs, byId: { ...state.specs.byId, [spec.id]: before } } }
}

/** Why the last plan was sent back, and what the segments before this one reported. */
function planFiles(state: State, claim: Claim): readonly ViewFile[] {
  const plan = claim.spec === null ? null : state.specs.byId[claim.spec.id]?.plan ?? null
  if (plan === null || claim.spec === null) return []
  const folder = `tasks/planning/${claim.spec.name}`
  const copy = (path: string, doc: Doc | null): ViewFile[] => (doc === null ? [] : [{ path, sha256: doc.sha256, doc, text: null }])
  return [...copy(`${folder}/FEEDBACK.md`, plan.feedback), ...plan.done.flatMap(result => copy(`${folder}/segment-${result.index + 1}.md`, result.doc))]
}

/** What the command line answers from inside the run. */
const aboutRun = ({ state }: ViewSource, claim: Claim): object => ({
  format: 1, workspace: state.settings.workspace?.name ?? null, run: claim.run, agent: claim.agent.name, dispatch: claim.dispatch, spec: claim.spec?.name ?? null,
  stage: claim.spec === null ? null : state.specs.byId[claim.spec.id]?.stage ?? null, research: claim.research?.name ?? null, attempt: claim.attempt, segment: claim.segment,
  project: claim.project?.name ?? null, base: claim.project?.base ?? null,
})

const rendered = (path: string, text: string): ViewFile => ({ path, sha256: sha256Hex(text), doc: null, text })

function skillIndex(files: readonly ViewFile[]): readonly ViewFile[] {
  const skills = files.filter(file => file.path.endsWith('/SKILL.md')).map(file => `- \`${file.path}\``)
  return skills.length === 0 ? [] : [rendered(skillIndexName, ['# Skills in this view', '', ...skills, ''].join('\n'))]
}

function put(root: string, file: ViewFile, workspace: Pick<Workspace, 'bytes'>): void {
  const path = join(root, file.path)
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  writeFileSync(path, file.doc === null ? file.text ?? '' : workspace.bytes(file.doc), { flag: 'wx', mode: 0o600 })
}

async function cloneInto(view: string, claim: Claim): Promise<View['clone']> {
  const { project } = claim
  if (project === null || project.base === null) return null
  const dest = join(view, 'projects', project.name)
  mkdirSync(dirname(dest), { recursive: true, mode: 0o700 })
  await privateClone({ source: project.path, commit: project.base, dest })
  return { name: project.name, path: dest, commit: project.base }
}

/** The text that a view file was given with, for merging and the prompt; null for what is not text. */
export function givenText(file: ViewFile, workspace: Pick<Workspace, 'bytes'>): string | null {
  if (file.doc === null) return file.text
  const bytes = workspace.bytes(file.doc)
  const text = bytes.toString('utf8')
  return bytes.includes(0) || !Buffer.from(text).equals(bytes) ? null : text
}
