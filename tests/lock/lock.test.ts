import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type LockOwner, readLockOwner, withLock } from '../../src/log/lock.ts'
import { thisProcess } from '../../src/log/process-identity.ts'
import { buildLock, childScript } from './built-lock.ts'

let root: string
let built: string
const children: Child[] = []

beforeAll(() => { built = buildLock() })
afterAll(() => rmSync(built, { force: true }))
beforeEach(() => { root = mkdtempSync(join(tmpdir(), 'factory-lock-')) })
afterEach(() => {
  for (const { process } of children.splice(0)) process.kill('SIGKILL')
  rmSync(root, { recursive: true, force: true })
})

interface Child {
  readonly process: ChildProcessWithoutNullStreams
  ask(order: string): Promise<string>
  tell(order: string): void
  next(): Promise<string>
  ended(): Promise<unknown>
}

function startChild(): Child {
  const process = spawn(globalThis.process.execPath, [childScript, built, root])
  const lines = createInterface({ input: process.stdout })[Symbol.asyncIterator]()
  const exit = new Promise(resolve => process.once('close', resolve))
  const next = async (): Promise<string> => String((await lines.next()).value)
  const tell = (order: string): void => { process.stdin.write(`${order}\n`) }
  const child = { process, tell, next, ask: (order: string) => { tell(order); return next() }, ended: () => exit }
  children.push(child)
  return child
}

const lockDir = (): string => join(root, '.factory-local/lock')
const quick = { command: 'factory test', waitMs: 60, pollMs: 5 }
const gone: LockOwner = { ...thisProcess(), pid: 2 ** 22 + 1, command: 'factory start', since: '2026-11-20T10:00:00.000Z' }

/** What a process that was killed while it held the lock leaves behind. */
function plantLock(content: string, ageMs = 0): void {
  mkdirSync(lockDir(), { recursive: true })
  const file = join(lockDir(), 'aaaaaaaaaaaaaaaaaaaaaaaa.json')
  writeFileSync(file, content)
  const then = new Date(Date.now() - ageMs)
  utimesSync(file, then, then)
  utimesSync(lockDir(), then, then)
}

describe('the workspace lock', () => {
  it('is held while the function runs, shows its owner, and leaves nothing behind', async () => {
    const result = await withLock(root, quick, lock => {
      expect(lock.stillHeld()).toBe(true)
      expect(readLockOwner(root)).toEqual({ ...thisProcess(), command: 'factory test', since: expect.any(String) })
      return 42
    })
    expect(result).toBe(42)
    expect(existsSync(lockDir())).toBe(false)
    expect(readdirSync(join(root, '.factory-local/tmp'))).toEqual([])
  })

  it('is released when the function throws', async () => {
    await expect(withLock(root, quick, () => { throw new Error('inside') })).rejects.toThrow('inside')
    expect(await withLock(root, quick, () => 'again')).toBe('again')
  })

  it('refuses with workspace-busy, exit 75, naming the owner, after the wait', async () => {
    const holder = startChild()
    expect(await holder.ask('hold')).toBe('held')
    const refusal = await withLock(root, quick, () => 'never').catch((error: unknown) => error)
    expect(refusal).toMatchObject({ code: 'workspace-busy', exitCode: 75, mend: expect.any(String) })
    expect(String(refusal)).toContain(`pid ${holder.process.pid}`)
    expect(String(refusal)).toContain('"factory test"')
    expect(await holder.ask('release')).toBe('released')
    expect(await withLock(root, quick, () => 'mine')).toBe('mine')
  })

  it('waits for another user of the same process, and lets a holder nest by its handle', async () => {
    const order: string[] = []
    await Promise.all(['a', 'b', 'c'].map(name => withLock(root, { command: name, pollMs: 1 }, async lock => {
      order.push(`${name} in`)
      expect(await withLock(root, { command: 'inner', held: lock }, inner => inner === lock)).toBe(true)
      order.push(`${name} out`)
    })))
    expect(order.map(step => step.slice(2)).join(' ')).toBe('in out in out in out')
  })

  it('has one holder at a time under contention of several processes', async () => {
    const crowd = Array.from({ length: 4 }, startChild)
    expect(await Promise.all(crowd.map(child => child.ask('many 60')))).toEqual(Array(4).fill('done'))
    expect(existsSync(lockDir())).toBe(false)
  })

  it('never has two holders when four processes meet one stale lock, in 200 rounds', async () => {
    const crowd = Array.from({ length: 4 }, startChild)
    for (let round = 0; round < 200; round += 1) {
      plantLock(JSON.stringify(gone))
      expect(await Promise.all(crowd.map(child => child.ask('once'))), `round ${round}`).toEqual(Array(4).fill('done'))
    }
  })

  it('passes on at once when its holder is killed, again and again', async () => {
    for (let round = 0; round < 8; round += 1) {
      const victim = startChild()
      expect(await victim.ask('hold')).toBe('held')
      const waiter = startChild()
      const waiting = waiter.ask('once')
      victim.process.kill('SIGKILL')
      expect(await waiting).toBe('done')
    }
  })

  it('is released by a holder that ends on a signal it can catch', async () => {
    const holder = startChild()
    expect(await holder.ask('hold')).toBe('held')
    holder.process.kill('SIGTERM')
    await holder.ended()
    expect(existsSync(lockDir())).toBe(false)
  })
})

describe('a lock that somebody left behind', () => {
  const owners: readonly [string, LockOwner][] = [
    ['a process that is gone', gone],
    ['a pid that another process has now', { ...gone, pid: process.pid, started: '1' }],
    ['a boot before this one', { ...gone, pid: process.pid, boot: 'another-boot', host: hostname() }],
  ]
  it.each(owners)('by %s is taken over at once', async (_name, owner) => {
    plantLock(JSON.stringify(owner))
    expect(await withLock(root, quick, lock => lock.stillHeld())).toBe(true)
    expect(existsSync(lockDir())).toBe(false)
  })

  it('by an ended process whose parent never collected it is taken over at once', async () => {
    // The shell replaces itself and thereby never waits for its child.
    const parent = spawn('sh', ['-c', 'sleep 0.01 & echo $!; exec sleep 60'])
    const [chunk] = await new Promise<Buffer[]>(resolve => parent.stdout.once('data', (data: Buffer) => resolve([data])))
    const pid = Number(chunk!.toString())
    await new Promise(resolve => setTimeout(resolve, 100))
    plantLock(JSON.stringify({ ...gone, pid, started: '' }))
    expect(await withLock(root, { ...quick, waitMs: 5000 }, () => 'mine')).toBe('mine')
    parent.kill('SIGKILL')
  })

  const foreign: readonly [string, LockOwner][] = [
    ['another machine', { ...gone, host: 'another-machine', boot: 'another-boot' }],
    ['another container on this machine', { ...gone, pidSpace: 'pid:[1]' }],
  ]
  it.each(foreign)('by %s is respected until it has been without a sign of life for ten minutes', async (_name, owner) => {
    plantLock(JSON.stringify(owner), 9 * 60_000)
    await expect(withLock(root, quick, () => 'never')).rejects.toMatchObject({ code: 'workspace-busy', mend: expect.stringContaining('10 minutes') })
    const later = (): Date => new Date(Date.now() + 2 * 60_000)
    expect(await withLock(root, { ...quick, now: later }, () => 'mine')).toBe('mine')
  })

  it.each([['torn', JSON.stringify(gone).slice(0, 40)], ['empty', ''], ['garbage', '\0\0\0{'], ['of another shape', '{"pid":"1"}'], ['null', 'null']])(
    'with an owner file that is %s is respected for a minute, then taken over', async (_name, content) => {
      plantLock(content, 30_000)
      await expect(withLock(root, quick, () => 'never')).rejects.toMatchObject({ code: 'workspace-busy' })
      plantLock(content, 61_000)
      expect(await withLock(root, quick, () => 'mine')).toBe('mine')
    })

  it('without any owner file is free, because a lock appears with its owner inside', async () => {
    mkdirSync(lockDir(), { recursive: true })
    expect(await withLock(root, quick, () => 'mine')).toBe('mine')
  })

  it.each(['file', 'link'])('that is a %s instead of a folder is cleared after a minute', async kind => {
    mkdirSync(join(root, '.factory-local'))
    if (kind === 'file') writeFileSync(lockDir(), '')
    else symlinkSync(root, lockDir())
    await expect(withLock(root, quick, () => 'never')).rejects.toMatchObject({ code: 'workspace-busy' })
    const later = (): Date => new Date(Date.now() + 61_000)
    expect(await withLock(root, { ...quick, now: later }, () => 'mine')).toBe('mine')
    expect(statSync(root).isDirectory()).toBe(true)
  })
})

describe('a holder that was overtaken', () => {
  it('learns it before its next write, and does not release the lock of the other', async () => {
    await withLock(root, quick, async lock => {
      rmSync(lockDir(), { recursive: true })
      expect(lock.stillHeld()).toBe(false)
      expect(() => lock.requireHeld()).toThrow(expect.objectContaining({ code: 'lock-lost', exitCode: 75 }))
      plantLock(JSON.stringify({ ...thisProcess(), command: 'the other', since: '' }))
      expect(lock.stillHeld()).toBe(false)
      await expect(withLock(root, { ...quick, held: lock }, () => 'never')).rejects.toMatchObject({ code: 'lock-lost' })
    })
    expect(readLockOwner(root)?.command).toBe('the other')
  })
})
