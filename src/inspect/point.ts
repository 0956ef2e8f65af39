/** A point of history: an event, a moment, a commit of the workspace, or now. Used by replay and compare. */
import { FactoryError } from '../error.ts'
import type { FactoryEvent } from '../events/types.ts'
import { logAnchors, resolveRevision, showFile } from '../workspace/git.ts'
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
  if (/^\d{4}-\d{2}-\d{2}/.test(text) && !Number.isNaN(Date.parse(text))) return upToTime(text)
  return upToCommit(workspace, text)
}

function upToEvent(workspace: Workspace, text: string): Point {
  for (const event of workspace.events()) {
    if (`${event.writer}:${event.seq}` !== text) continue
    const key = orderKey(event)
    return { label: text, commit: null, includes: other => orderKey(other) <= key }
  }
  throw new FactoryError('event-not-found', `There is no event ${text} in this log.`, { mend: 'factory log lists events' })
}

const orderKey = ({ time, tick, writer, seq }: FactoryEvent): string => `${time} ${String(tick).padStart(9, '0')} ${writer} ${String(seq).padStart(12, '0')}`

function upToTime(text: string): Point {
  const moment = new Date(text).toISOString()
  return { label: moment, commit: null, includes: event => (event.at ?? event.time) <= moment }
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
  const { listTree } = await import('../workspace/git.ts')
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
