/** Failing writes, syncs, links and renames; the order of write, sync, acknowledge; a killed process. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildSync } from 'esbuild'
import { beforeAll, describe, expect, it } from 'vitest'
import { systemFs } from '../../src/log/fault-seam.ts'
import { faultyFs, type FaultPlan } from '../../src/log/faulty-fs.ts'
import { openFileLog } from '../../src/log/file-log.ts'
import { verifyLog } from '../../src/log/verify.ts'
import { isFactoryError } from '../../src/error.ts'
import { activeBytes, activePath, at, cloneOf, command, drafts, names, namesIn, newDir, open, problemsIn, replaceAsGit } from './logs.ts'

const SEGMENT_BYTES = 1500

/** Twelve commands, some of them batches, with sealing in between; returns what was acknowledged. */
function work(dir: string, faults: ReturnType<typeof faultyFs>): { acknowledged: string[]; error: unknown } {
  const acknowledged: string[] = []
  try {
    const log = openFileLog({ dir, fs: faults.fs, segmentBytes: SEGMENT_BYTES })
    for (let index = 0; index < 12; index++) {
      const events = command(log, index % 3 === 0 ? drafts(`${index}-a`, `${index}-b`) : drafts(`${index}-a`), at(index))
      faults.acknowledge(events.map(event => event.stream).join())
      acknowledged.push(...names(events))
      log.seal()
    }
    return { acknowledged, error: undefined }
  } catch (error) {
    return { acknowledged, error }
  }
}

const countOf = (run: () => ReturnType<typeof faultyFs>): number => run().trace.filter(step => step.change !== 'acknowledge').length

function expectRecovered(dir: string, acknowledged: readonly string[], what: string): void {
  const read = namesIn(open(dir))
  expect(read, what).toEqual(expect.arrayContaining([...acknowledged]))
  const log = openFileLog({ dir, segmentBytes: SEGMENT_BYTES })
  command(log, drafts('after'), at(100))
  log.seal()
  log.close()
  const recovered = namesIn(open(dir))
  expect(recovered, what).toEqual([...read.filter(name => recovered.includes(name)), 'after'])
  expect(recovered, what).toEqual(expect.arrayContaining([...acknowledged]))
  expect(new Set(recovered).size, what).toBe(recovered.length)
  expect(verifyLog(dir).problems, what).toEqual([])
}

describe('a change of a file that fails', () => {
  for (const kind of ['fail', 'short', 'crash'] satisfies FaultPlan['kind'][]) {
    it(`(${kind}) at any point loses nothing that was acknowledged, and the next open repairs it`, () => {
      const total = countOf(() => {
        const faults = faultyFs()
        work(newDir(), faults)
        return faults
      })
      expect(total).toBeGreaterThan(60)
      for (let k = 1; k <= total; k++) {
        const dir = newDir()
        const { acknowledged, error } = work(dir, faultyFs({ at: k, kind }))
        if (kind === 'fail') expect(isFactoryError(error) ? error.code : error, `change ${k}`).toBe('log-write-failed')
        expectRecovered(dir, acknowledged, `${kind} at change ${k}`)
      }
    }, 240_000)
  }

  it('ends the use of the log object: it never tries again in place', () => {
    const dir = newDir()
    command(open(dir), drafts('a'))
    const faults = faultyFs({ at: 1, kind: 'short' })
    const log = open(dir, { fs: faults.fs })
    log.recover(at(1))
    expect(() => log.append(drafts('b'), at(1))).toThrow(expect.objectContaining({ code: 'log-write-failed', exitCode: 70 }))
    expect(() => log.append(drafts('c'), at(1))).toThrow(expect.objectContaining({ code: 'log-write-failed' }))
    expect(() => log.recover(at(1))).toThrow(expect.objectContaining({ code: 'log-write-failed' }))
    expect(faults.trace.map(step => step.change)).toEqual(['writeSync'])
    expect(namesIn(open(dir))).toEqual(['a'])
  })
})

describe('an acknowledged event', () => {
  it('was written, then synced, then acknowledged, in this order, each time', () => {
    const dir = newDir()
    const faults = faultyFs()
    const { acknowledged } = work(dir, faults)
    const steps = faults.trace.filter(step => step.path === activePath(dir) || step.change === 'acknowledge').map(step => step.change)
    const rounds = steps.join(' ').split('acknowledge').slice(0, -1).map(round => round.trim().split(' ').slice(-2))
    expect(rounds).toEqual(Array.from({ length: 12 }, () => ['writeSync', 'fdatasyncSync']))
    expect(acknowledged).toHaveLength(16)
  })

  it('is not written at all if the file is not the one that was read', () => {
    const dir = newDir()
    const log = open(dir)
    command(log, drafts('a'))
    log.recover(at(1))
    const bytes = activeBytes(dir)
    rmSync(activePath(dir))
    writeFileSync(activePath(dir), bytes)
    expect(() => log.append(drafts('b'), at(1))).toThrow(expect.objectContaining({ code: 'log-changed', exitCode: 75 }))
    command(log, drafts('c'), at(2))
    expect(namesIn(log)).toEqual(['a', 'c'])
  })
})

describe('a pull', () => {
  it('at the very moment of a repair loses nothing that is acknowledged afterwards', () => {
    const dir = newDir()
    command(open(dir), drafts('base'), at(0))
    const base = activeBytes(dir)
    const theirs = cloneOf(dir)
    const remote = ['r1', 'r2', 'r3'].map((name, index) => {
      command(open(theirs), drafts(name), at(50 + index))
      return activeBytes(theirs)
    })
    command(open(dir), drafts('mine'), at(1))
    replaceAsGit(dir, remote[0] ?? base)
    let pulls = 0
    const log = open(dir, { fs: { ...systemFs, renameSync: (from, to) => {
      systemFs.renameSync(from, to)
      if (to === activePath(dir) && ++pulls === 1) replaceAsGit(dir, remote[1] ?? base)
    } } })
    command(log, drafts('next'), at(2))
    replaceAsGit(dir, remote[2] ?? base)
    command(log, drafts('last'), at(3))
    expect(namesIn(log).toSorted()).toEqual(['base', 'last', 'mine', 'next', 'r1', 'r2', 'r3'])
    expect(problemsIn(log)).toEqual([])
  })
})

const CHILD = `
import { writeSync } from 'node:fs'
import { openFileLog } from '${new URL('../../src/log/file-log.ts', import.meta.url).pathname}'
const [dir, segmentBytes, count, pauseMs] = process.argv.slice(2)
const log = openFileLog({ dir, segmentBytes: Number(segmentBytes) })
const draft = name => ({ type: 'spec.readied', version: 1, stream: 'spec/' + name, actor: 'kernel', data: {} })
for (let index = 0; index < Number(count); index++) {
  const now = new Date(Date.UTC(2026, 10, 20, 10, 0, index))
  try {
    const { drafts } = log.recover(now)
    if (drafts.length > 0) log.append(drafts, now)
    const names = index % 3 === 0 ? [index + '-a', index + '-b'] : [index + '-a']
    log.append(names.map(draft), now)
    writeSync(1, names.join('\\n') + '\\n')
    log.seal()
  } catch (error) {
    if (error.code !== 'log-changed') throw error
  }
  if (Number(pauseMs) > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(pauseMs))
}
`

describe('a process', () => {
  let program = ''
  const root = join(import.meta.dirname, '../../node_modules/.cache/factory-log-tests')
  beforeAll(() => {
    mkdirSync(root, { recursive: true })
    program = join(root, `child-${process.pid}.mjs`)
    buildSync({ stdin: { contents: CHILD, resolveDir: import.meta.dirname, loader: 'ts' }, bundle: true, platform: 'node', format: 'esm', outfile: program, logLevel: 'error' })
    return () => rmSync(program, { force: true })
  })

  const run = (dir: string, fault: string) =>
    spawnSync(process.execPath, [program, dir, String(SEGMENT_BYTES), '4'], { env: { ...process.env, FACTORY_FAULT: fault }, encoding: 'utf8' })

  for (const kind of ['kill', 'tear']) {
    it(`that is killed (${kind}) at any change of a file leaves a log that the next command repairs`, () => {
      let killed = 0
      for (let k = 1; ; k++) {
        const dir = newDir()
        const child = run(dir, `${kind}:${k}`)
        expectRecovered(dir, child.stdout.split('\n').filter(Boolean), `${kind} at change ${k}`)
        if (child.signal !== 'SIGKILL') {
          expect(child.status, child.stderr).toBe(0)
          break
        }
        killed++
      }
      expect(killed).toBeGreaterThan(20)
    }, 240_000)
  }

  it('loses nothing acknowledged while git replaces the file beside it', async () => {
    const dir = newDir()
    command(open(dir), drafts('base'), at(0))
    const other = cloneOf(dir)
    const child = spawn(process.execPath, [program, dir, '10000000', '300', '2'], { stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    child.stdout.on('data', chunk => (output += String(chunk)))
    const ended = once(child, 'exit')
    let pulls = 0
    const remote = open(other)
    while (child.exitCode === null && child.signalCode === null) {
      command(remote, drafts(`remote-${pulls}`), at(1000 + pulls))
      // What a pull does: compute the merge from what it read, write a new file, rename it over the old one.
      const ours = readFileSync(activePath(dir))
      const temporary = join(dir, 'pulled')
      const known = new Set(ours.toString().split('\n'))
      const news = activeBytes(other).toString().split('\n').filter(line => line !== '' && !known.has(line))
      await new Promise(resolve => setTimeout(resolve, 3))
      const complete = ours.subarray(0, ours.lastIndexOf(10) + 1)
      writeFileSync(temporary, Buffer.concat([complete, Buffer.from(news.map(line => `${line}\n`).join(''))]))
      renameSync(temporary, activePath(dir))
      pulls++
      await new Promise(resolve => setTimeout(resolve, 15))
    }
    await ended
    const log = open(dir)
    command(log, drafts('end'), at(9999))
    const read = namesIn(log)
    expect(pulls).toBeGreaterThan(5)
    const acknowledged = output.split('\n').filter(Boolean)
    expect(acknowledged.length).toBeGreaterThan(100)
    expect(acknowledged.filter(name => !read.includes(name))).toEqual([])
    expect(problemsIn(log).filter(kind => kind !== 'clock-ahead')).toEqual([])
  }, 240_000)
})
