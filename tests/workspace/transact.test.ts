import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { Refusal } from '../../src/error.ts'
import { systemFs } from '../../src/log/fault-seam.ts'
import { replay } from '../../src/inspect/replay.ts'
import { ann, exists, git, inTemporaryHome, listing, newWorkspace, open, put, read, settle, submission, submit, types } from './workspaces.ts'

inTemporaryHome()

const committedPaths = (root: string, commit = 'HEAD'): string[] => git(root, 'diff-tree', '-r', '--root', '--no-commit-id', '--name-only', commit).split('\n').filter(Boolean).sort()

describe('init', () => {
  it('makes a complete workspace that is in step, committed, and changes nothing the second time', async () => {
    const workspace = await newWorkspace()
    expect(git(workspace.root, 'status', '--porcelain')).toBe('')
    const before = listing(workspace.root)
    const events = types(workspace).length
    await settle(workspace)
    expect(types(workspace)).toHaveLength(events)
    expect((await replay(workspace, { verify: true })).drift).toEqual([])
    expect({ ...listing(workspace.root), '.factory-local/writer': '' }).toEqual({ ...before, '.factory-local/writer': '' })
  })
})

describe('a command', () => {
  it('makes its events durable before any projected file is written', async () => {
    const workspace = await newWorkspace()
    const trace: string[] = []
    for (const name of ['writeSync', 'fdatasyncSync', 'renameSync'] as const) {
      const real = systemFs[name] as (...args: unknown[]) => unknown
      vi.spyOn(systemFs, name).mockImplementation(((...args: unknown[]) => {
        trace.push(name === 'renameSync' ? `rename ${String(args[1])}` : name === 'writeSync' && String(args[1]).includes('"spec.submitted"') ? 'write event' : name)
        return real(...args)
      }) as never)
    }
    try {
      await submit(workspace, 'login')
    } finally {
      vi.restoreAllMocks()
    }
    const place = (what: string): number => trace.findIndex(step => step.includes(what))
    const blob = trace.findIndex(step => step.includes('/blobs/'))
    expect(blob).toBeGreaterThan(-1)
    expect(blob).toBeLessThan(place('write event'))
    expect(trace[place('write event') + 1]).toBe('fdatasyncSync')
    expect(place('specs/inbox/login.md')).toBeGreaterThan(place('write event') + 1)
  })

  it('commits exactly what it wrote, the log and its blobs, and says so in the message', async () => {
    const workspace = await newWorkspace()
    put(workspace.root, 'README.md', 'not ours')
    const [event] = await submit(workspace, 'login')
    const { doc } = (event as { data: { doc: { sha256: string } } }).data
    expect(committedPaths(workspace.root)).toEqual([`blobs/${doc.sha256.slice(0, 2)}/${doc.sha256.slice(2)}`, 'events.jsonl', 'specs/inbox/login.md'].sort())
    const message = git(workspace.root, 'log', '-1', '--format=%B')
    expect(message).toContain('factory submit')
    expect(message).toContain(`Factory-Events: ${event!.writer}:${event!.seq}..${event!.writer}:${event!.seq}`)
    expect(message).toContain(`Factory-Heads: ${event!.writer}=${event!.seq}:${event!.hash}`)
    expect(git(workspace.root, 'status', '--porcelain')).toBe('?? README.md')
  })

  it('that is refused writes nothing', async () => {
    const workspace = await newWorkspace()
    await settle(workspace)
    const before = listing(workspace.root)
    await expect(workspace.transact({ command: 'no', actor: ann }, () => { throw new Refusal('not-legal-now', 'No.') })).rejects.toMatchObject({ code: 'not-legal-now', exitCode: 1 })
    expect(listing(workspace.root)).toEqual(before)
  })

  it('keeps what it had recorded when it fails later on', async () => {
    const workspace = await newWorkspace()
    await expect(workspace.transact({ command: 'half', actor: ann }, transaction => {
      transaction.append(submission(transaction, 'kept'))
      throw new Error('half way')
    })).rejects.toThrow('half way')
    expect(exists(workspace.root, 'specs/inbox/kept.md')).toBe(true)
    expect(git(workspace.root, 'status', '--porcelain')).toBe('')
  })

  it('leaves staged what somebody else has staged', async () => {
    const workspace = await newWorkspace()
    put(workspace.root, 'universe/notes.txt', 'mine')
    put(workspace.root, 'other.txt', 'staged')
    git(workspace.root, 'add', 'other.txt')
    await submit(workspace, 'login')
    expect(git(workspace.root, 'diff', '--cached', '--name-only')).toBe('other.txt')
    expect(committedPaths(workspace.root)).not.toContain('other.txt')
  })

  it('with the same idempotency key is done once, and events of intake never take the key', async () => {
    const workspace = await newWorkspace()
    put(workspace.root, 'specs/inbox/dropped.md', '# Dropped\n')
    const command = (): Promise<string | null> => workspace.transact({ command: 'submit', actor: ann, key: 'once' }, transaction => {
      if (transaction.already !== null) return transaction.already
      transaction.append(submission(transaction, 'keyed'))
      return null
    })
    expect(await command()).toBeNull()
    const first = await command()
    expect(first).not.toBeNull()
    const keyed = [...workspace.events()].filter(event => event.key === 'once')
    expect(keyed.map(event => event.stream)).toEqual(['spec/keyed'])
    expect(`${keyed[0]!.writer}:${keyed[0]!.seq}`).toBe(first)
    expect(types(workspace).filter(type => type === 'spec.submitted')).toHaveLength(2)
  })

  it('sees a key named like a property of every object as new', async () => {
    const workspace = await newWorkspace()
    expect(await workspace.transact({ command: 'x', actor: ann, key: 'constructor' }, transaction => transaction.already)).toBeNull()
  })

  it('that removes a file commits the removal', async () => {
    const workspace = await newWorkspace()
    await submit(workspace, 'gone')
    rmSync(join(workspace.root, 'specs/inbox/gone.md'))
    await settle(workspace)
    expect(types(workspace).at(-1)).toBe('spec.withdrawn')
    expect(committedPaths(workspace.root)).toEqual(['events.jsonl', 'specs/inbox/gone.md'])
    expect(git(workspace.root, 'status', '--porcelain')).toBe('')
  })

  it('refuses to start while git is in the middle of something, unless it is sync', async () => {
    const workspace = await newWorkspace()
    writeFileSync(join(workspace.root, '.git/MERGE_HEAD'), `${git(workspace.root, 'rev-parse', 'HEAD')}\n`)
    await expect(submit(workspace, 'login')).rejects.toMatchObject({ code: 'git-busy', exitCode: 75 })
  })

  it('says no-workspace with its mend when the log is gone, and makes nothing', async () => {
    const workspace = await newWorkspace()
    rmSync(join(workspace.root, 'events.jsonl'))
    await expect(submit(workspace, 'login')).rejects.toMatchObject({ code: 'no-workspace' })
    await expect(workspace.look()).rejects.toMatchObject({ code: 'no-workspace' })
    expect(exists(workspace.root, 'events.jsonl')).toBe(false)
  })

  it('goes on in the same process after the log was replaced under it', async () => {
    const workspace = await newWorkspace()
    await expect(workspace.transact({ command: 'x', actor: ann }, transaction => {
      const bytes = readFileSync(join(workspace.root, 'events.jsonl'))
      rmSync(join(workspace.root, 'events.jsonl'))
      writeFileSync(join(workspace.root, 'events.jsonl'), bytes)
      transaction.append(submission(transaction, 'lost'))
    })).rejects.toMatchObject({ code: 'log-changed', exitCode: 75 })
    await submit(workspace, 'login')
    expect(exists(workspace.root, 'specs/inbox/login.md')).toBe(true)
    expect(exists(workspace.root, 'specs/inbox/lost.md')).toBe(false)
  })

  it('leaves a file alone that somebody changes between intake and projection', async () => {
    const workspace = await newWorkspace()
    await submit(workspace, 'login')
    await workspace.transact({ command: 'withdraw', actor: ann }, transaction => {
      put(workspace.root, 'specs/inbox/login.md', 'typed meanwhile\n')
      const spec = Object.values(transaction.state.specs.byId)[0]!
      transaction.append([{ type: 'spec.withdrawn', item: spec.id, stream: 'spec/login', data: { reason: 'test' } }])
    })
    expect(read(workspace.root, 'specs/inbox/login.md')).toBe('typed meanwhile\n')
    expect(workspace.warnings.join()).toContain('specs/inbox/login.md')
    await settle(workspace)
    expect(exists(workspace.root, 'specs/inbox/login.md')).toBe(false)
    expect(types(workspace).at(-1)).toBe('file.refused')
  })
})

describe('git', () => {
  const failing: readonly (readonly [string, (root: string) => void])[] = [
    ['has failing hooks', root => {
      mkdirSync(join(root, '.git/hooks'), { recursive: true })
      for (const hook of ['pre-commit', 'commit-msg', 'post-commit', 'reference-transaction']) {
        writeFileSync(join(root, '.git/hooks', hook), '#!/bin/sh\nexit 1\n')
        chmodSync(join(root, '.git/hooks', hook), 0o755)
      }
    }],
    ['signs commits with a program that fails', root => { git(root, 'config', 'commit.gpgsign', 'true'); git(root, 'config', 'gpg.program', '/bin/false') }],
    ['converts line ends', root => { git(root, 'config', 'core.autocrlf', 'true'); git(root, 'config', 'core.safecrlf', 'true') }],
    ['has no identity at all', root => { git(root, 'config', 'user.useConfigOnly', 'true') }],
  ]
  it.each(failing)('that %s commits all the same', async (_, prepare) => {
    const workspace = await newWorkspace()
    prepare(workspace.root)
    await submit(workspace, 'login', '# Login\r\nmixed\nlines\r\n')
    expect(workspace.warnings).toEqual([])
    expect(git(workspace.root, 'show', '--no-textconv', 'HEAD:specs/inbox/login.md')).toBe('# Login\r\nmixed\nlines')
    expect(read(workspace.root, 'specs/inbox/login.md')).toBe('# Login\r\nmixed\nlines\r\n')
  })

  it('missing from PATH is a warning; the next command commits what is still uncommitted', async () => {
    const workspace = await newWorkspace()
    const path = process.env['PATH']
    process.env['PATH'] = '/nowhere'
    try {
      await submit(workspace, 'one')
    } finally {
      process.env['PATH'] = path
    }
    expect(workspace.warnings.join()).toContain('git did not commit')
    expect(read(workspace.root, 'specs/inbox/one.md')).toBe('# one\n')
    await submit(workspace, 'two')
    expect(committedPaths(workspace.root)).toEqual(expect.arrayContaining(['specs/inbox/one.md', 'specs/inbox/two.md', 'events.jsonl']))
    expect(git(workspace.root, 'status', '--porcelain')).toBe('')
  })

  it('that fails is a warning, in another process too the next command commits', async () => {
    const workspace = await newWorkspace()
    writeFileSync(join(workspace.root, '.git/index.lock'), '')
    await submit(workspace, 'one')
    expect(workspace.warnings.join()).toMatch(/git did not commit: .*index\.lock/)
    rmSync(join(workspace.root, '.git/index.lock'))
    await settle(open(workspace.root))
    expect(git(workspace.root, 'status', '--porcelain')).toBe('')
  })

  it('is left alone with policy.git off, and nothing is lost when it is switched on again', async () => {
    const workspace = await newWorkspace()
    const yaml = read(workspace.root, 'agents.yaml')
    put(workspace.root, 'agents.yaml', `${yaml.replace(/^ {2}git: commit.*$/m, '  git: off')}`)
    const head = git(workspace.root, 'rev-parse', 'HEAD')
    await submit(workspace, 'one')
    expect((await workspace.look()).config.policy.git).toBe('off')
    expect(git(workspace.root, 'rev-parse', 'HEAD')).toBe(head)
    put(workspace.root, 'agents.yaml', yaml)
    await settle(workspace)
    expect(git(workspace.root, 'status', '--porcelain')).toBe('')
    expect(committedPaths(workspace.root)).toContain('specs/inbox/one.md')
  })

  it('of a repository further up is never touched', async () => {
    const workspace = await newWorkspace()
    rmSync(join(workspace.root, '.git'), { recursive: true })
    execFileSync('git', ['init', '-q', join(workspace.root, '..', 'never')], { stdio: 'ignore' })
    await submit(workspace, 'login')
    expect(exists(workspace.root, '.git')).toBe(false)
    expect(read(workspace.root, 'specs/inbox/login.md')).toBe('# login\n')
    rmSync(join(workspace.root, '..', 'never'), { recursive: true, force: true })
  })
})

describe('a full disk', () => {
  const full = (from: number): { count: () => number; restore: () => void } => {
    let count = 0
    const real = systemFs.writeSync.bind(systemFs)
    const spy = vi.spyOn(systemFs, 'writeSync').mockImplementation((...args) => {
      count += 1
      if (count >= from) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', errno: -28, syscall: 'write' })
      return real(...args)
    })
    return { count: () => count, restore: () => spy.mockRestore() }
  }

  it('at any write of a command loses nothing acknowledged and ends with a clear error or a warning', async () => {
    // Every write of the command up to the first few, then every third: the later ones are files like any other.
    for (let from = 1; ; from += from < 8 ? 1 : 3) {
      const workspace = await newWorkspace()
      await submit(workspace, 'before')
      put(workspace.root, 'memory/shared/note.md', 'dropped\n')
      const disk = full(from)
      let error: unknown
      try {
        await submit(workspace, 'during')
      } catch (caught) {
        error = caught
      } finally {
        disk.restore()
      }
      const was = disk.count()
      if (was < from) break
      if (error !== undefined) expect(error).toMatchObject({ name: 'FactoryError', code: expect.stringMatching(/^(?:disk-full|log-write-failed)$/), mend: expect.any(String) })
      else expect(workspace.warnings.join()).toMatch(/no space left/)
      const acknowledged = error === undefined
      const next = open(workspace.root)
      await submit(next, 'after')
      expect(exists(workspace.root, 'specs/inbox/before.md')).toBe(true)
      expect(exists(workspace.root, 'specs/inbox/after.md')).toBe(true)
      if (acknowledged) expect(exists(workspace.root, 'specs/inbox/during.md')).toBe(true)
      expect(read(workspace.root, 'memory/shared/note.md')).toBe('dropped\n')
      expect((await replay(next, { verify: true })).drift).toEqual([])
      expect(git(workspace.root, 'status', '--porcelain')).toBe('')
      rmSync(workspace.root, { recursive: true, force: true })
    }
  })

  it('does not follow a link in place of a folder either', async () => {
    const workspace = await newWorkspace()
    rmSync(join(workspace.root, 'specs/inbox'), { recursive: true })
    symlinkSync('/tmp', join(workspace.root, 'specs/inbox'))
    await submit(workspace, 'login')
    expect(exists('/tmp', 'login.md')).toBe(false)
  })
})
