/**
 * What an agent gets of a project, and what comes back. A private clone holds one commit and its past, nothing else of the
 * project. What comes back is the working tree, staged by a git directory of Factory's own on the commit that was given out:
 * nothing inside the clone's `.git` is believed or run, whatever the agent did there. Its own commits count as their content.
 */
import { cpSync, lstatSync, mkdirSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FactoryError, isFactoryError } from '../error.ts'
import { type GitOptions, git, gitPipe, partsOf } from '../workspace/git-command.ts'
import { type GitDir, readRef } from '../workspace/git-dir.ts'
import { changedPaths, identityOf, isSha256, line, makeGitDir, must, objectsOf, ownGit, projectGit, textAt, withTrustedGit } from './git.ts'
import { moveBranch } from './branch.ts'
import { stageWorkTree, withoutPaths } from './staging.ts'

export { changedPathsBetween, createProject, resolveCommit, rootCommits } from './git.ts'
export { type MergeResult, mergeInto } from './merge.ts'

export interface PrivateCloneOptions {
  readonly source: string
  readonly commit: string
  /** Must not exist, or be an empty folder. */
  readonly dest: string
}

/** A working clone of exactly `commit` on branch main, without remote, hooks, other refs or other objects. */
export async function privateClone({ source, commit, dest }: PrivateCloneOptions): Promise<void> {
  const gitDir = join(dest, '.git')
  mkdirSync(dest, { recursive: true })
  const located = projectGit(source)
  makeGitDir(gitDir, { sha256: isSha256(located) })
  copyShallowMarks(located, gitDir)
  await withTrustedGit(source, async options => {
    const id = line(await must(`find commit ${commit} in the project`, git(['rev-parse', '--verify', '--end-of-options', `${commit}^{commit}`], options)))
    const send = ['pack-objects', '--revs', '--stdout', '--quiet', '--delta-base-offset']
    await must('copy the commit and its past', gitPipe([send, { ...options, input: `${id}\n`, timeoutMs: copyMs }], [['index-pack', '--stdin', '--strict'], { ...ownGit(gitDir), timeoutMs: copyMs }]))
    writeFileSync(join(gitDir, 'refs/heads/main'), `${id}\n`)
  })
  appendIdentity(gitDir)
  await must('check out the commit', git(['read-tree', '--reset', '-u', 'refs/heads/main'], { ...ownGit(gitDir, dest), timeoutMs: copyMs }))
}

const copyMs = 600_000

/** Who commits inside the clone where nobody is configured; nothing is logged about earlier positions of refs. */
function appendIdentity(gitDir: string): void {
  const { GIT_AUTHOR_NAME, GIT_AUTHOR_EMAIL } = identityOf()
  const sections = [
    '[core]', '\tbare = false', '\tlogAllRefUpdates = false',
    '[user]', `\tname = ${GIT_AUTHOR_NAME}`, `\temail = ${GIT_AUTHOR_EMAIL}`,
    '[gc]', '\tauto = 0', '[commit]', '\tgpgSign = false',
  ]
  writeFileSync(join(gitDir, 'config'), `${sections.join('\n')}\n`, { flag: 'a' })
}

function copyShallowMarks(located: GitDir, gitDir: string): void {
  if (textAt(join(located.commonDir, 'shallow')) !== '') cpSync(join(located.commonDir, 'shallow'), join(gitDir, 'shallow'))
}

export interface CommitChangesOptions {
  readonly clone: string
  /** The repository the clone was made of; objects of the base are read from there, never from the clone. */
  readonly project: string
  /** The commit that was given out. */
  readonly base: string
  readonly message: string
  readonly author?: { readonly name: string; readonly email: string }
  /** Told which changed links were left out, because their text leads out of the project: in the next view they would lead out of that. */
  readonly onLeftOut?: (paths: readonly string[]) => void
}

export interface CommittedChanges {
  readonly commit: string
  readonly tree: string
  readonly changedPaths: readonly string[]
}

/**
 * The clone's working tree as one commit on top of `base`: everything that is not ignored, also what the agent committed by
 * itself or put into repositories of its own. Null when nothing changed. The commit waits inside the clone for `importCommit`.
 */
export async function commitChanges(options: CommitChangesOptions): Promise<CommittedChanges | null> {
  const { clone, project, base, message, author, onLeftOut } = options
  const located = projectGit(project)
  const gitDir = freshImportDir(clone)
  const exclude = `${textAt(join(located.commonDir, 'info/exclude'))}\n/.factory\n`
  makeGitDir(gitDir, { alternates: [objectsOf(located)], sha256: isSha256(located), exclude })
  copyShallowMarks(located, gitDir)
  const own = ownGit(gitDir, clone)
  const staged = await stageWorkTree(own, base)
  const leading = await outsideLinks(own, base, staged)
  if (leading.length > 0) onLeftOut?.(leading)
  const tree = leading.length === 0 ? staged : await withoutPaths(own, base, leading)
  const before = line(await must('read the base', git(['rev-parse', '--verify', '--end-of-options', `${base}^{tree}`], own)))
  if (tree === before) return null
  const env = { ...own.env, ...identityOf(author) }
  const commit = line(await must('make the commit', git(['commit-tree', tree, '-p', base, '-F', '-'], { ...own, env, input: message })))
  return { commit, tree, changedPaths: await changedPaths(own, base, commit) }
}

const importDir = (clone: string): string => join(clone, '.git', 'factory-import')

/** Inside `.git`, which no listing of the working tree shows. Whatever took the place of that folder goes. */
function freshImportDir(clone: string): string {
  const dotGit = join(clone, '.git')
  const stat = lstatSync(dotGit, { throwIfNoEntry: false })
  if (stat !== undefined && !stat.isDirectory()) unlinkSync(dotGit)
  mkdirSync(dotGit, { recursive: true })
  rmSync(importDir(clone), { recursive: true, force: true })
  return importDir(clone)
}

async function outsideLinks(own: GitOptions, base: string, tree: string): Promise<readonly string[]> {
  const parts = partsOf(await must('list the changed links', git(['diff-tree', '-r', '-z', '--no-renames', '--end-of-options', base, tree], own)))
  const links = parts.flatMap((part, index) => {
    const [, mode, object] = /^:\d+ (\d+) \w+ (\w+) /.exec(part) ?? []
    const path = parts[index + 1]
    return mode === '120000' && object !== undefined && path !== undefined ? [{ path, object }] : []
  })
  const texts = await Promise.all(links.slice(0, mostLinks).map(async link => ({ ...link, text: (await must('read a link', git(['cat-file', 'blob', link.object], own))).toString('utf8') })))
  const leading = texts.filter(({ path, text }) => leadsOut(path, text)).map(({ path }) => path)
  // More links than anybody reads one by one are suspicious as they are.
  return [...leading, ...links.slice(mostLinks).map(({ path }) => path)]
}

const mostLinks = 200

function leadsOut(path: string, text: string): boolean {
  if (text.startsWith('/')) return true
  let depth = path.split('/').length - 1
  for (const part of text.split('/')) {
    if (part === '..') depth -= 1
    else if (part !== '.' && part !== '') depth += 1
    if (depth < 0 || part.toLowerCase() === '.git') return true
  }
  return false
}

export interface ImportOptions {
  readonly project: string
  readonly clone: string
  /** A commit that `commitChanges` made in that clone. */
  readonly commit: string
  /** Short name, e.g. `factory/login-page`. */
  readonly branch: string
  /** The branch must be here; null: it must not exist. Left out: wherever it is. */
  readonly expectOld?: string | null
}

/** Bring the commit into the project, every object checked, and move the branch to it. Throws; returns when it is there. */
export async function importCommit({ project, clone, commit, branch, expectOld }: ImportOptions): Promise<void> {
  const located = projectGit(project)
  const current = readRef(located, `refs/heads/${branch}`)
  if (expectOld !== undefined && expectOld !== current) throw moved(branch, current)
  if (lstatSync(importDir(clone), { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new FactoryError('import-missing', `no commit waits in ${clone}`, { mend: 'run the agent again' })
  }
  await withTrustedGit(project, async trusted => {
    // Written anew: the folder lay where the agent could reach it. Objects are checked by their hash, everything else is ours.
    makeGitDir(importDir(clone), { alternates: [objectsOf(located)], sha256: isSha256(located) })
    const send = ['pack-objects', '--revs', '--stdout', '--quiet', '--delta-base-offset']
    await acceptable(must('bring the commit into the project', gitPipe(
      [send, { ...ownGit(importDir(clone)), input: `${commit}\n^${commit}^@\n`, timeoutMs: copyMs }],
      [['index-pack', '--stdin', '--strict', '--fix-thin'], { ...trusted, timeoutMs: copyMs }],
    )))
    await must('check the commit', git(['cat-file', '-e', `${commit}^{tree}`], trusted))
  })
  const result = await moveBranch({ project, branch, from: current, to: commit })
  if (result === 'moved') return
  throw result === 'dirty' ? new FactoryError('project-dirty', `${branch} is checked out in the project and has changes that are not committed`, { mend: `commit or put aside what changed on ${branch}, then run the command again` }) : moved(branch, current)
}

/** What git's own strict look at the objects refuses is the fault of whoever left it. */
async function acceptable(bringing: Promise<Buffer>): Promise<void> {
  try {
    await bringing
  } catch (error) {
    if (!isFactoryError(error) || !/error: object [0-9a-f]+: \w+:/.test(error.message)) throw error
    throw new FactoryError('project-unfit', error.message, { mend: 'the agent has to leave plain files and links with usual names', cause: error })
  }
}

const moved = (branch: string, current: string | null): FactoryError =>
  new FactoryError('branch-moved', `${branch} is not where it was when the run began (it is at ${current ?? 'no commit'}); it was left alone`, { mend: 'factory status' })
