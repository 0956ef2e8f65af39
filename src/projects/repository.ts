/**
 * What claims and links ask of a project's repository: cheap, synchronous, mostly without starting git. Writing happens in
 * `clone.ts`; here only a new repository is made.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { FactoryError } from '../error.ts'
import { fallbackIdentity, gitSync, textOf } from '../workspace/git-command.ts'
import { gitState, locateGit } from '../workspace/git-dir.ts'

const emptyTree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904'

/** The full id of a commit that the repository holds; null when it does not, or when `dir` is no repository. */
export function resolveCommit(dir: string, revision: string): string | null {
  const located = locateGit(dir)
  if (located === undefined || revision.startsWith('-')) return null
  if (revision === 'HEAD') return gitState(dir).head
  return textOf(gitSync(['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`], { gitDir: located.gitDir })) ?? null
}

/** The branch that is checked out, without `refs/heads/`; null when HEAD is detached. */
export const currentBranch = (dir: string): string | null => gitState(dir).branch?.replace(/^refs\/heads\//, '') ?? null

/** The oldest root commit: the project's identity, the same in every clone. */
export function rootCommit(dir: string): string | null {
  const located = locateGit(dir)
  if (located === undefined) return null
  return textOf(gitSync(['rev-list', '--max-parents=0', '--date-order', 'HEAD'], { gitDir: located.gitDir }))?.split('\n').at(-1) || null
}

/** Address of the remote `origin`, without a user's password in it. */
export function remoteOf(dir: string): string | null {
  const located = locateGit(dir)
  const url = located === undefined ? undefined : textOf(gitSync(['config', '--get', 'remote.origin.url'], { gitDir: located.gitDir }))
  // A path of this machine means nothing elsewhere and stays out of the log.
  if (url === undefined || url === '' || url.startsWith('/') || url.startsWith('.') || url.startsWith('file:')) return null
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, '$1')
}

/** A new repository with an empty root commit on `main`. */
export function createRepository(dir: string): string {
  mkdirSync(dir, { recursive: true })
  const gitDir = join(dir, '.git')
  const identity = { GIT_AUTHOR_NAME: fallbackIdentity.name, GIT_AUTHOR_EMAIL: fallbackIdentity.email, GIT_COMMITTER_NAME: fallbackIdentity.name, GIT_COMMITTER_EMAIL: fallbackIdentity.email }
  const run = (args: readonly string[]): string => {
    const result = gitSync(args, { gitDir, cwd: dir, env: identity })
    if (!result.ok) throw new FactoryError('project-failed', `The repository ${dir} could not be made: ${result.warning}`, { mend: 'check that git is installed and the disk has room: factory doctor' })
    return result.stdout.toString('utf8').trim()
  }
  run(['init', '--quiet', '--initial-branch=main', '--template='])
  const commit = run(['commit-tree', emptyTree, '-m', 'Begin'])
  run(['update-ref', 'refs/heads/main', commit])
  return commit
}
