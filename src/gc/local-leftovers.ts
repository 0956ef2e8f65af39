/**
 * What lies around on this machine alone, is no part of the log, and is old: transcripts of runs, views, quarantine, and branches of
 * changes that reached their target. Called by `gc`. Nothing here is the only copy of anything that the log holds.
 */
import { chmodSync, lstatSync, readdirSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, relative } from 'node:path'
import { workspaceId } from '../agents/claim-facts.ts'
import type { Config } from '../config/model.ts'
import { git } from '../workspace/git-command.ts'
import { gitState, locateGit, readRef } from '../workspace/git-dir.ts'
import { isAncestor } from '../workspace/git.ts'
import { projectPath } from '../workspace/linked-projects.ts'
import type { Workspace } from '../workspace/session.ts'
import { findSpec } from '../../reducers/spec-names.ts'
import type { State } from '../../reducers/state.ts'
import { olderThan } from './rule.ts'

export interface Leftover {
  readonly rule: string
  readonly path: string
  readonly remove: () => Promise<void> | void
}

export interface LeftoverPlace {
  readonly workspace: Pick<Workspace, 'root' | 'local'>
  readonly state: State
  readonly config: Config
  /** ISO 8601. */
  readonly now: string
  readonly factoryHome: string
}

/** The rows that docs/gc.md has beside those of the rules. */
export const leftoverRules = [
  { command: 'gc', stale: 'transcripts of a run that is over (what they say is in the log)', age: '`limits.keepRuns` (30d)', leaves: '`runs/RUN/`' },
  { command: 'gc', stale: 'the view of a run that is over, left by a crash', age: '`limits.keepRuns` (30d)', leaves: '`FACTORY_HOME/views/…/RUN/`' },
  { command: 'gc', stale: 'a branch `factory/N` whose spec is documented and whose commits are in the target', age: '`limits.keepRuns` (30d) after documentation', leaves: 'the branch; its commits stay in the target' },
  { command: 'gc', stale: 'a file in quarantine (refused texts stay in `blobs/`)', age: '`limits.keepRuns` (30d)', leaves: '`.factory-local/quarantine/FILE`' },
] as const

export const factoryHomeOf = (env: Readonly<Record<string, string | undefined>>): string => env['FACTORY_HOME'] ?? join(env['HOME'] ?? homedir(), '.factory')

/** Everything old, in a fixed order; nothing is removed yet. */
export async function findLeftovers(place: LeftoverPlace): Promise<readonly Leftover[]> {
  const { workspace, state, factoryHome } = place
  const live = new Set(Object.keys(state.runs.live))
  const folders = (rule: string, folder: string, shown: (path: string) => string): Leftover[] =>
    oldEntries(folder, place).filter(({ name }) => !live.has(name)).map(({ path }) => ({ rule, path: shown(path), remove: () => removeTree(path) }))
  const here = (path: string): string => relative(workspace.root, path)
  return [
    ...folders('runs', join(workspace.root, 'runs'), here),
    ...folders('views', join(factoryHome, 'views', workspaceId(state)), path => path),
    ...await mergedBranches(place),
    ...folders('quarantine', join(workspace.local, 'quarantine'), here),
  ]
}

function oldEntries(folder: string, { config, now }: LeftoverPlace): { readonly name: string; readonly path: string }[] {
  // A folder that is a link leads to something of somebody else.
  if (lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return []
  return readdirSync(folder).sort().flatMap(name => {
    const path = join(folder, name)
    const stat = lstatSync(path, { throwIfNoEntry: false })
    return stat !== undefined && olderThan(stat.mtime.toISOString(), config.limits.keepRunsMs, now) ? [{ name, path }] : []
  })
}

/** An agent may have left folders that cannot be written. No link is followed. */
function removeTree(path: string): void {
  const unlock = (folder: string): void => {
    if (lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return
    chmodSync(folder, 0o700)
    for (const name of readdirSync(folder)) unlock(join(folder, name))
  }
  unlock(path)
  rmSync(path, { recursive: true, force: true })
}

async function mergedBranches({ workspace, state, config, now }: LeftoverPlace): Promise<Leftover[]> {
  const found: Leftover[] = []
  for (const project of Object.values(state.projects)) {
    const root = projectPath(workspace, project.name)
    const located = root === null ? undefined : locateGit(root)
    if (root === null || located === undefined) continue
    const target = readRef(located, `refs/heads/${project.target}`)
    for (const name of Object.keys(state.specs.byName)) {
      const spec = findSpec(state.specs, name)
      const branch = `refs/heads/factory/${name}`
      if (spec?.stage !== 'documented' || !olderThan(spec.stageSince, config.limits.keepRunsMs, now) || gitState(root).branch === branch) continue
      const tip = readRef(located, branch)
      if (tip === null || target === null || !(await isAncestor(root, tip, target))) continue
      found.push({ rule: 'branches', path: `projects/${project.name} factory/${name}`, remove: async () => { await git(['update-ref', '-d', branch, tip], { gitDir: located.gitDir, workTree: root }) } })
    }
  }
  return found
}
