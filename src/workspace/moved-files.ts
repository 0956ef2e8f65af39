/**
 * Which changes belong together, and in which order they are taken: a file that went and one of the same name in another stage are one
 * move; several changes apply most downstream first, configuration before everything. Pure; called by `pending-changes.ts`.
 */
import type { PendingChange } from './pending-changes.ts'

const families: readonly (readonly [string, RegExp])[] = [
  ['spec', /^(?:specs\/(?:inbox|drafting|ready|archive)|tasks\/(?:building|review|verified|failed|resolved))\/([^/]+)$/],
  ['research', /^tasks\/research(?:-done)?\/([^/]+)$/],
  ['skill', /^skills\/[^/]+\/(.+)$/],
]

/** What stays the same when a file is moved between stages; null for a file that does not move. */
function identity(path: string): string | null {
  for (const [family, pattern] of families) {
    const name = pattern.exec(path)?.[1]
    if (name !== undefined && name !== '.gitkeep') return `${family} ${name}`
  }
  return null
}

export function pairMoves(changes: readonly PendingChange[]): PendingChange[] {
  const removed = new Map<string, PendingChange>()
  for (const change of changes) {
    const name = change.kind === 'removed' ? identity(change.path) : null
    if (name !== null) removed.set(name, change)
  }
  const moved = changes.flatMap(change => {
    const name = change.kind === 'added' ? identity(change.path) : null
    const from = name === null ? undefined : removed.get(name)
    if (name === null || from === undefined) return []
    removed.delete(name)
    return [{ change, from }]
  })
  const taken = new Set(moved.flatMap(({ change, from }) => [change.path, from.path]))
  return [...moved.map(({ change, from }) => ({ ...change, kind: 'moved' as const, from: from.path, base: from.base })), ...changes.filter(change => !taken.has(change.path))]
}

const order = ['specs/inbox/', 'tasks/research/', 'specs/drafting/', 'tasks/research-done/', 'tasks/decisions/', 'specs/ready/', 'tasks/planning/', 'tasks/building/', 'tasks/review/', 'tasks/failed/', 'tasks/verified/', 'tasks/resolved/', 'specs/archive/']
const downstream = (path: string): number => (/^(?:agents|permissions)\.yaml$|^apps\//.test(path) ? 100 : order.findIndex(folder => path.startsWith(folder)))

export const downstreamFirst = (changes: readonly PendingChange[]): PendingChange[] =>
  [...changes].sort((a, b) => downstream(b.path) - downstream(a.path) || (a.path < b.path ? -1 : 1))
