import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type CommittedChanges, changedPathsBetween, commitChanges, createProject, importCommit, mergeInto, privateClone, resolveCommit, rootCommits } from '../../src/projects/clone.ts'

let top: string
let project: string
let clone: string
let base: string
let witness: string

const environment = { PATH: process.env.PATH, HOME: '/nonexistent', GIT_CONFIG_NOSYSTEM: '1', GIT_AUTHOR_NAME: 'Ann', GIT_AUTHOR_EMAIL: 'ann@x', GIT_COMMITTER_NAME: 'Ann', GIT_COMMITTER_EMAIL: 'ann@x', GIT_ALLOW_PROTOCOL: 'file' }
const gitIn = (dir: string, ...args: string[]): string => execFileSync('git', ['-c', 'protocol.file.allow=always', ...args], { cwd: dir, env: environment, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trimEnd()
const inProject = (...args: string[]): string => gitIn(project, ...args)
const inClone = (...args: string[]): string => gitIn(clone, ...args)
const put = (dir: string, path: string, content = path): void => {
  mkdirSync(dirname(join(dir, path)), { recursive: true })
  writeFileSync(join(dir, path), content)
}
const commitAll = (message = 'change'): string => {
  inProject('add', '-A')
  inProject('commit', '-qm', message)
  return inProject('rev-parse', 'HEAD')
}
/** Leaves a trace when git is made to run it. */
function trap(dir: string): string {
  const script = join(dir, 'trap')
  writeFileSync(script, `#!/bin/sh\necho "$0 $*" >> ${witness}\ncat 2>/dev/null\n`)
  chmodSync(script, 0o755)
  return script
}
function hostileConfig(dir: string): void {
  const script = trap(top)
  for (const setting of ['core.fsmonitor', 'core.sshCommand', 'core.editor', 'core.pager', 'gpg.program', 'filter.evil.clean', 'filter.evil.smudge', 'filter.evil.process', 'merge.evil.driver', 'diff.evil.command', 'diff.evil.textconv', 'diff.external', 'uploadpack.packObjectsHook', 'credential.helper']) gitIn(dir, 'config', setting, script)
  for (const [setting, value] of [['commit.gpgsign', 'true'], ['filter.evil.required', 'true'], ['core.attributesFile', join(top, 'attributes')]] as const) gitIn(dir, 'config', setting, value)
  writeFileSync(join(top, 'attributes'), '* filter=evil diff=evil merge=evil\n')
  mkdirSync(join(dir, '.git/info'), { recursive: true })
  writeFileSync(join(dir, '.git/info/attributes'), '* filter=evil diff=evil merge=evil\n')
  mkdirSync(join(dir, '.git/hooks'), { recursive: true })
  for (const hook of ['pre-commit', 'post-commit', 'post-checkout', 'post-merge', 'reference-transaction', 'post-index-change', 'pre-auto-gc', 'update', 'post-rewrite']) {
    rmSync(join(dir, '.git/hooks', hook), { force: true })
    symlinkSync(script, join(dir, '.git/hooks', hook))
  }
}
let leftOut: readonly string[] = []
const changes = (): Promise<CommittedChanges | null> => { leftOut = []; return commitChanges({ clone, project, base, message: 'made by an agent', author: { name: 'builder', email: 'builder@factory' }, onLeftOut: paths => { leftOut = paths } }) }
const changed = async (): Promise<CommittedChanges> => {
  const result = await changes()
  if (result === null) throw new Error('nothing changed')
  return result
}
const ran = (): boolean => existsSync(witness)

beforeEach(async () => {
  top = mkdtempSync(join(tmpdir(), 'factory-project-'))
  project = join(top, 'project')
  clone = join(top, 'view/projects/shop')
  witness = join(top, 'ran')
  await createProject(project)
  put(project, 'README.md', 'one\n')
  put(project, 'src/a.ts', 'a\n')
  put(project, '.gitignore', 'dist/\n')
  base = commitAll('base')
})
afterEach(() => rmSync(top, { recursive: true, force: true }))

describe('a private clone', () => {
  it('is a clean working tree of that commit, on a branch, where one can commit', async () => {
    await privateClone({ source: project, commit: base, dest: clone })
    expect(inClone('status', '--porcelain', '--branch')).toBe('## main')
    expect(inClone('rev-parse', 'HEAD')).toBe(base)
    expect(readFileSync(join(clone, 'src/a.ts'), 'utf8')).toBe('a\n')
    put(clone, 'new')
    inClone('add', '-A')
    execFileSync('git', ['commit', '-qm', 'by the agent'], { cwd: clone, env: { PATH: process.env.PATH, HOME: '/nonexistent' } })
    expect(inClone('log', '-1', '--format=%an')).toBe('Factory')
    expect(inClone('fsck', '--strict')).toBe('')
  })

  it('holds no object that is not in the past of its commit, no other ref, no remote, no trace of where it came from', async () => {
    inProject('switch', '-q', '-c', 'scenarios')
    put(project, 'secret.md', 'hidden acceptance case\n')
    const hidden = commitAll('hidden')
    inProject('tag', 'a-tag')
    inProject('switch', '-q', 'main')
    put(project, 'later.md', 'later\n')
    commitAll('later')
    put(project, 'stashed.md', 'stashed\n')
    inProject('add', '-A')
    inProject('stash', '-q')
    inProject('gc', '-q')
    await privateClone({ source: project, commit: base, dest: clone })
    const reachable = inProject('rev-list', '--objects', base).split('\n').map(text => text.split(' ')[0]).sort()
    const present = inClone('cat-file', '--batch-all-objects', '--batch-check=%(objectname)').split('\n').sort()
    expect(present).toEqual(reachable)
    expect(present).not.toContain(hidden)
    expect(inClone('for-each-ref', '--format=%(refname)')).toBe('refs/heads/main')
    expect(inClone('remote')).toBe('')
    for (const absent of ['objects/info/alternates', 'logs', 'FETCH_HEAD', 'ORIG_HEAD', 'hooks', 'packed-refs']) expect(existsSync(join(clone, '.git', absent)), absent).toBe(false)
    // grep ends with 1 when it finds nothing.
    expect(spawnSync('grep', ['-rlaF', project, clone], { encoding: 'utf8' })).toMatchObject({ status: 1, stdout: '' })
  })

  it('runs nothing that the project or this person has configured', async () => {
    put(project, '.gitattributes', '* filter=evil\n')
    base = commitAll()
    hostileConfig(project)
    process.env.GIT_CONFIG_GLOBAL = join(project, '.git/config')
    try {
      await privateClone({ source: project, commit: base, dest: clone })
    } finally {
      delete process.env.GIT_CONFIG_GLOBAL
    }
    expect(ran()).toBe(false)
    expect(readFileSync(join(clone, 'README.md'), 'utf8')).toBe('one\n')
  })

  it('can be made of a shallow project, of a linked worktree and of a clone that borrows its objects', async () => {
    put(project, 'b')
    base = commitAll()
    for (const [name, ...args] of [['shallow', '--depth=1', `file://${project}`], ['borrowing', '--shared', project]] as const) {
      const source = join(top, name)
      gitIn(top, 'clone', '-q', ...args, source)
      await privateClone({ source, commit: base, dest: join(top, 'of', name) })
      expect(gitIn(join(top, 'of', name), 'status', '--porcelain')).toBe('')
    }
    inProject('worktree', 'add', '-q', join(top, 'linked'), '-b', 'linked')
    await privateClone({ source: join(top, 'linked'), commit: base, dest: join(top, 'of/linked') })
    expect(gitIn(join(top, 'of/linked'), 'rev-parse', 'HEAD')).toBe(base)
  })

  it('of a commit that does not exist is refused', async () => {
    await expect(privateClone({ source: project, commit: 'f'.repeat(40), dest: clone })).rejects.toMatchObject({ code: 'git-failed' })
    await expect(privateClone({ source: top, commit: base, dest: clone })).rejects.toMatchObject({ code: 'project-not-git' })
  })
})

describe('the changes of an agent', () => {
  beforeEach(() => privateClone({ source: project, commit: base, dest: clone }))

  it('are everything that is not ignored, as one commit on the base; none is null', async () => {
    expect(await changes()).toBeNull()
    put(clone, 'README.md', 'two\n')
    put(clone, 'odd\nname ä.md')
    put(clone, 'dist/ignored.js')
    put(clone, '.factory/state')
    rmSync(join(clone, 'src/a.ts'))
    const { commit, changedPaths } = await changed()
    expect(changedPaths).toEqual(['README.md', 'odd\nname ä.md', 'src/a.ts'])
    expect(leftOut).toEqual([])
    await importCommit({ project, clone, commit, branch: 'factory/x', expectOld: null })
    expect(inProject('log', '-1', '--format=%P %an %s', 'factory/x')).toBe(`${base} builder made by an agent`)
    expect(await changedPathsBetween(project, base, commit)).toEqual(changedPaths)
    expect(inProject('status', '--porcelain')).toBe('')
  })

  it('include what it committed itself, also on other branches it made current', async () => {
    inClone('switch', '-q', '-c', 'mine')
    put(clone, 'x')
    inClone('add', '-A')
    inClone('commit', '-qm', 'one')
    inClone('commit', '-q', '--amend', '-m', 'rewritten', '--author=Nobody <n@x>')
    put(clone, 'y')
    expect((await changed()).changedPaths).toEqual(['x', 'y'])
  })

  it('are staged without running anything the agent configured', async () => {
    put(clone, '.gitattributes', '* filter=evil diff=evil merge=evil\n')
    put(clone, 'README.md', 'two\n')
    hostileConfig(clone)
    writeFileSync(join(clone, '.git/config'), `${readFileSync(join(clone, '.git/config'), 'utf8')}\n[core]\n\tworktree = /\n\tbare = true\n[include]\n\tpath = ${join(top, 'attributes')}\n`)
    const { commit } = await changed()
    await importCommit({ project, clone, commit, branch: 'factory/x' })
    expect(ran()).toBe(false)
    expect(inProject('show', 'factory/x:README.md')).toBe('two')
  })

  it('are found whatever became of its .git: a file, a link, garbage, nothing, foreign objects', async () => {
    const spoil: (() => void)[] = [
      () => rmSync(join(clone, '.git'), { recursive: true }),
      () => { rmSync(join(clone, '.git'), { recursive: true }); writeFileSync(join(clone, '.git'), `gitdir: ${project}/.git\n`) },
      () => { rmSync(join(clone, '.git'), { recursive: true, force: true }); symlinkSync(join(project, '.git'), join(clone, '.git')) },
      () => { writeFileSync(join(clone, '.git/HEAD'), 'ref: refs/heads/../../..\n'); writeFileSync(join(clone, '.git/index'), 'garbage') },
      () => { mkdirSync(join(clone, '.git/objects/info'), { recursive: true }); writeFileSync(join(clone, '.git/objects/info/alternates'), '/etc\n') },
      () => { rmSync(join(clone, '.git/factory-import'), { recursive: true, force: true }); symlinkSync(project, join(clone, '.git/factory-import')) },
    ]
    let last = ''
    for (const [index, act] of spoil.entries()) {
      act()
      put(clone, 'README.md', `version ${index}\n`)
      const { commit, changedPaths } = await changed()
      expect(changedPaths).toEqual(['README.md'])
      await importCommit({ project, clone, commit, branch: 'factory/x', expectOld: last === '' ? null : last })
      expect(inProject('show', 'factory/x:README.md')).toBe(`version ${index}`)
      last = commit
    }
    expect(inProject('rev-parse', 'HEAD')).toBe(base)
    expect(readdirSync(project).sort()).toEqual(['.git', '.gitignore', 'README.md', 'src'])
  })

  it('would be run by plain git, which is what the traps of these tests prove', () => {
    hostileConfig(clone)
    put(clone, 'x')
    spawnSync('git', ['status'], { cwd: clone, env: environment })
    expect(ran()).toBe(true)
    rmSync(witness)
    spawnSync('git', ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', 'add', 'x'], { cwd: clone, env: environment })
    expect(ran()).toBe(true)
  })

  it('include repositories it made inside the tree, as plain files, and run nothing in them', async () => {
    put(clone, 'tool/main.ts')
    put(clone, 'tool/deeper/x')
    gitIn(join(clone, 'tool'), 'init', '-q')
    hostileConfig(join(clone, 'tool'))
    gitIn(join(clone, 'tool/deeper'), 'init', '-q')
    put(clone, 'committed/file')
    gitIn(join(clone, 'committed'), 'init', '-q')
    gitIn(join(clone, 'committed'), 'add', '-A')
    gitIn(join(clone, 'committed'), 'commit', '-qm', 'inner')
    gitIn(join(clone, 'src'), 'init', '-q')
    put(clone, 'src/b.ts')
    inClone('-c', 'advice.addEmbeddedRepo=false', 'add', 'committed')
    rmSync(witness, { force: true })
    const { commit, changedPaths } = await changed()
    expect(changedPaths).toEqual(['committed/file', 'src/b.ts', 'tool/deeper/x', 'tool/main.ts'])
    await importCommit({ project, clone, commit, branch: 'factory/x' })
    expect(inProject('ls-tree', '-r', 'factory/x')).not.toContain('160000')
    expect(ran()).toBe(false)
  })

  it('keep the submodules of the base as they were, whatever lies in their folders, unless they were removed', async () => {
    const library = join(top, 'library')
    await createProject(library)
    for (const name of ['kept', 'filled', 'removed', 'replaced']) inProject('submodule', '--quiet', 'add', library, `modules/${name}`)
    base = commitAll('submodules')
    rmSync(clone, { recursive: true })
    await privateClone({ source: project, commit: base, dest: clone })
    put(clone, 'modules/filled/evil')
    gitIn(join(clone, 'modules/filled'), 'init', '-q')
    hostileConfig(join(clone, 'modules/filled'))
    rmSync(join(clone, 'modules/removed'), { recursive: true })
    rmSync(join(clone, 'modules/replaced'), { recursive: true })
    put(clone, 'modules/replaced', 'a file now')
    rmSync(witness, { force: true })
    const { commit, changedPaths } = await changed()
    expect(changedPaths).toEqual(['modules/removed', 'modules/replaced'])
    await importCommit({ project, clone, commit, branch: 'factory/x' })
    expect(inProject('ls-tree', '-r', '--format=%(objectmode) %(path)', 'factory/x', 'modules/')).toBe('160000 modules/filled\n160000 modules/kept\n100644 modules/replaced')
    expect(ran()).toBe(false)
  })

  it('hold links as links, never what they point to, and leave out and name those that lead out', async () => {
    put(top, 'outside/secret', 'secret')
    put(top, 'outside/a.ts', 'not yours')
    symlinkSync('README.md', join(clone, 'inside'))
    symlinkSync('../README.md', join(clone, 'src/up'))
    symlinkSync('../../secret', join(clone, 'src/out'))
    symlinkSync('/etc/passwd', join(clone, 'absolute'))
    rmSync(join(clone, 'src/a.ts'))
    mkdirSync(join(clone, 'lib'))
    symlinkSync(join(top, 'outside'), join(clone, 'lib/folder'))
    const first = await changed()
    expect(first.changedPaths).toEqual(['inside', 'src/a.ts', 'src/up'])
    expect(leftOut).toEqual(['absolute', 'lib/folder', 'src/out'])
    rmSync(join(clone, 'src'), { recursive: true })
    symlinkSync(join(top, 'outside'), join(clone, 'src'))
    const second = await changed()
    expect(leftOut).toEqual(['absolute', 'lib/folder', 'src'])
    // What the link took the place of stays as it was.
    expect(second.changedPaths).toEqual(['inside'])
  })

  it('do not hang or fail on pipes and sockets among the files', async () => {
    execFileSync('mkfifo', [join(clone, 'pipe')])
    put(clone, 'x')
    expect((await changed()).changedPaths).toEqual(['x'])
  })

  it('are only imported whole: an object that was tampered with is refused and no branch moves', async () => {
    put(clone, 'x', 'honest')
    const { commit } = await changed()
    const id = gitIn(top, 'hash-object', join(clone, 'x'))
    const object = join(clone, '.git/factory-import/objects', id.slice(0, 2), id.slice(2))
    expect(lstatSync(object).isFile()).toBe(true)
    const other = join(top, 'other')
    await createProject(other)
    writeFileSync(join(other, 'x'), 'tampered')
    const tampered = gitIn(other, 'hash-object', '-w', 'x')
    rmSync(object)
    writeFileSync(object, readFileSync(join(other, '.git/objects', tampered.slice(0, 2), tampered.slice(2))))
    await expect(importCommit({ project, clone, commit, branch: 'factory/x' })).rejects.toMatchObject({ code: 'git-failed' })
    expect(await resolveCommit(project, 'factory/x')).toBeNull()
    expect(inProject('cat-file', '--batch-all-objects', '--batch-check=%(objectname)')).not.toContain(tampered)
  })

  it('move the branch only from where it is expected', async () => {
    put(clone, 'x')
    const { commit } = await changed()
    await importCommit({ project, clone, commit, branch: 'factory/x', expectOld: null })
    await expect(importCommit({ project, clone, commit, branch: 'factory/x', expectOld: null })).rejects.toMatchObject({ code: 'branch-moved' })
    await expect(importCommit({ project, clone, commit, branch: 'factory/x', expectOld: base })).rejects.toMatchObject({ code: 'branch-moved' })
    await importCommit({ project, clone, commit, branch: 'factory/x', expectOld: commit })
    await expect(importCommit({ project, clone: join(top, 'none'), commit, branch: 'factory/x' })).rejects.toMatchObject({ code: 'import-missing' })
  })

  it('are imported into a hostile project without running anything there', async () => {
    hostileConfig(project)
    put(clone, 'x')
    const { commit } = await changed()
    await importCommit({ project, clone, commit, branch: 'factory/x' })
    expect(await mergeInto({ project, branch: 'factory/x', target: 'main' })).toMatchObject({ outcome: 'fast-forward' })
    expect(ran()).toBe(false)
    expect(readFileSync(join(project, 'x'), 'utf8')).toBe('x')
  })
})

describe('merging in a project', () => {
  const onBranch = (branch: string, path: string, content: string, from = base): string => {
    const current = inProject('symbolic-ref', '--short', 'HEAD')
    inProject('switch', '-q', '-C', branch, from)
    put(project, path, content)
    const commit = commitAll(branch)
    inProject('switch', '-q', current)
    return commit
  }
  const merge = (target = 'main') => mergeInto({ project, branch: 'factory/x', target })

  it('fast-forwards a clean checked-out target with its working tree, and then is up to date', async () => {
    const commit = onBranch('factory/x', 'new.md', 'new\n')
    put(project, 'untracked.txt', 'stays')
    expect(await merge()).toEqual({ outcome: 'fast-forward', commit, before: base })
    expect(inProject('status', '--porcelain')).toBe('?? untracked.txt')
    expect(readFileSync(join(project, 'new.md'), 'utf8')).toBe('new\n')
    expect(await merge()).toEqual({ outcome: 'up-to-date', commit })
  })

  it('merges diverged branches, the clean checkout follows', async () => {
    const theirs = onBranch('factory/x', 'new.md', 'new\n')
    put(project, 'mine.md', 'mine\n')
    const ours = commitAll()
    const result = await merge()
    expect(result).toMatchObject({ outcome: 'merged', before: ours })
    expect(inProject('log', '-1', '--format=%P %an %s')).toBe(`${ours} ${theirs} Factory Merge factory/x into main`)
    expect(inProject('status', '--porcelain')).toBe('')
    expect([existsSync(join(project, 'new.md')), existsSync(join(project, 'mine.md'))]).toEqual([true, true])
  })

  it('names the paths of a conflict and touches nothing', async () => {
    onBranch('factory/x', 'README.md', 'theirs\n')
    put(project, 'README.md', 'ours\n')
    const ours = commitAll()
    expect(await merge()).toEqual({ outcome: 'conflict', paths: ['README.md'] })
    expect(inProject('rev-parse', 'main')).toBe(ours)
    expect(inProject('status', '--porcelain')).toBe('')
  })

  it.each([
    ['a changed file', () => put(project, 'README.md', 'edited\n')],
    ['a staged file', () => { put(project, 'staged.md'); inProject('add', 'staged.md') }],
    ['a removed file', () => rmSync(join(project, 'src/a.ts'))],
    ['an unknown file in the way', () => put(project, 'new.md', 'precious\n')],
    ['a merge in progress', () => writeFileSync(join(project, '.git/MERGE_HEAD'), `${base}\n`)],
  ])('leaves a target alone that is checked out with %s', async (_name, spoil) => {
    onBranch('factory/x', 'new.md', 'new\n')
    spoil()
    const before = inProject('status', '--porcelain')
    expect(await merge()).toEqual({ outcome: 'dirty' })
    expect(inProject('rev-parse', 'main')).toBe(base)
    expect(inProject('status', '--porcelain')).toBe(before)
  })

  it('takes a file that was only touched for clean', async () => {
    onBranch('factory/x', 'README.md', 'new\n')
    put(project, 'README.md', 'one\n')
    expect(await merge()).toMatchObject({ outcome: 'fast-forward' })
    expect(readFileSync(join(project, 'README.md'), 'utf8')).toBe('new\n')
  })

  it('moves a target that is not checked out although the working tree is dirty', async () => {
    const commit = onBranch('factory/x', 'new.md', 'new\n')
    inProject('branch', 'release', base)
    put(project, 'README.md', 'edited\n')
    expect(await merge('release')).toMatchObject({ outcome: 'fast-forward', commit })
    expect(inProject('status', '--porcelain')).toBe(' M README.md')
  })

  it('follows and respects a linked worktree too', async () => {
    const commit = onBranch('factory/x', 'new.md', 'new\n')
    const linked = join(top, 'linked')
    inProject('worktree', 'add', '-q', '-b', 'release', linked, base)
    put(linked, 'README.md', 'edited\n')
    expect(await merge('release')).toEqual({ outcome: 'dirty' })
    put(linked, 'README.md', 'one\n')
    expect(await merge('release')).toMatchObject({ outcome: 'fast-forward', commit })
    expect(gitIn(linked, 'status', '--porcelain')).toBe('')
    expect(existsSync(join(linked, 'new.md'))).toBe(true)
  })

  it('runs no merge driver, hook or filter of the project', async () => {
    put(project, '.gitattributes', '* merge=evil filter=evil\n')
    base = commitAll()
    onBranch('factory/x', 'README.md', 'zero\none\n')
    put(project, 'src/a.ts', 'changed\n')
    commitAll()
    hostileConfig(project)
    expect(await merge()).toMatchObject({ outcome: 'merged' })
    expect(ran()).toBe(false)
  })

  it('refuses a branch that does not exist', async () => {
    await expect(merge()).rejects.toMatchObject({ code: 'branch-missing' })
  })
})

describe('a new project', () => {
  it('has one empty commit on main, by which every clone of it is known', async () => {
    const dir = join(top, 'new/project')
    const commit = await createProject(dir)
    expect(gitIn(dir, 'status', '--porcelain', '--branch')).toBe('## main')
    expect(await resolveCommit(dir, 'HEAD')).toBe(commit)
    expect(await resolveCommit(dir, 'main')).toBe(commit)
    expect(await resolveCommit(dir, commit.slice(0, 10))).toBe(commit)
    for (const name of ['none', '-x', '', '--all']) expect(await resolveCommit(dir, name)).toBeNull()
    gitIn(top, 'clone', '-q', dir, join(top, 'copy'))
    put(join(top, 'copy'), 'x')
    gitIn(join(top, 'copy'), 'add', '-A')
    gitIn(join(top, 'copy'), 'commit', '-qm', 'x')
    expect(await rootCommits(join(top, 'copy'))).toEqual([commit])
    await expect(createProject(dir)).rejects.toMatchObject({ code: 'project-exists' })
  })
})
