/** What `status` shows: one look at the workspace, the planner's answer to it, and the view model. */
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { localFacts } from '../dispatch/local.ts'
import { plan } from '../dispatch/plan.ts'
import { projectOf } from '../dispatch/project-of.ts'
import { Refusal } from '../error.ts'
import type { ItemId } from '../events/types.ts'
import { projectName } from '../workspace/find.ts'
import type { FoundWorkspace } from '../workspace/find.ts'
import type { Workspace } from '../workspace/session.ts'
import { statusView } from '../../projections/status.ts'
import type { StatusView } from '../../projections/status.ts'
import type { State } from '../../reducers/state.ts'
import type { Outcome } from './command.ts'
import type { Invocation } from './invocation.ts'
import { findFor, openAt } from './opening.ts'
import { renderBoard } from './render/board.ts'

const lookEveryMs = 1000

interface Subject {
  readonly workspace: Workspace
  /** Only what belongs to this project is shown. */
  readonly project: string | null
  /** The project from within which the command was typed. */
  readonly within: string | null
}

/** The workspace; with a path, the one that its project belongs to, narrowed to that project. */
function subjectOf(call: Invocation): Subject {
  const given = call.argument('PATH')
  const path = given === undefined ? undefined : resolve(call.cwd, given)
  const found: FoundWorkspace = findFor(path === undefined ? call : { ...here(call), cwd: path })
  const workspace = openAt(found.root, call)
  const within = found.project?.name ?? null
  if (path === undefined || path === found.root) return { workspace, project: null, within }
  return { workspace, project: within ?? projectName(path), within }
}

const here = ({ workspaceDir, cwd, env }: Invocation): Pick<Invocation, 'workspaceDir' | 'cwd' | 'env'> => ({ workspaceDir, cwd, env })

async function viewOf({ workspace, project }: Subject, call: Invocation): Promise<StatusView> {
  const { state, config, configProblems, cursor, problems, unrecorded } = await workspace.look()
  if (project !== null && !Object.hasOwn(state.projects, project)) {
    throw new Refusal('project-not-found', `No project ${project} belongs to this workspace.`, 'factory init-project, typed in the project, links it')
  }
  const now = call.now().toISOString()
  const { candidates, gates } = plan(state, config, now, localFacts(workspace, state, config, call.env))
  const view = statusView({ workspace: workspace.root, state, config, candidates, gates, cursor, unrecorded, problems: [...problems, ...configProblems], wall: 'none', now })
  return project === null ? view : narrowed(view, project, state)
}

/** Only what belongs to one project, whether its specs name it or it is the one they would be built in. */
function narrowed(view: StatusView, project: string, state: State): StatusView {
  const belongs = ({ item }: { readonly item: string }): boolean => {
    const spec = state.specs.byId[item as ItemId]
    return spec !== undefined && projectOf(state, spec) === project
  }
  const stages = Object.fromEntries(Object.entries(view.stages).map(([stage, specs]) => [stage, specs.filter(belongs)] as const)) as unknown as StatusView['stages']
  const names = new Set(Object.values(stages).flatMap(specs => specs.map(spec => `spec/${spec.name}`)))
  return {
    ...view, stages, runs: view.runs.filter(run => run.project === project || (run.item !== null && names.has(run.item))),
    gates: view.gates.filter(gate => names.has(gate.item)), next: view.next.filter(next => names.has(next.item)),
  }
}

export async function board(call: Invocation): Promise<Outcome> {
  const subject = subjectOf(call)
  const view = await viewOf(subject, call)
  return { json: view, text: () => renderBoard(view, call.now(), subject.project ?? subject.within) }
}

/** Shows the board again whenever it says something new, until interrupted. */
export async function follow(call: Invocation): Promise<Outcome> {
  const subject = subjectOf(call)
  const { signal } = call
  let last = ''
  while (!signal.aborted) {
    const view = await viewOf(subject, call)
    const shown = call.json ? JSON.stringify(view) : renderBoard(view, call.now(), subject.project ?? subject.within)
    if (shown !== last) await call.print(call.json ? `${shown}\n` : `${last === '' ? '' : '\n'}${shown}\n`)
    last = shown
    await sleep(lookEveryMs, undefined, { signal }).catch(() => undefined)
  }
  return { exit: 130, json: null, text: '', silent: true }
}
