/**
 * The workspace's own git: an anchor outside the log and the way two people meet, never the truth. Called by transactions,
 * which commit the paths they wrote, and by sync, replay and audit, which read. Git failing is a warning, never lost state.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { type GitOptions, type GitResult, fallbackIdentity, git, gitSync, partsOf, textOf } from './git-command.ts'
import { type GitDir, gitState, locateGit } from './git-dir.ts'

export { type GitOperation, type GitState, gitState } from './git-dir.ts'

export type CommitResult =
  /** `commit` is null when there was nothing to commit. */
  | { readonly ok: true; readonly commit: string | null }
  | { readonly ok: false; readonly warning: string }

export interface CommitOptions {
  /** A second parent: the other side of a merge that Factory made itself. */
  readonly alsoParent?: string
}

/** Make `dir` a repository of its own, on branch main, without templates. False when it is one already. */
export async function initRepository(dir: string): Promise<{ readonly ok: true; readonly made: boolean } | { readonly ok: false; readonly warning: string }> {
  if (locateGit(dir) !== undefined) return { ok: true, made: false }
  const result = await git(['init', '--quiet', '--template=', '--initial-branch=main'], { gitDir: join(dir, '.git'), workTree: dir, cwd: dir })
  return result.ok ? { ok: true, made: true } : failure(result)
}

/** The commit that HEAD names, without starting git. */
export const headCommit = (dir: string): string | null => gitState(dir).head

/**
 * Commit exactly these paths as they are now: added, changed or gone. What somebody else staged is neither committed nor
 * unstaged. Ignored files are committed too when they are named. Refuses while git is in the middle of something.
 */
export async function commitPaths(dir: string, paths: readonly string[], message: string, options: CommitOptions = {}): Promise<CommitResult> {
  const located = locateGit(dir)
  if (located === undefined) return { ok: false, warning: 'there is no git repository here' }
  const { busy, head } = gitState(dir)
  if (busy !== null) return { ok: false, warning: `git is in the middle of a ${busy}` }
  const base: GitOptions = { gitDir: located.gitDir, workTree: dir }
  const tree = await treeWith(located, base, head, paths)
  if (!tree.ok) return failure(tree)
  const id = tree.stdout.toString().trim()
  if (options.alsoParent === undefined && (await treeOf(base, head)) === id) return { ok: true, commit: null }
  return commitTree(base, id, [head, options.alsoParent ?? null], message)
}

/** The tree of HEAD with these paths as they are in the working tree. */
async function treeWith(located: GitDir, base: GitOptions, head: string | null, paths: readonly string[]): Promise<GitResult> {
  const foreign = await stagedByOthers(base, head, new Set(paths))
  if (!foreign.ok) return foreign
  const staged = await stage(base, paths)
  if (!staged.ok || !foreign.any) return staged.ok ? git(['write-tree'], base) : staged
  return treeInOwnIndex(located, base, head, paths)
}

const stage = (base: GitOptions, paths: readonly string[]): Promise<GitResult> =>
  git(['update-index', '--add', '--remove', '--replace', '-z', '--stdin'], { ...base, input: paths.map(path => `${path}\0`).join('') })

async function stagedByOthers(base: GitOptions, head: string | null, ours: ReadonlySet<string>): Promise<{ ok: true; any: boolean } | Extract<GitResult, { ok: false }>> {
  const listed = await git(head === null ? ['ls-files', '-z'] : ['diff-index', '--cached', '--name-only', '--no-renames', '--ignore-submodules=none', '-z', head], base)
  return listed.ok ? { ok: true, any: partsOf(listed.stdout).some(path => !ours.has(path)) } : listed
}

/** Somebody has staged other things: the commit is made from an index of its own, theirs stays as it is. */
async function treeInOwnIndex(located: GitDir, base: GitOptions, head: string | null, paths: readonly string[]): Promise<GitResult> {
  const index = join(located.gitDir, `factory-index-${process.pid}`)
  const own: GitOptions = { ...base, env: { GIT_INDEX_FILE: index } }
  try {
    const read = await git(['read-tree', ...(head === null ? ['--empty'] : [head])], own)
    if (!read.ok) return read
    const staged = await stage(own, paths)
    return staged.ok ? await git(['write-tree'], own) : staged
  } finally {
    rmSync(index, { force: true })
    rmSync(`${index}.lock`, { force: true })
  }
}

async function commitTree(base: GitOptions, tree: string, parents: readonly (string | null)[], message: string): Promise<CommitResult> {
  const [head] = parents
  const known = parents.filter(parent => parent !== null)
  const made = await withIdentity(env => git(['commit-tree', tree, ...known.flatMap(parent => ['-p', parent]), '-F', '-'], { ...base, input: message, env }))
  const commit = textOf(made)
  if (commit === undefined) return made.ok ? { ok: false, warning: 'git made no commit' } : failure(made)
  const subject = (message.split('\n')[0] ?? '').slice(0, 200)
  const moved = await git(['update-ref', '-m', `commit: ${subject}`, 'HEAD', commit, head ?? '0'.repeat(tree.length)], base)
  return moved.ok ? { ok: true, commit } : failure(moved)
}

const failure = ({ warning }: { readonly warning: string }): { readonly ok: false; readonly warning: string } => ({ ok: false, warning })

/** As who is configured; as Factory where nobody is. Git is told not to guess from the host's name. */
async function withIdentity(call: (env: Readonly<Record<string, string>>) => Promise<GitResult>): Promise<GitResult> {
  const configured = await call({})
  if (configured.ok || !/(?:auto-detection is disabled|empty ident|tell me who you are|no email was given|no name was given)/i.test(configured.warning)) return configured
  const { name, email } = fallbackIdentity
  return call({ GIT_AUTHOR_NAME: name, GIT_AUTHOR_EMAIL: email, GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: email })
}

async function treeOf(base: GitOptions, commit: string | null): Promise<string | undefined> {
  return commit === null ? undefined : textOf(await git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${commit}^{tree}`], base))
}

export interface TreeEntry {
  readonly path: string
  readonly mode: string
  readonly object: string
  readonly bytes: number | null
}

/** Every file of a commit. Empty when git cannot tell. */
export async function listTree(dir: string, commit: string): Promise<readonly TreeEntry[]> {
  const result = await read(dir, ['ls-tree', '-r', '-z', '-l', '--full-tree', '--end-of-options', commit])
  return result?.ok === true ? partsOf(result.stdout).flatMap(treeEntry) : []
}

/** Path to blob id at a commit, waiting: the working tree is compared with it in the middle of a transaction. */
export function blobIdsAt(dir: string, commit: string): ReadonlyMap<string, string> {
  const located = locateGit(dir)
  const result = located === undefined ? undefined : gitSync(['ls-tree', '-r', '-z', '-l', '--full-tree', '--end-of-options', commit], { gitDir: located.gitDir })
  return new Map(result?.ok === true ? partsOf(result.stdout).flatMap(treeEntry).map(({ path, object }) => [path, object]) : [])
}

/** Path to blob id as staged in git's own index, unmerged paths left out, waiting. */
export function stagedBlobIds(dir: string): ReadonlyMap<string, string> {
  const located = locateGit(dir)
  const result = located === undefined ? undefined : gitSync(['ls-files', '--stage', '-z'], { gitDir: located.gitDir, workTree: dir })
  return new Map(result?.ok === true ? partsOf(result.stdout).flatMap(line => {
    const [, object, path] = /^\d+ ([0-9a-f]+) 0\t([\s\S]+)$/.exec(line) ?? []
    return object === undefined || path === undefined ? [] : [[path, object] as const]
  }) : [])
}

function treeEntry(line: string): readonly TreeEntry[] {
  const [, mode, object, size, path] = /^(\d+) \w+ ([0-9a-f]+)\s+(\d+|-)\t([\s\S]+)$/.exec(line) ?? []
  if (mode === undefined || object === undefined || path === undefined) return []
  return [{ path, mode, object, bytes: size === '-' || size === undefined ? null : Number(size) }]
}

/** Content of a file at a commit; undefined when it is not there. */
export async function showFile(dir: string, commit: string, path: string): Promise<Buffer | undefined> {
  const result = await read(dir, ['cat-file', 'blob', `${commit}:${path}`])
  return result?.ok === true ? result.stdout : undefined
}

/** What a commit says about the log at that moment. */
export interface LogAnchor {
  readonly commit: string
  readonly time: string
  /** Per writer the last sequence number and its hash. */
  readonly heads: Readonly<Record<string, { readonly seq: number; readonly hash: string }>>
  /** `[first, last]` event of the command, when it had any. */
  readonly events: readonly [string, string] | null
}

/** The commits that name chain heads, newest first. */
export async function logAnchors(dir: string, options: { readonly from?: string; readonly limit?: number } = {}): Promise<readonly LogAnchor[]> {
  const limit = options.limit === undefined ? [] : [`--max-count=${options.limit}`]
  const result = await read(dir, ['log', '-z', '--format=%H%n%cI%n%B', '--grep=^Factory-Heads: ', ...limit, '--end-of-options', options.from ?? 'HEAD'])
  return result?.ok === true ? partsOf(result.stdout).flatMap(parseAnchor) : []
}

function parseAnchor(text: string): readonly LogAnchor[] {
  const [commit, time] = text.split('\n')
  const heads = /^Factory-Heads: (.*)$/m.exec(text)?.[1]
  if (commit === undefined || time === undefined || heads === undefined) return []
  const entries = heads.split(' ').flatMap(part => {
    const [, writer, seq, hash] = /^([^=\s]+)=(\d+):([0-9a-f]+)$/.exec(part) ?? []
    return writer === undefined || hash === undefined ? [] : [[writer, { seq: Number(seq), hash }] as const]
  })
  const [, first, last] = /^Factory-Events: (\S+?)\.\.(\S+)$/m.exec(text) ?? []
  return [{ commit, time, heads: Object.fromEntries(entries), events: first === undefined || last === undefined ? null : [first, last] }]
}

/** Bring the branches of a remote here. The remote's name or address comes from a person. */
export async function fetchRemote(dir: string, remote: string, options: { readonly timeoutMs?: number } = {}): Promise<{ readonly ok: true } | { readonly ok: false; readonly warning: string }> {
  const result = await read(dir, ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--end-of-options', remote, `+refs/heads/*:refs/remotes/${remoteName(remote)}/*`], options.timeoutMs ?? 300_000)
  return result === undefined ? { ok: false, warning: 'there is no git repository here' } : result.ok ? { ok: true } : failure(result)
}

/** Send HEAD to a branch of a remote; never by force. */
export async function pushHead(dir: string, remote: string, branch: string): Promise<{ readonly ok: true } | { readonly ok: false; readonly warning: string }> {
  const result = await read(dir, ['push', '--quiet', '--no-verify', '--end-of-options', remote, `HEAD:refs/heads/${branch}`], 300_000)
  return result === undefined ? { ok: false, warning: 'there is no git repository here' } : result.ok ? { ok: true } : failure(result)
}

/** Where `fetchRemote` keeps the branches of a remote: under its name, or under `sync` for an address. */
export const remoteName = (remote: string): string => (/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(remote) ? remote : 'sync')

/** The commit a name stands for; null when there is none. */
export async function resolveRevision(dir: string, revision: string): Promise<string | null> {
  const result = await read(dir, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`])
  return result?.ok === true ? result.stdout.toString().trim() : null
}

/** The best common ancestor; null for unrelated histories. */
export async function mergeBase(dir: string, one: string, other: string): Promise<string | null> {
  const result = await read(dir, ['merge-base', '--end-of-options', one, other])
  return result?.ok === true ? result.stdout.toString().trim().split('\n')[0] ?? null : null
}

/** Whether `ancestor` is `commit` or lies in its past. */
export async function isAncestor(dir: string, ancestor: string, commit: string): Promise<boolean> {
  return (await read(dir, ['merge-base', '--is-ancestor', '--end-of-options', ancestor, commit]))?.ok === true
}

async function read(dir: string, args: readonly string[], timeoutMs?: number): Promise<GitResult | undefined> {
  const located = locateGit(dir)
  return located === undefined ? undefined : git(args, { gitDir: located.gitDir, workTree: dir, ...(timeoutMs === undefined ? {} : { timeoutMs }) })
}
