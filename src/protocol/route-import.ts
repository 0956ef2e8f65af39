/**
 * What a run left in its view, as one batch: the most downstream change first, and what belongs together joined (a report with its
 * notes, both verdicts, both halves of a move, a draft beside its ready text). What is not legal is named, with why; the rest counts.
 */
import type { Draft } from '../events/types.ts'
import type { FileChange, Mover } from '../workspace/change.ts'
import { routeChange, rowFor } from './route-change.ts'
import { after } from './routing.ts'
import type { Joined, RouteDeps } from './routing.ts'
import { rows } from './rows.ts'

export interface DeniedChange { readonly path: string; readonly why: string; readonly code: string }
export interface ImportedChanges { readonly drafts: readonly Draft[]; readonly denied: readonly DeniedChange[] }

/** Intents that one run may leave. */
export const mostIntents = 3

/** Routes all changes of one run. */
export function routeImport(changes: readonly FileChange[], mover: Mover, deps: RouteDeps): ImportedChanges {
  const { kept, denied } = join(changes)
  const drafts: Draft[] = []
  const refused: DeniedChange[] = [...denied]
  let intents = 0
  for (const change of kept.toSorted(mostDownstreamFirst)) {
    if (isIntent(change) && intents === mostIntents) {
      refused.push({ path: change.path, code: 'too-many-intents', why: `a run leaves at most ${mostIntents} intents` })
      continue
    }
    const routed = routeChange(change, mover, { ...deps, context: after(deps.context, drafts.length) }, joinedTo(change, kept))
    if (routed.kind === 'refused') refused.push({ path: change.path, code: routed.code, why: routed.why })
    if (routed.kind !== 'drafts') continue
    drafts.push(...routed.drafts)
    if (isIntent(change)) intents += 1
  }
  return { drafts, denied: refused }
}

const isIntent = (change: FileChange): boolean => change.path.startsWith('specs/inbox/') && change.kind === 'added'

/** The order of the stages, seen from the end; everything that is no stage comes last, by path. */
const stages = ['tasks/failed/', 'tasks/verified/', 'tasks/review/', 'tasks/planning/', 'specs/ready/', 'tasks/research-done/', 'tasks/decisions/', 'specs/drafting/', 'tasks/research/', 'specs/inbox/']
const rank = ({ path }: FileChange): number => { const at = stages.findIndex(folder => path.startsWith(folder)); return at === -1 ? stages.length : at }
const mostDownstreamFirst = (a: FileChange, b: FileChange): number => rank(a) - rank(b) || (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)

interface Sorted { readonly kept: readonly FileChange[]; readonly denied: readonly DeniedChange[] }

function join(changes: readonly FileChange[]): Sorted {
  const written = new Set(changes.filter(change => change.kind !== 'removed').map(change => change.path))
  const denied: DeniedChange[] = []
  const kept = changes.filter(change => {
    const { path } = change
    // Both verdicts: failed. Both texts: the ready one.
    if (twin(path, 'tasks/verified/', 'tasks/failed/', written) || twin(path, 'specs/drafting/', 'specs/ready/', written)) return false
    if (change.kind === 'removed') return keepsRemoval(path, written)
    if (!path.endsWith('.builder-notes.md') || !path.startsWith('tasks/review/') || written.has(path.replace('.builder-notes.md', '.md'))) return true
    denied.push({ path, code: 'notes-alone', why: 'notes go with a report of the same name, and there is none' })
    return false
  })
  return { kept, denied }
}

const twin = (path: string, weaker: string, stronger: string, written: ReadonlySet<string>): boolean =>
  path.startsWith(weaker) && written.has(stronger + path.slice(weaker.length))

/** The emptied half of a move says nothing by itself: the stage decides what is shown. */
function keepsRemoval(path: string, written: ReadonlySet<string>): boolean {
  if (!/^(?:specs|tasks)\//.test(path)) return true
  const name = path.slice(path.lastIndexOf('/') + 1)
  return ![...written].some(other => /^(?:specs|tasks)\//.test(other) && other.slice(other.lastIndexOf('/') + 1) === name)
}

function joinedTo(change: FileChange, kept: readonly FileChange[]): Joined {
  const { path } = change
  const notes = path.startsWith('tasks/review/') ? kept.find(other => other.kind !== 'removed' && other.path === path.replace(/\.md$/, '.builder-notes.md')) : undefined
  const asks = path.startsWith('specs/') ? kept.filter(other => other.kind === 'added' && rowFor(other.path).row === researchRow).map(other => other.path) : []
  return { notes: notes === undefined || notes.text === null ? null : notes.doc, asks }
}

const researchRow = rows.find(row => row.pattern === 'tasks/research/Q.md')
