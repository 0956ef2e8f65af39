/**
 * How two people meet: fetch, unite the logs as sets, unite the blobs, project, commit the merge, send it back. Also heals what plain
 * git left half done (a merge, rebase, cherry-pick or revert that stopped on conflicts): only the log and the blobs carry information.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { FactoryError } from '../error.ts'
import { exportCommit } from './export-commit.ts'
import { git } from './git-command.ts'
import { gitState, locateGit } from './git-dir.ts'
import { fetchRemote, isAncestor, pushHead, remoteName, resolveRevision } from './git.ts'
import type { Workspace } from './session.ts'
import { takeOver } from './take-over.ts'

export interface SyncOptions {
  /** Name or address of the remote; default `origin`. */
  readonly remote?: string | null | undefined
  /** Only finish what git left half done. */
  readonly continue?: boolean
  readonly actor: string
  readonly onProgress?: (line: string) => void
}

export interface Synced {
  readonly remote: string | null
  /** Events that were new here. */
  readonly received: number
  readonly sent: boolean
  readonly finished: string | null
  readonly warnings: readonly string[]
}

export async function sync(workspace: Workspace, options: SyncOptions): Promise<Synced> {
  const say = options.onProgress ?? (() => {})
  const before = await eventCount(workspace)
  const finished = await finishWhatGitLeft(workspace, options, say)
  if (options.continue === true) return { remote: null, received: (await eventCount(workspace)) - before, sent: false, finished, warnings: [] }
  await workspace.transact({ command: 'sync', actor: options.actor }, () => undefined)
  const remote = options.remote ?? 'origin'
  say(`fetching ${remote}`)
  const fetched = await fetchRemote(workspace.root, remote)
  if (!fetched.ok) throw new FactoryError('fetch-failed', `git could not fetch ${remote}: ${fetched.warning}`, { mend: 'factory sync REMOTE with the name or address of a reachable clone' })
  const theirs = await theirHead(workspace, remote)
  if (theirs !== null && !(await alreadyHere(workspace, theirs))) {
    say('uniting the two histories')
    // Where nothing was done here, their commit is taken as it is: otherwise two clones would merge each other's merges for ever.
    const followed = await followTo(workspace, theirs)
    await uniteWith(workspace, [theirs], followed ? { actor: options.actor, leftByGit: true } : { actor: options.actor, alsoParent: theirs })
  }
  const warnings: string[] = []
  const sent = await send(workspace, remote, theirs, warnings)
  return { remote, received: (await eventCount(workspace)) - before, sent, finished, warnings }
}

/** Events of other writers. */
async function eventCount(workspace: Workspace): Promise<number> {
  const { state } = await workspace.look({ pending: false })
  return state.events - (state.heads[workspace.writer()] ?? 0)
}

async function theirHead(workspace: Workspace, remote: string): Promise<string | null> {
  const { branch } = gitState(workspace.root)
  const name = branch?.replace('refs/heads/', '') ?? 'main'
  for (const candidate of [name, 'main', 'master']) {
    const commit = await resolveRevision(workspace.root, `refs/remotes/${remoteName(remote)}/${candidate}`)
    if (commit !== null) return commit
  }
  return null
}

async function alreadyHere(workspace: Workspace, commit: string): Promise<boolean> {
  const { head } = gitState(workspace.root)
  return head !== null && isAncestor(workspace.root, commit, head)
}

/** Moves HEAD and git's index to their commit if ours lies in its past; the files follow when the log is projected. */
async function followTo(workspace: Workspace, theirs: string): Promise<boolean> {
  const { head } = gitState(workspace.root)
  const located = locateGit(workspace.root)
  if (head === null || located === undefined || !(await isAncestor(workspace.root, head, theirs))) return false
  const call = (...args: string[]): ReturnType<typeof git> => git(args, { gitDir: located.gitDir, workTree: workspace.root, cwd: workspace.root })
  if (!(await call('read-tree', '-i', '-m', head, theirs)).ok) return false
  return (await call('update-ref', '-m', 'factory sync', 'HEAD', theirs, head)).ok
}

async function send(workspace: Workspace, remote: string, theirs: string | null, warnings: string[]): Promise<boolean> {
  const { head, branch } = gitState(workspace.root)
  if (head === null || head === theirs || branch === null) return false
  const pushed = await pushHead(workspace.root, remote, branch.replace('refs/heads/', ''))
  if (!pushed.ok) warnings.push(`nothing was sent to ${remote}: ${pushed.warning.split('\n')[0] ?? ''} (its own factory sync takes it from here)`)
  return pushed.ok
}

interface UniteOptions {
  readonly actor: string
  readonly alsoParent?: string
  /** Git was ended in the middle of it: what differs in known files is its doing. */
  readonly leftByGit?: boolean
}

/** Brings the events and blobs of other commits in, under the lock, and commits the union. */
async function uniteWith(workspace: Workspace, commits: readonly string[], { actor, alsoParent, leftByGit = false }: UniteOptions): Promise<void> {
  mkdirSync(join(workspace.local, 'tmp'), { recursive: true })
  const exported = mkdtempSync(join(workspace.local, 'tmp', 'sync-'))
  try {
    const trees: string[] = []
    for (const commit of commits) {
      const tree = join(exported, String(trees.length))
      const result = await exportCommit(workspace.root, commit, tree, ['events.jsonl', 'log', 'blobs'])
      if (!result.ok) throw new FactoryError('unite-failed', `git could not read ${commit.slice(0, 12)}: ${result.warning}`, { mend: 'factory doctor' })
      trees.push(tree)
    }
    const prepare = (): void => { for (const tree of trees) takeOver(workspace.root, tree) }
    const options = { command: 'sync', actor, prepare, ...(leftByGit ? { fromCommits: commits } : { withoutIntake: true }), ...(alsoParent === undefined ? {} : { alsoParent }) }
    await workspace.transact(options, () => undefined)
  } finally {
    rmSync(exported, { recursive: true, force: true })
  }
}

/**
 * Ends an operation that git stopped in the middle of, keeping what both sides knew. A merge is concluded with both parents; a rebase
 * becomes a merge with what it was put onto; a cherry-pick or revert takes only the events of the picked commit.
 */
async function finishWhatGitLeft(workspace: Workspace, options: SyncOptions, say: (line: string) => void): Promise<string | null> {
  const located = locateGit(workspace.root)
  const { busy } = gitState(workspace.root)
  if (located === undefined || busy === null) return null
  if (busy === 'bisect') throw new FactoryError('git-busy', 'git is bisecting in this workspace.', { exitCode: 75, mend: 'git bisect reset' })
  say(`finishing the ${busy} that git left half done`)
  const read = (file: string): string | null => (existsSync(join(located.gitDir, file)) ? readFileSync(join(located.gitDir, file), 'utf8').trim().split('\n')[0] ?? null : null)
  const other = busy === 'merge' ? read('MERGE_HEAD') : busy === 'rebase' ? read('rebase-merge/onto') ?? read('rebase-apply/onto') : read(busy === 'revert' ? 'REVERT_HEAD' : 'CHERRY_PICK_HEAD')
  const head = gitState(workspace.root).head
  const call = (...args: string[]): ReturnType<typeof git> => git(args, { gitDir: located.gitDir, workTree: workspace.root, cwd: workspace.root })
  if (busy === 'rebase') await call('rebase', '--abort')
  else {
    await call(busy, '--quit')
    await call('read-tree', head ?? '--empty')
  }
  const { busy: still } = gitState(workspace.root)
  if (still !== null) throw new FactoryError('git-busy', `git did not let go of its ${still}.`, { exitCode: 75, mend: `git status says what it waits for` })
  const commits = [other, busy === 'rebase' ? head : null].flatMap(commit => commit ?? [])
  await uniteWith(workspace, commits, { actor: options.actor, leftByGit: true, ...(other !== null && (busy === 'merge' || busy === 'rebase') ? { alsoParent: other } : {}) })
  return busy
}
