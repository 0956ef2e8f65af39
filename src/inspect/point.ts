/** A point of history: an event, a moment, a commit of the workspace, or now. Used by replay and compare. */
import { FactoryError } from '../error.ts'
import { idOf, wallTime } from '../events/types.ts'
import type { FactoryEvent } from '../events/types.ts'
import { listTree, logAnchors, resolveRevision, showFile } from '../workspace/git.ts'
import type { Workspace } from '../workspace/session.ts'

export interface Point {
  readonly label: string
  readonly commit: string | null
  /** Whether an event belongs to the history up to this point. Ask in fold order. */
  readonly includes: (event: FactoryEvent) => boolean
}

export async function pointOf(workspace: Workspace, text: string | undefined): Promise<Point> {
  if (text === undefined || text === 'now') return { label: 'now', commit: null, includes: () => true }
  if (/^[a-z0-9]+:\d+$/.test(text)) return upToEvent(workspace, text)
  if (/^\d{4}-\d{2}-\d{2}/.test(text) && !Number.isNaN(Date.parse(text))) return upToTime(workspace, text)
  return upToCommit(workspace, text)
}

/** A command is true as a whole: the point is the end of the batch that the event belongs to. */
function upToEvent(workspace: Workspace, text: string): Point {
  const heads = new HeadsOfWhole()
  let last: string | null = null
  for (const event of workspace.events()) {
    heads.see(event)
    if (idOf(event) === text) last = `${event.writer}:${event.seq + (event.batch === undefined ? 0 : event.batch[1] - event.batch[0])}`
    if (idOf(event) === last) return { label: text, commit: null, includes: heads.includes() }
  }
  throw new FactoryError('event-not-found', `There is no event ${text} in this log.`, { mend: 'factory log lists events' })
}

function upToTime(workspace: Workspace, text: string): Point {
  const moment = new Date(text).toISOString()
  const heads = new HeadsOfWhole()
  for (const event of workspace.events()) if (wallTime(event) <= moment) heads.see(event)
  return { label: moment, commit: null, includes: heads.includes() }
}

/** The last event of each writer, never in the middle of a batch. */
class HeadsOfWhole {
  readonly #heads: Record<string, number> = {}

  see({ writer, seq, batch }: FactoryEvent): void {
    if (batch === undefined || batch[0] === batch[1]) this.#heads[writer] = seq
  }

  includes(): Point['includes'] {
    return event => event.seq <= (this.#heads[event.writer] ?? 0)
  }
}

async function upToCommit(workspace: Workspace, text: string): Promise<Point> {
  const commit = await resolveRevision(workspace.root, text)
  if (commit === null) throw new FactoryError('point-not-found', `${text} is no event, no time and no commit of this workspace.`, { mend: 'give an id like k3f9ab:17, a time like 2026-11-20T10:00:00Z, or a commit' })
  const heads = (await anchoredHeads(workspace, commit)) ?? (await headsIn(workspace, commit))
  return { label: commit, commit, includes: event => event.seq <= (heads[event.writer] ?? 0) }
}

async function anchoredHeads(workspace: Workspace, commit: string): Promise<Record<string, number> | null> {
  const [anchor] = await logAnchors(workspace.root, { from: commit, limit: 1 })
  if (anchor === undefined || anchor.commit !== commit) return null
  return Object.fromEntries(Object.entries(anchor.heads).map(([writer, { seq }]) => [writer, seq]))
}

/** A commit that Factory did not make: the heads are those of the log in its tree. */
async function headsIn(workspace: Workspace, commit: string): Promise<Record<string, number>> {
  const files = (await listTree(workspace.root, commit)).map(entry => entry.path).filter(path => path === 'events.jsonl' || /^log\/[0-9a-f]{16}\.jsonl$/.test(path))
  if (files.length === 0) throw new FactoryError('point-not-found', `Commit ${commit.slice(0, 12)} holds no log.`, { mend: 'git log -- events.jsonl lists the commits that do' })
  const heads: Record<string, number> = {}
  for (const path of files) {
    for (const line of ((await showFile(workspace.root, commit, path)) ?? Buffer.alloc(0)).toString('utf8').split('\n')) {
      const [, seq, writer] = /^\{"format":\d+,"seq":(\d+),"writer":"([^"]+)"/.exec(line) ?? []
      if (writer !== undefined && seq !== undefined) heads[writer] = Math.max(heads[writer] ?? 0, Number(seq))
    }
  }
  return heads
}
