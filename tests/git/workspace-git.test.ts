import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { blobIdsAt, commitPaths, fetchRemote, gitState, headCommit, initRepository, isAncestor, listTree, logAnchors, mergeBase, pushHead, resolveRevision, showFile } from '../../src/workspace/git.ts'

let dir: string
let home: string
const configured = { GIT_AUTHOR_NAME: 'Ann', GIT_AUTHOR_EMAIL: 'ann@x', GIT_COMMITTER_NAME: 'Ann', GIT_COMMITTER_EMAIL: 'ann@x' }

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'factory-home-'))
  process.env.GIT_CONFIG_GLOBAL = join(home, 'gitconfig')
  writeFileSync(join(home, 'gitconfig'), '')
  dir = mkdtempSync(join(tmpdir(), 'factory-git-'))
  await initRepository(dir)
})
afterEach(() => {
  for (const name of ['GIT_CONFIG_GLOBAL', 'GIT_DIR', 'GIT_INDEX_FILE', 'GIT_WORK_TREE']) delete process.env[name]
  for (const path of [dir, home]) rmSync(path, { recursive: true, force: true })
})

const git = (...args: string[]): string => execFileSync('git', args, { cwd: dir, env: { PATH: process.env.PATH, GIT_CONFIG_GLOBAL: join(home, 'gitconfig'), ...configured }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trimEnd()
const put = (path: string, content = path): void => {
  mkdirSync(dirname(join(dir, path)), { recursive: true })
  writeFileSync(join(dir, path), content)
}
const committed = async (paths: readonly string[], message = 'message'): Promise<string> => {
  const result = await commitPaths(dir, paths, message)
  if (!result.ok || result.commit === null) throw new Error(JSON.stringify(result))
  return result.commit
}
const filesAt = async (commit: string): Promise<readonly string[]> => (await listTree(dir, commit)).map(({ path }) => path)

describe('a workspace commit', () => {
  it('holds exactly the named paths: added, changed, removed, ignored, of any name', async () => {
    const odd = ['a b.md', 'ünï.md', 'quote".md', '-dash.md', ':(glob)*.md', 'new\nline.md', 'deep/er/x.md']
    put('.gitignore', 'ignored.md\n')
    for (const path of [...odd, 'kept.md', 'ignored.md', 'other.md']) put(path)
    const first = await committed([...odd, 'kept.md', 'ignored.md'])
    expect(await filesAt(first)).toEqual([...odd, 'kept.md', 'ignored.md'].sort())
    put('kept.md', 'changed')
    rmSync(join(dir, 'a b.md'))
    rmSync(join(dir, 'deep'), { recursive: true })
    const second = await committed(['kept.md', 'a b.md', 'deep/er/x.md', 'never/was.md'])
    expect(await filesAt(second)).toEqual([...odd.filter(path => !['a b.md', 'deep/er/x.md'].includes(path)), 'kept.md', 'ignored.md'].sort())
    expect((await showFile(dir, second, 'kept.md'))?.toString()).toBe('changed')
    expect(headCommit(dir)).toBe(second)
    expect(git('status', '--porcelain', '-uno')).toBe('')
  })

  it('neither sweeps in nor unstages what somebody else has staged', async () => {
    put('ours.md')
    put('theirs.md')
    await committed(['ours.md', 'theirs.md'])
    put('theirs.md', 'staged by a person')
    put('new.md')
    git('add', 'theirs.md', 'new.md')
    put('ours.md', 'changed')
    const commit = await committed(['ours.md'])
    expect((await showFile(dir, commit, 'theirs.md'))?.toString()).toBe('theirs.md')
    expect(await filesAt(commit)).toEqual(['ours.md', 'theirs.md'])
    expect(git('status', '--porcelain', '-uno')).toBe('A  new.md\nM  theirs.md')
  })

  it('replaces a file by a folder and a folder by a file', async () => {
    put('x')
    put('y/z')
    await committed(['x', 'y/z'])
    rmSync(join(dir, 'x'))
    rmSync(join(dir, 'y'), { recursive: true })
    put('x/inner')
    put('y')
    expect(await filesAt(await committed(['x', 'x/inner', 'y', 'y/z']))).toEqual(['x/inner', 'y'])
  })

  it('is none when nothing changed', async () => {
    put('x')
    await committed(['x'])
    expect(await commitPaths(dir, ['x'], 'again')).toEqual({ ok: true, commit: null })
    expect(await commitPaths(dir, [], 'again')).toEqual({ ok: true, commit: null })
  })

  it('keeps the bytes as they are and the message as it was given', async () => {
    writeFileSync(join(home, 'gitconfig'), '[core]\nautocrlf = true\nattributesFile = ' + join(home, 'attributes') + '\n[commit]\ngpgSign = true\ncleanup = strip\n[filter "shout"]\nclean = tr a-z A-Z\n')
    writeFileSync(join(home, 'attributes'), '* filter=shout\n')
    put('x', 'one\r\ntwo\n')
    const commit = await committed(['x'], 'subject\n\n# not a comment\n\nFactory-Heads: a=1:ff')
    expect((await showFile(dir, commit, 'x'))?.toString()).toBe('one\r\ntwo\n')
    expect(git('log', '-1', '--format=%B')).toBe('subject\n\n# not a comment\n\nFactory-Heads: a=1:ff')
  })

  it('runs no hook and no fsmonitor, and asks nobody', async () => {
    const witness = join(home, 'ran')
    const script = join(home, 'script')
    writeFileSync(script, `#!/bin/sh\necho "$0" >> ${witness}\n`)
    chmodSync(script, 0o755)
    mkdirSync(join(dir, '.git/hooks'), { recursive: true })
    for (const hook of ['pre-commit', 'commit-msg', 'prepare-commit-msg', 'post-commit', 'reference-transaction', 'post-index-change', 'pre-push']) symlinkSync(script, join(dir, '.git/hooks', hook))
    git('config', 'core.fsmonitor', script)
    git('config', 'gpg.program', script)
    git('config', 'commit.gpgsign', 'true')
    put('x')
    await committed(['x'])
    expect(existsSync(witness)).toBe(false)
  })

  it('is by whoever is configured, else by Factory', async () => {
    put('x')
    await committed(['x'])
    expect(git('log', '-1', '--format=%an <%ae>')).toBe('Factory <factory@localhost>')
    writeFileSync(join(home, 'gitconfig'), '[user]\nname = Bea\nemail = bea@x\n')
    put('x', 'changed')
    await committed(['x'])
    expect(git('log', '-1', '--format=%an <%ae> %cn')).toBe('Bea <bea@x> Bea')
  })

  it('is made here, whatever the variables of the caller say, and never in a repository further up', async () => {
    process.env.GIT_DIR = join(home, 'elsewhere')
    process.env.GIT_WORK_TREE = home
    process.env.GIT_INDEX_FILE = join(home, 'index')
    put('x')
    const commit = await committed(['x'])
    expect(await filesAt(commit)).toEqual(['x'])
    put('inner/y')
    expect(await commitPaths(join(dir, 'inner'), ['y'], 'm')).toMatchObject({ ok: false })
    expect(gitState(join(dir, 'inner'))).toEqual({ repository: false, busy: null, head: null, branch: null })
  })

  it('copes with more than ten thousand paths, also beside what somebody else staged', async () => {
    const paths = Array.from({ length: 12_000 }, (_, index) => `d${index % 50}/f${index}.md`)
    for (const path of paths) put(path)
    expect((await filesAt(await committed(paths))).length).toBe(12_000)
    put('staged')
    git('add', 'staged')
    for (const path of paths.slice(0, 11_000)) rmSync(join(dir, path))
    expect((await filesAt(await committed(paths))).length).toBe(1000)
    expect(git('status', '--porcelain', '-uno')).toBe('A  staged')
  })

  it('that fails is a warning: no repository, a locked index, a broken one', async () => {
    put('x')
    writeFileSync(join(dir, '.git/index.lock'), '')
    expect(await commitPaths(dir, ['x'], 'm')).toEqual({ ok: false, warning: expect.stringContaining('index.lock') })
    rmSync(join(dir, '.git/index.lock'))
    writeFileSync(join(dir, '.git/index'), 'broken')
    expect(await commitPaths(dir, ['x'], 'm')).toMatchObject({ ok: false, warning: expect.any(String) })
    rmSync(join(dir, '.git'), { recursive: true })
    expect(await commitPaths(dir, ['x'], 'm')).toMatchObject({ ok: false })
  })

  it('can have a second parent, for a merge that was made outside of git', async () => {
    put('x')
    const first = await committed(['x'])
    git('switch', '-q', '-c', 'other')
    put('y')
    const other = await committed(['y'])
    git('switch', '-q', 'main')
    put('z')
    const result = await commitPaths(dir, ['z'], 'merge', { alsoParent: other })
    expect(result.ok).toBe(true)
    expect(git('log', '-1', '--format=%P')).toBe(`${first} ${other}`)
    expect(await isAncestor(dir, other, headCommit(dir) ?? '')).toBe(true)
  })
})

describe('the state of git', () => {
  it('is read from files: no repository, no commit, a branch, a detached and a packed HEAD', async () => {
    expect(gitState(home)).toEqual({ repository: false, busy: null, head: null, branch: null })
    expect(gitState(dir)).toEqual({ repository: true, busy: null, head: null, branch: 'refs/heads/main' })
    put('x')
    const head = await committed(['x'])
    expect(gitState(dir)).toEqual({ repository: true, busy: null, head, branch: 'refs/heads/main' })
    git('pack-refs', '--all')
    expect(gitState(dir).head).toBe(head)
    git('checkout', '-q', '--detach')
    expect(gitState(dir)).toEqual({ repository: true, busy: null, head, branch: null })
  })

  it.each(['merge', 'rebase', 'cherry-pick', 'revert', 'bisect'] as const)('shows that git is in the middle of a %s, also in a linked worktree, and no commit is made then', async operation => {
    put('x', 'base')
    const base = await committed(['x'])
    put('x', 'ours')
    const ours = await committed(['x'])
    const linked = join(home, 'linked')
    git('worktree', 'add', '-q', '-b', 'other', linked, base)
    const inLinked = (...args: string[]): void => { try { git('-C', linked, ...args) } catch { /* a conflict is what is wanted */ } }
    writeFileSync(join(linked, 'x'), 'theirs')
    git('-C', linked, 'commit', '-qam', 'theirs')
    inLinked(...{ merge: ['merge', 'main'], rebase: ['rebase', 'main'], 'cherry-pick': ['cherry-pick', ours], revert: ['revert', '--no-edit', ours], bisect: ['bisect', 'start'] }[operation])
    expect(gitState(linked).busy).toBe(operation)
    expect(await commitPaths(linked, ['x'], 'm')).toMatchObject({ ok: false, warning: expect.stringContaining(operation) })
    expect(gitState(dir).busy).toBe(null)
  })
})

describe('reading and exchanging commits', () => {
  it('lists trees, shows files and resolves names; what is not there is nothing, not an error', async () => {
    put('x', 'content')
    const commit = await committed(['x'])
    expect(await listTree(dir, commit)).toEqual([{ path: 'x', mode: '100644', object: blobIdsAt(dir, commit).get('x'), bytes: 7 }])
    expect(blobIdsAt(dir, commit)).toEqual(new Map([['x', git('hash-object', 'x')]]))
    expect(await resolveRevision(dir, 'main')).toBe(commit)
    for (const name of ['none', '--all', '', '-x']) expect(await resolveRevision(dir, name)).toBe(null)
    expect(await showFile(dir, commit, 'none')).toBeUndefined()
    expect(await listTree(dir, 'none')).toEqual([])
    expect([...blobIdsAt(dir, 'none')]).toEqual([])
  })

  it('finds the anchors of the log in messages, newest first', async () => {
    put('x', '1')
    const one = await committed(['x'], 'factory run\n\nFactory-Events: k3f9ab:1..k3f9ab:4\nFactory-Heads: k3f9ab=4:aa11')
    put('x', '2')
    git('commit', '-qam', 'by a person, who mentions Factory-Heads: in passing')
    put('x', '3')
    const two = await committed(['x'], 'factory sync\n\nFactory-Heads: k3f9ab=9:bb22 q8d2xx=311:cc33')
    const anchors = await logAnchors(dir)
    expect(anchors).toEqual([
      { commit: two, time: expect.any(String), heads: { k3f9ab: { seq: 9, hash: 'bb22' }, q8d2xx: { seq: 311, hash: 'cc33' } }, events: null },
      { commit: one, time: expect.any(String), heads: { k3f9ab: { seq: 4, hash: 'aa11' } }, events: ['k3f9ab:1', 'k3f9ab:4'] },
    ])
    expect(await logAnchors(dir, { limit: 1 })).toEqual(anchors.slice(0, 1))
    expect(await logAnchors(home)).toEqual([])
  })

  it('fetches from and pushes to a remote, and knows the common ancestor', async () => {
    put('x')
    const base = await committed(['x'])
    const other = join(home, 'other')
    git('clone', '-q', dir, other)
    writeFileSync(join(other, 'y'), 'y')
    expect(await commitPaths(other, ['y'], 'theirs')).toMatchObject({ ok: true })
    git('remote', 'add', 'origin', other)
    expect(await fetchRemote(dir, 'origin')).toEqual({ ok: true })
    const theirs = await resolveRevision(dir, 'refs/remotes/origin/main')
    expect(theirs).toBe(headCommit(other))
    put('z')
    const ours = await committed(['z'])
    expect(await mergeBase(dir, ours, theirs ?? '')).toBe(base)
    expect(await pushHead(dir, 'origin', 'from-here')).toEqual({ ok: true })
    expect(await resolveRevision(other, 'from-here')).toBe(ours)
    expect(await fetchRemote(dir, join(home, 'nowhere'))).toMatchObject({ ok: false, warning: expect.any(String) })
  })
})
