import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keepHeadAndTail } from '../../src/processes/output-capture.ts'
import { type ProcessOptions, runProcess, signalGroup } from '../../src/processes/run-process.ts'
import { livenessOf, thisProcess } from '../../src/log/process-identity.ts'

let cwd: string
beforeAll(() => { cwd = realpathSync(mkdtempSync(join(tmpdir(), 'factory-processes-'))) })
afterAll(() => rmSync(cwd, { recursive: true, force: true }))

const fixture = (name: string): string => fileURLToPath(new URL(`../../fixtures/processes/${name}.mjs`, import.meta.url))
const run = (name: string, args: readonly string[] = [], options: Partial<ProcessOptions> = {}) =>
  runProcess({ argv: [process.execPath, fixture(name), ...args], cwd, env: {}, ...options })

const runs = (pid: number): boolean => livenessOf({ ...thisProcess(), pid, started: '' }) === 'alive'

describe('a process', () => {
  it('gets its input, exactly its environment and its folder; its exit code and output come back', async () => {
    const input = `${'ä€😀 '.repeat(100_000)}end`
    const result = await run('echo', [], { stdin: input, env: { ONLY: 'this' }, mark: 'run-1' })
    expect(result).toMatchObject({ exitCode: 7, signal: null, reason: 'exited', stderr: '', truncatedBytes: 0, pid: expect.any(Number) })
    const said = JSON.parse(result.stdout) as { input: string }
    expect(said.input === input).toBe(true)
    expect({ ...said, input: '' }).toEqual({ input: '', env: { ONLY: 'this', FACTORY_PROCESS: 'run-1' }, cwd })
  })

  it('that cannot be started is a result, not an exception', async () => {
    expect(await runProcess({ argv: ['/no/such/program'], cwd, env: {}, stdin: 'x' })).toMatchObject({ reason: 'spawn-failed', exitCode: null, pid: null, error: expect.stringContaining('ENOENT') })
    expect(await runProcess({ argv: [process.execPath], cwd: join(cwd, 'none'), env: {} })).toMatchObject({ reason: 'spawn-failed' })
    expect(await runProcess({ argv: ['bad\0name'], cwd, env: {} })).toMatchObject({ reason: 'spawn-failed' })
  })

  it('that ends without reading a large input is no error', async () => {
    const result = await runProcess({ argv: ['/bin/sh', '-c', 'exec 0<&-; exit 3'], cwd, env: {}, stdin: 'x'.repeat(5_000_000) })
    expect(result).toMatchObject({ reason: 'exited', exitCode: 3 })
  })

  it('is ended at its deadline', async () => {
    const result = await run('hang', [], { timeoutMs: 700 })
    expect(result).toMatchObject({ reason: 'timed-out', signal: 'SIGTERM', exitCode: null })
  })

  it('is ended by force when it ignores the request, after the grace', async () => {
    const cancel = new AbortController()
    const heard: number[] = []
    const result = await run('stubborn', [], { signal: cancel.signal, graceMs: 800, onOutput: () => { heard.push(performance.now()); cancel.abort() } })
    expect(result).toMatchObject({ reason: 'cancelled', signal: 'SIGKILL', stdout: 'ready\nnot yet\n' })
    expect(performance.now() - heard[0]!).toBeGreaterThanOrEqual(790)
  })

  it('is ended after too long a silence, and not before while it speaks', async () => {
    const result = await run('silent', ['6', '600'], { silenceMs: 2500 })
    expect(result).toMatchObject({ reason: 'silent', stderr: 'word 0\nword 1\nword 2\nword 3\nword 4\nword 5\n' })
    expect(result.durationMs).toBeGreaterThanOrEqual(5 * 600 + 2500)
  })

  it('is ended when it is cancelled, and never started when that came first', async () => {
    const cancel = new AbortController()
    const result = await run('hang', [], { signal: cancel.signal, onOutput: () => cancel.abort() })
    expect(result).toMatchObject({ reason: 'cancelled', signal: 'SIGTERM' })
    expect(await run('hang', [], { signal: cancel.signal })).toMatchObject({ reason: 'cancelled', pid: null })
  })

  it('takes the processes with it that it left in the background', async () => {
    for (const [kind, graceMs] of [['gentle', 5000], ['stubborn', 200]] as const) {
      const result = await run('parent', [kind], { graceMs })
      expect(result).toMatchObject({ reason: 'exited', exitCode: 0 })
      const grandchild = Number.parseInt(result.stdout, 10)
      expect(grandchild).toBeGreaterThan(0)
      await expect.poll(() => runs(grandchild)).toBe(false)
    }
  })

  it('is not waited for when what it left behind escaped from the group with its pipes', async () => {
    const result = await runProcess({ argv: ['/bin/sh', '-c', 'setsid sleep 30 & echo $!'], cwd, env: { PATH: String(process.env.PATH) }, graceMs: 100 })
    expect(result).toMatchObject({ reason: 'exited', exitCode: 0 })
    expect(result.durationMs).toBeLessThan(20_000)
    process.kill(Number(result.stdout), 'SIGKILL')
  })

  it('may write a gigabyte without filling memory; the beginning and the end are kept', async () => {
    const before = process.memoryUsage().rss
    let peak = 0
    const result = await run('flood', ['1024'], { onOutput: () => { peak = Math.max(peak, process.memoryUsage.rss()) } })
    expect(result).toMatchObject({ reason: 'exited', exitCode: 0 })
    expect(result.stdout.startsWith('first line\nxxx')).toBe(true)
    expect(result.stdout.endsWith('xxx\nlast line\n')).toBe(true)
    expect(result.stdout.length).toBeLessThan(4 * 1024 * 1024 + 100)
    expect(result.truncatedBytes).toBe(1024 * 1024 * 1024 + 22 - 4 * 1024 * 1024)
    expect(peak - before).toBeLessThan(300 * 1024 * 1024)
  })

  it('reports its output while it runs, in whole characters, and its pid before that', async () => {
    const heard: string[] = []
    const result = await runProcess({
      argv: ['/bin/sh', '-c', 'printf "\\303"; sleep 0.2; printf "\\244"; echo oops >&2'], cwd, env: {},
      onStart: pid => { heard.push(`pid ${signalGroup(pid, 0)}`) },
      onOutput: (stream, text) => { heard.push(`${stream} ${text.trim()}`) },
    })
    expect(result.stdout).toBe('ä')
    expect(heard[0]).toBe('pid true')
    expect(heard.slice(1).sort()).toEqual(['stderr oops', 'stdout ä'])
  })
})

describe('kept output', () => {
  it('is the whole text below the limit, else its true beginning and end, in any pieces', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 400 }), fc.array(fc.integer({ min: 1, max: 50 })), fc.integer({ min: 8, max: 300 }), (text, cuts, limit) => {
      const bytes = Buffer.from(text)
      const capture = keepHeadAndTail(limit)
      let position = 0
      for (const cut of [...cuts, bytes.length]) {
        capture.add(bytes.subarray(position, position + cut))
        position += cut
      }
      const kept = capture.text()
      expect(capture.truncatedBytes()).toBe(Math.max(0, bytes.length - limit))
      if (bytes.length <= limit) {
        expect(kept).toBe(bytes.toString())
        return
      }
      const [, head, tail] = /^([\s\S]*)\n\[\d+ bytes left out\]\n([\s\S]*)$/.exec(kept) ?? []
      expect(bytes.toString().startsWith(head ?? '?')).toBe(true)
      expect(bytes.toString().endsWith(tail ?? '?')).toBe(true)
    }))
  })
})
