/**
 * What the files of a git directory tell without starting git: where it is, what HEAD is, whether git is in the middle of
 * something. Called before every state-changing command, so it must cost next to nothing.
 */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'

/** Where the parts of a repository lie; in a linked worktree the two differ. */
export interface GitDir {
  readonly gitDir: string
  /** Objects, branches and configuration. */
  readonly commonDir: string
  readonly workTree: string
}

export type GitOperation = 'merge' | 'rebase' | 'cherry-pick' | 'revert' | 'bisect'

export interface GitState {
  readonly repository: boolean
  /** What git is in the middle of; state-changing commands wait for its end. */
  readonly busy: GitOperation | null
  readonly head: string | null
  /** Full name of the branch that is checked out; null when HEAD is detached. */
  readonly branch: string | null
}

const commitPattern = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/

/** The repository whose working tree is exactly `dir`; one further up does not count. */
export function locateGit(dir: string): GitDir | undefined {
  const dotGit = join(dir, '.git')
  const stat = statSync(dotGit, { throwIfNoEntry: false })
  if (stat === undefined) return undefined
  const gitDir = stat.isDirectory() ? dotGit : pointedTo(dotGit)
  if (gitDir === undefined || !existsSync(join(gitDir, 'HEAD'))) return undefined
  const common = textAt(join(gitDir, 'commondir'))
  return { gitDir, commonDir: common === undefined ? gitDir : resolve(gitDir, common), workTree: dir }
}

/** Looks at files only. */
export function gitState(dir: string): GitState {
  const located = locateGit(dir)
  if (located === undefined) return { repository: false, busy: null, head: null, branch: null }
  const text = textAt(join(located.gitDir, 'HEAD')) ?? ''
  const branch = text.startsWith('ref: ') ? text.slice(5) : null
  const head = branch === null ? (commitPattern.test(text) ? text : null) : readRef(located, branch)
  return { repository: true, busy: operationIn(located.gitDir), head, branch }
}

/** What a full ref name points to: a loose file, or the packed list. */
export function readRef({ gitDir, commonDir }: GitDir, name: string): string | null {
  for (const dir of [gitDir, commonDir]) {
    const text = textAt(join(dir, name))
    if (text?.startsWith('ref: ') === true) return readRef({ gitDir, commonDir, workTree: '' }, text.slice(5))
    if (text !== undefined && commitPattern.test(text)) return text
  }
  for (const line of (textAt(join(commonDir, 'packed-refs')) ?? '').split('\n')) {
    const [commit, ref] = line.split(' ')
    if (ref === name && commit !== undefined && commitPattern.test(commit)) return commit
  }
  return null
}

const marks: readonly (readonly [string, GitOperation])[] = [
  ['rebase-merge', 'rebase'], ['rebase-apply', 'rebase'], ['MERGE_HEAD', 'merge'], ['CHERRY_PICK_HEAD', 'cherry-pick'],
  ['REVERT_HEAD', 'revert'], ['BISECT_LOG', 'bisect'],
]

/** Between two commits of a longer cherry-pick or revert only its list of steps is left. */
function operationIn(gitDir: string): GitOperation | null {
  const mark = marks.find(([file]) => existsSync(join(gitDir, file)))
  if (mark !== undefined) return mark[1]
  const steps = textAt(join(gitDir, 'sequencer', 'todo'))
  if (steps === undefined) return null
  return steps.startsWith('revert') ? 'revert' : 'cherry-pick'
}

/** A `.git` file of a linked worktree or a submodule names the directory. */
function pointedTo(file: string): string | undefined {
  const target = /^gitdir: (.+)$/m.exec(textAt(file) ?? '')?.[1]
  return target === undefined ? undefined : isAbsolute(target) ? target : join(dirname(file), target)
}

function textAt(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trimEnd()
  } catch {
    return undefined
  }
}
