/**
 * Moves a branch of a project, and with it the working trees where it is checked out: a clean one follows, a dirty one
 * stops the move. Called by import and merge. Hooks and configuration of the project are not run; a person's changes are
 * never touched.
 */
import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type GitOptions, git, textOf } from '../workspace/git-command.ts'
import { type GitDir, gitState, locateGit } from '../workspace/git-dir.ts'
import { projectGit, textAt, withTrustedGit } from './git.ts'

export interface BranchMove {
  readonly project: string
  /** Short name. */
  readonly branch: string
  /** Where it is now; null: it does not exist. */
  readonly from: string | null
  readonly to: string
}

/** `elsewhere`: the branch was not at `from`. */
export type MoveResult = 'moved' | 'dirty' | 'elsewhere'

export async function moveBranch({ project, branch, from, to }: BranchMove): Promise<MoveResult> {
  if (from === to) return 'moved'
  const located = projectGit(project)
  return withTrustedGit(project, async trusted => {
    const checkouts = checkoutsOf(located, branch).map(checkout => ({ ...trusted, workTree: checkout.workTree, env: { ...trusted.env, GIT_INDEX_FILE: join(checkout.gitDir, 'index') } }))
    for (const checkout of checkouts) if (from === null || !(await isClean(checkout, from, to))) return 'dirty'
    for (const checkout of checkouts) await git(['read-tree', '-m', '-u', from ?? to, to], checkout)
    const zero = '0'.repeat(to.length)
    const ref = await git(['update-ref', '-m', 'factory', `refs/heads/${branch}`, to, from ?? zero], { gitDir: located.gitDir, workTree: located.workTree })
    if (ref.ok) return 'moved'
    for (const checkout of checkouts) await git(['read-tree', '-m', '-u', to, from ?? to], checkout)
    return 'elsewhere'
  })
}

/** Whether a branch is checked out anywhere with changes that a move to `to` would have to leave behind. */
export async function isDirty(project: string, branch: string, from: string, to: string): Promise<boolean> {
  const located = projectGit(project)
  return withTrustedGit(project, async trusted => {
    for (const checkout of checkoutsOf(located, branch)) {
      if (!(await isClean({ ...trusted, workTree: checkout.workTree, env: { ...trusted.env, GIT_INDEX_FILE: join(checkout.gitDir, 'index') } }, from, to))) return true
    }
    return false
  })
}

/** Nothing staged, nothing changed, and no unknown file in the way. Files that git does not know may lie around. */
async function isClean(checkout: GitOptions, from: string, to: string): Promise<boolean> {
  const state = gitState(checkout.workTree ?? '')
  if (state.busy !== null) return false
  const staged = await git(['diff-index', '--cached', '--quiet', '--ignore-submodules=all', from], checkout)
  if (!staged.ok) return false
  // Content decides, not times: `-q` of update-index only says which files differ after looking at them.
  await git(['update-index', '-q', '--refresh', '--ignore-submodules'], checkout)
  const changed = textOf(await git(['diff-files', '--name-only', '--ignore-submodules=all'], checkout))
  if (changed !== '') return false
  return (await git(['read-tree', '-n', '-m', '-u', from, to], checkout)).ok
}

/** The main working tree and the linked ones where HEAD is that branch. */
function checkoutsOf(located: GitDir, branch: string): readonly GitDir[] {
  const main = located.commonDir === located.gitDir ? [located] : [mainOf(located)].filter(found => found !== undefined)
  const linked = entriesOf(join(located.commonDir, 'worktrees')).flatMap(name => {
    const gitDir = join(located.commonDir, 'worktrees', name)
    const dotGit = textAt(join(gitDir, 'gitdir')).trim()
    return dotGit === '' ? [] : [{ gitDir, commonDir: located.commonDir, workTree: dirname(dotGit) }]
  })
  return [...main, ...linked].filter(({ gitDir, workTree }) =>
    gitDir !== workTree && textAt(join(gitDir, 'HEAD')).trim() === `ref: refs/heads/${branch}` && locateGit(workTree) !== undefined)
}

const mainOf = ({ commonDir }: GitDir): GitDir | undefined => locateGit(dirname(commonDir))

function entriesOf(dir: string): readonly string[] {
  try {
    return readdirSync(dir)
  } catch {
    return []
  }
}
