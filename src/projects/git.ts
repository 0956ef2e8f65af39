/**
 * Git calls on a project's repository that trust nothing in it but its objects and refs. Called by the modules that clone,
 * import and merge. A project may be linked from anywhere: its hooks, filters, merge drivers and configuration are never run,
 * because git is given a directory of its own with the project's object store behind it.
 */
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FactoryError } from '../error.ts'
import { type GitOptions, type GitResult, fallbackIdentity, git, partsOf } from '../workspace/git-command.ts'
import { type GitDir, gitState, locateGit, readRef } from '../workspace/git-dir.ts'

/** Nothing of this machine's or this person's configuration either: filters may be defined there. */
const bareEnvironment = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', GIT_ATTR_NOSYSTEM: '1' }

const { name, email } = fallbackIdentity
export const identityOf = (author: { readonly name: string; readonly email: string } = { name, email }): Readonly<Record<string, string>> => ({
  GIT_AUTHOR_NAME: author.name, GIT_AUTHOR_EMAIL: author.email, GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: email,
})

/** The repository of a project; throws `project-not-git`. */
export function projectGit(project: string): GitDir {
  const located = locateGit(project) ?? bareRepository(project)
  if (located === undefined) throw new FactoryError('project-not-git', `${project} is not a git repository`, { mend: 'factory doctor' })
  return located
}

function bareRepository(dir: string): GitDir | undefined {
  const entries = new Set(entriesOf(dir))
  return entries.has('HEAD') && entries.has('objects') && entries.has('refs') ? { gitDir: dir, commonDir: dir, workTree: dir } : undefined
}

function entriesOf(dir: string): readonly string[] {
  try {
    return readdirSync(dir)
  } catch {
    return []
  }
}

/** A git directory made from nothing: no hooks, no configuration but the format, no refs. */
export function makeGitDir(dir: string, options: { readonly alternates?: readonly string[]; readonly sha256?: boolean; readonly exclude?: string } = {}): void {
  for (const part of ['objects/info', 'objects/pack', 'refs/heads', 'info']) mkdirSync(join(dir, part), { recursive: true })
  const format = options.sha256 === true ? '\trepositoryformatversion = 1\n[extensions]\n\tobjectFormat = sha256\n' : '\trepositoryformatversion = 0\n'
  writeFileSync(join(dir, 'config'), `[core]\n${format}`)
  writeFileSync(join(dir, 'HEAD'), 'ref: refs/heads/main\n')
  writeFileSync(join(dir, 'info/exclude'), options.exclude ?? '')
  if (options.alternates !== undefined) writeFileSync(join(dir, 'objects/info/alternates'), options.alternates.map(path => `${path}\n`).join(''))
}

export const objectsOf = ({ commonDir }: GitDir): string => join(commonDir, 'objects')

export const isSha256 = (located: GitDir): boolean => /^\s*objectformat\s*=\s*sha256/im.test(textAt(join(located.commonDir, 'config')))

/**
 * Run `work` with a fresh git directory over the project's objects. New objects go into the project's own store. History that
 * the project does not have (a shallow clone) is known to it.
 */
export async function withTrustedGit<T>(project: string, work: (options: GitOptions, located: GitDir) => Promise<T>): Promise<T> {
  const located = projectGit(project)
  const dir = mkdtempSync(join(tmpdir(), 'factory-git-'))
  try {
    makeGitDir(dir, { sha256: isSha256(located) })
    const shallow = textAt(join(located.commonDir, 'shallow'))
    if (shallow !== '') writeFileSync(join(dir, 'shallow'), shallow)
    return await work({ gitDir: dir, env: { ...bareEnvironment, GIT_OBJECT_DIRECTORY: objectsOf(located) } }, located)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** Options for a git directory that Factory made itself. */
export const ownGit = (gitDir: string, workTree?: string): GitOptions => ({ gitDir, env: bareEnvironment, ...(workTree === undefined ? {} : { workTree }) })

/** The output of a call that has to work; throws `git-failed` with what was being done. */
export async function must(what: string, result: Promise<GitResult>): Promise<Buffer> {
  const done = await result
  if (done.ok) return done.stdout
  throw new FactoryError('git-failed', `${what}: ${done.warning}`, { mend: 'factory doctor' })
}

export const line = (output: Buffer): string => output.toString('utf8').trim()

/** The commit a branch, tag or id stands for in a project; null when there is none. */
export async function resolveCommit(project: string, revision: string): Promise<string | null> {
  const located = projectGit(project)
  if (revision === 'HEAD') return gitState(project).head
  const branch = readRef(located, `refs/heads/${revision}`)
  if (branch !== null) return branch
  // Names need the project's refs; nothing is run by looking one up.
  const result = await git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`], { gitDir: located.gitDir })
  return result.ok ? line(result.stdout) : null
}

/** The commits without parents that lead to HEAD: what stays the same in every clone of a project. */
export async function rootCommits(project: string): Promise<readonly string[]> {
  const head = gitState(project).head
  if (head === null) return []
  return withTrustedGit(project, async options => line(await must('list the first commits', git(['rev-list', '--max-parents=0', head], options))).split('\n').sort())
}

/** Paths that differ between two commits, sorted. */
export async function changedPathsBetween(project: string, from: string, to: string): Promise<readonly string[]> {
  return withTrustedGit(project, options => changedPaths(options, from, to))
}

export async function changedPaths(options: GitOptions, from: string, to: string): Promise<readonly string[]> {
  const output = await must('compare two commits', git(['diff-tree', '-r', '-z', '--name-only', '--no-renames', '--no-ext-diff', '--end-of-options', from, to], options))
  return [...partsOf(output)].sort()
}

/** A new project: branch main with one empty commit, so that everything later has a base. Returns that commit. */
export async function createProject(dir: string): Promise<string> {
  if (locateGit(dir) !== undefined) throw new FactoryError('project-exists', `${dir} is a git repository already`)
  mkdirSync(dir, { recursive: true })
  const options = { ...ownGit(join(dir, '.git'), dir), cwd: dir }
  await must('make a repository', git(['init', '--quiet', '--template=', '--initial-branch=main'], options))
  mkdirSync(join(dir, '.git/info'), { recursive: true })
  writeFileSync(join(dir, '.git/info/exclude'), '/.factory\n')
  const tree = line(await must('make an empty tree', git(['mktree'], options)))
  const commit = line(await must('make the first commit', git(['commit-tree', tree, '-m', 'Start'], { ...options, env: { ...options.env, ...identityOf() } })))
  await must('name the first commit', git(['update-ref', 'refs/heads/main', commit], options))
  return commit
}

export function textAt(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
