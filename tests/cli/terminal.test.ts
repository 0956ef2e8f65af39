import { spawn, spawnSync } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { environment, factory, newWorkspace, program, temporaryDirectory } from './factory.ts'

const hasScript = spawnSync('script', ['--version']).status === 0
const sequence = /\u001b\[/

/** What a person at a terminal sees. */
function onTerminal(args: readonly string[], options: { cwd: string; home: string; env?: Record<string, string> }): Promise<string> {
  const quoted = [process.execPath, program, ...args].map(part => `'${part}'`).join(' ')
  return new Promise(resolve => {
    const child = spawn('script', ['-qec', quoted, '/dev/null'], { cwd: options.cwd, env: { ...environment({ home: options.home }), TERM: 'xterm', ...options.env } })
    let seen = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => { seen += chunk })
    child.stdin.on('error', () => undefined).end('n\n')
    child.on('close', () => { resolve(seen) })
  })
}

describe('text of agents and files', () => {
  test('is printed literally: control characters are shown, not obeyed', async () => {
    const workspace = await newWorkspace()
    const title = 'Red \u001b[31m alert \u0007 \u202e'
    await workspace.factory(['submit', '-', '--name', 'alert'], { input: `# ${title}\n` })
    for (const args of [['log'], ['why', 'alert'], ['status']]) {
      const { stdout, stderr, exitCode } = await workspace.factory(args)
      expect(exitCode, stderr).toBe(0)
      expect(stdout).not.toMatch(sequence)
      expect(stdout).not.toContain('\u202e')
    }
    expect((await workspace.factory(['why', 'alert'])).stdout).toContain('\\x1b[31m')
  })

  test('in an error is printed literally too', async () => {
    const workspace = await newWorkspace()
    const { stderr } = await workspace.factory(['withdraw', 'x\u001b]0;owned\u0007'])
    expect(stderr).toContain('\\x1b')
    expect(stderr).not.toContain('\u001b')
  })
})

describe('colour', () => {
  test('is never sent to a pipe', async () => {
    const workspace = await newWorkspace()
    expect((await workspace.factory(['status'])).stdout).not.toMatch(sequence)
  })

  test.runIf(hasScript)('is sent to a terminal, and never with NO_COLOR or --no-color', async () => {
    const { dir: cwd, home } = await newWorkspace()
    expect(await onTerminal(['status'], { cwd, home })).toMatch(sequence)
    expect(await onTerminal(['status'], { cwd, home, env: { NO_COLOR: '1' } })).not.toMatch(sequence)
    expect(await onTerminal(['status', '--no-color'], { cwd, home })).not.toMatch(sequence)
  })

  test.runIf(hasScript)('factory alone on a terminal shows the board, or asks whether to make a workspace', async () => {
    const { dir: cwd, home } = await newWorkspace()
    expect(await onTerminal([], { cwd, home })).toContain('Pipeline')
    const elsewhere = temporaryDirectory()
    expect(await onTerminal([], { cwd: elsewhere, home })).toContain('No workspace here yet')
  })
})

describe('streams', () => {
  test('a reader that goes away early ends the program quietly', async () => {
    const workspace = await newWorkspace()
    const { status, stderr } = spawnSync('bash', ['-c', `set -o pipefail; '${process.execPath}' '${program}' log --jsonl | head -c 1 >/dev/null`], { cwd: workspace.dir, env: environment({ home: workspace.home }), encoding: 'utf8' })
    expect(stderr).toBe('')
    expect(status).toBe(0)
  })

  test('a text comes from a file, standard input, or the line', async () => {
    const workspace = await newWorkspace()
    const file = join(temporaryDirectory(), 'wish.md')
    writeFileSync(file, '# From a file\n')
    expect((await workspace.factory(['submit', file, '--json'])).json()).toMatchObject({ spec: 'wish', changed: true })
    expect((await workspace.factory(['submit', '-', '--json'], { input: '# From standard input\n' })).json()).toMatchObject({ spec: 'from-standard-input' })
    expect((await workspace.factory(['withdraw', 'wish', '--reason', '-'], { input: 'typed elsewhere' })).exitCode).toBe(0)
    expect((await workspace.factory(['log', '--type', 'spec.withdrawn', '--jsonl'])).json()).toMatchObject({ data: { reason: 'typed elsewhere' } })
  })

  test('what is not text is refused', async () => {
    const workspace = await newWorkspace()
    const ran = await workspace.factory(['submit', '-'], { input: Buffer.from([0x23, 0x20, 0xff, 0xfe]) })
    expect(ran).toMatchObject({ exitCode: 1, stdout: '' })
    expect(ran.stderr).toContain('not UTF-8')
  })
})

describe('interrupts', () => {
  test('status --watch stays until it is interrupted, then ends with 130', async () => {
    const workspace = await newWorkspace()
    const child = spawn(process.execPath, [program, 'status', '--watch'], { cwd: workspace.dir, env: environment({ home: workspace.home }) })
    const shown = new Promise<void>(resolve => { child.stdout.once('data', () => { resolve() }) })
    const ended = new Promise<number | null>(resolve => { child.on('close', resolve) })
    await shown
    child.kill('SIGINT')
    expect(await ended).toBe(130)
  })

  test('a start cancels its run, ends with 130, and the next start goes on', async () => {
    const workspace = await newWorkspace()
    const begun = join(workspace.dir, '..', `${basename(workspace.dir)}.begun`)
    writeFileSync(join(workspace.dir, '.factory-local', 'slow.mjs'), `import { writeFileSync } from 'node:fs'; writeFileSync(${JSON.stringify(begun)}, ''); setInterval(() => {}, 1000)`)
    workspace.write('agents.yaml', 'version: 1\nbackends:\n  slow: { kind: command, command: [node, .factory-local/slow.mjs] }\ndefaults: { backend: slow }\n')
    workspace.write('specs/inbox/login.md', '# Login\n')
    const child = spawn(process.execPath, [program, 'start', '--json'], { cwd: workspace.dir, env: environment({ home: workspace.home }) })
    let stdout = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => { stdout += chunk })
    const ended = new Promise<number | null>(resolve => { child.on('close', resolve) })
    while (!existsSync(begun) && child.exitCode === null) await new Promise(resolve => { setTimeout(resolve, 20) })
    rmSync(begun)
    child.kill('SIGINT')
    expect(await ended).toBe(130)
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'interrupted', exitCode: 130, runs: [{ agent: 'spec', outcome: 'cancelled' }] })
    expect((await workspace.factory(['status', '--json'])).json()).toMatchObject({ runs: [], stages: { inbox: [{ name: 'login' }] }, next: [{ command: 'factory run spec login', ready: true }] })
  })
})

test('--debug is needed to see a stack, and a refusal writes nothing', async () => {
  const workspace = await newWorkspace()
  const before = workspace.read('events.jsonl')
  const ran = await workspace.factory(['rebuild', 'nothing'])
  expect(ran.exitCode).toBe(1)
  expect(ran.stderr).not.toContain('    at ')
  expect((await factory(['rebuild', 'nothing', '--workspace', workspace.dir, '--debug'])).stderr).toContain('    at ')
  expect(workspace.read('events.jsonl').startsWith(before)).toBe(true)
})
