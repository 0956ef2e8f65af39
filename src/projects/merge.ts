/**
 * Merges one branch of a project into another without a working tree, and lets clean checkouts follow. Called by delivery:
 * a verified branch into its target, and a moved target into the branch. Merge drivers of the project are not run.
 */
import { FactoryError } from '../error.ts'
import { type GitOptions, git } from '../workspace/git-command.ts'
import { readRef } from '../workspace/git-dir.ts'
import { isDirty, moveBranch } from './branch.ts'
import { identityOf, line, must, projectGit, resolveCommit, withTrustedGit } from './git.ts'

export type MergeResult =
  | { readonly outcome: 'up-to-date'; readonly commit: string }
  | { readonly outcome: 'fast-forward' | 'merged'; readonly commit: string; readonly before: string }
  | { readonly outcome: 'conflict'; readonly paths: readonly string[] }
  /** The target is checked out with changes that are not committed. */
  | { readonly outcome: 'dirty' }

export interface MergeOptions {
  readonly project: string
  /** What is merged: a branch or a commit. */
  readonly branch: string
  /** The branch that receives it, short name. */
  readonly target: string
  readonly message?: string
  readonly author?: { readonly name: string; readonly email: string }
}

/** Merge `branch` into `target`. Throws only when one of them does not exist or git itself fails. */
export async function mergeInto(options: MergeOptions): Promise<MergeResult> {
  const { project, branch, target } = options
  const theirs = await resolveCommit(project, branch)
  const ours = readRef(projectGit(project), `refs/heads/${target}`)
  if (theirs === null || ours === null) throw new FactoryError('branch-missing', `the project has no branch ${theirs === null ? branch : target}`, { mend: 'factory status' })
  const next = await withTrustedGit(project, trusted => resultOf(trusted, ours, theirs, options))
  if (next.outcome === 'up-to-date' || next.outcome === 'conflict' || next.outcome === 'dirty') return next
  if (await isDirty(project, target, ours, next.commit)) return { outcome: 'dirty' }
  const moved = await moveBranch({ project, branch: target, from: ours, to: next.commit })
  if (moved === 'elsewhere') throw new FactoryError('branch-moved', `${target} moved while ${branch} was merged into it; nothing was changed`, { mend: 'run the command again' })
  return moved === 'dirty' ? { outcome: 'dirty' } : next
}

async function resultOf(trusted: GitOptions, ours: string, theirs: string, options: MergeOptions): Promise<MergeResult> {
  if (await includes(trusted, theirs, ours)) return { outcome: 'up-to-date', commit: ours }
  if (await includes(trusted, ours, theirs)) return { outcome: 'fast-forward', commit: theirs, before: ours }
  const merged = await git(['merge-tree', '--write-tree', '-z', '--name-only', '--no-messages', '--allow-unrelated-histories', '--end-of-options', ours, theirs], { ...trusted, env: { ...trusted.env, ...identityOf() } })
  const [tree = '', ...paths] = merged.stdout.toString('utf8').split('\0').filter(part => part !== '')
  if (!merged.ok && merged.code !== 1) throw new FactoryError('git-failed', `merge two commits: ${merged.warning}`, { mend: 'factory doctor' })
  if (!merged.ok) return { outcome: 'conflict', paths: [...new Set(paths)].sort() }
  const message = options.message ?? `Merge ${options.branch} into ${options.target}`
  const made = git(['commit-tree', tree, '-p', ours, '-p', theirs, '-F', '-'], { ...trusted, input: message, env: { ...trusted.env, ...identityOf(options.author) } })
  return { outcome: 'merged', commit: line(await must('make the merge commit', made)), before: ours }
}

async function includes(trusted: GitOptions, ancestor: string, commit: string): Promise<boolean> {
  return (await git(['merge-base', '--is-ancestor', ancestor, commit], trusted)).ok
}
