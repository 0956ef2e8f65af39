/** Many real processes on one workspace, and git beside them: every acknowledged command is in the log, once, and each spec is dispatched once. */
import { spawn, spawnSync } from 'node:child_process'
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { environment, program } from '../cli/factory.ts'
import type { World } from '../acceptance/world.ts'
import { newWorld } from '../acceptance/world.ts'
import { crashed, hostileWorld, hostileYaml, isSound, order, processesOf } from './hostile.ts'

interface Done { readonly args: readonly string[]; readonly code: number | null; readonly signal: string | null; readonly stdout: string; readonly stderr: string }

function command(world: World, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Done> {
  const child = spawn(process.execPath, [program, ...args], { cwd: world.dir, env: environment({ home: world.home, env }), stdio: ['pipe', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => { stdout += text })
  child.stderr.setEncoding('utf8').on('data', (text: string) => { stderr += text })
  child.stdin.on('error', () => undefined).end(`# ${args.at(-1) ?? ''}\n\nPlease.\n`)
  return new Promise(resolve => child.on('close', (code, signal) => { resolve({ args, code, signal, stdout, stderr }) }))
}

const linesOf = (world: World): readonly string[] => readFileSync(join(world.dir, 'events.jsonl'), 'utf8').split('\n').filter(line => line !== '')

/** Every line is one event, none is there twice, and each writer counts without a gap. */
function expectWholeLines(world: World): void {
  const events = linesOf(world).map(line => JSON.parse(line) as { writer: string; seq: number; prev: string; hash: string })
  const chains = new Map<string, { seq: number; hash: string }>()
  for (const event of events.toSorted((a, b) => a.seq - b.seq)) {
    const before = chains.get(event.writer) ?? { seq: 0, hash: '' }
    expect({ seq: event.seq, prev: event.prev }).toEqual({ seq: before.seq + 1, prev: before.hash })
    chains.set(event.writer, event)
  }
  expect(chains.size).toBe(1)
}

const idOf = (done: Done): readonly string[] => (JSON.parse(done.stdout) as { events: readonly string[] }).events

describe('eight processes on one workspace', () => {
  test('submit, pause and answer while lock holders are killed: all acknowledged commands are there, in one chain', async () => {
    const world = await hostileWorld()
    const acknowledged: string[] = []
    const submitted: string[] = []
    let killed = 0
    const worker = async (who: number): Promise<void> => {
      for (let turn = 0; turn < 4; turn += 1) {
        const name = `s${who}-${turn}`
        const commands: readonly (readonly string[])[] = [['submit', '--json', '-', '--name', name], turn % 2 === 0 ? ['pause', '--json', name] : ['pause', '--json', '--off', name]]
        for (const args of commands) {
          // Two of the eight are killed while they hold the lock: at a write of their own.
          const done = await command(world, args, who < 2 ? { FACTORY_FAULT: `kill:${3 + who * 5 + turn * 3}` } : {})
          expect(crashed(done.stderr), done.stderr).toBe(false)
          if (done.signal === 'SIGKILL') killed += 1
          else if (done.code === 0) {
            acknowledged.push(...idOf(done))
            if (args[0] === 'submit') submitted.push(name)
          } else expect([1, 75], `${args.join(' ')}\n${done.stderr}`).toContain(done.code)
        }
      }
    }
    await Promise.all(Array.from({ length: 8 }, (_, who) => worker(who)))
    expect(killed).toBeGreaterThan(2)
    expect(acknowledged.length).toBeGreaterThan(30)
    await world.run(['pause', '--off'])
    expectWholeLines(world)
    const ids = new Set((await world.log()).map(event => { const { writer, seq } = event as unknown as { writer: string; seq: number }; return `${writer}:${seq}` }))
    expect(acknowledged.filter(id => !ids.has(id))).toEqual([])
    const inbox = await world.stage('inbox')
    expect(submitted.filter(name => !inbox.includes(name))).toEqual([])
    expect(new Set(inbox).size).toBe(inbox.length)
    expect(await isSound(world)).toEqual([])
  }, 120_000)

  test('two factories started at once with four specs and two slots each dispatch every step of every spec once', async () => {
    const world = await hostileWorld('limits: { slots: 2 }\n')
    order(world, 'build', { attacks: ['wait'], ms: 150 })
    const names = ['a1', 'b2', 'c3', 'd4']
    for (const name of names) world.intent(name)
    for (let round = 0; round < 6 && (await world.stage('documented')).length < names.length; round += 1) {
      const both = await Promise.all([command(world, ['start']), command(world, ['start'])])
      for (const done of both) {
        expect(crashed(done.stderr), done.stderr).toBe(false)
        expect([0, 75], done.stderr).toContain(done.code)
      }
    }
    expect((await world.stage('documented')).toSorted()).toEqual(names)
    const trail = (await world.trail()).toSorted()
    expect(trail).toEqual(names.flatMap(name => ['builder build', 'librarian document', 'spec draft', 'verifier verify'].map(step => `${step} ${name}`)).toSorted())
    expect((await world.log()).filter(({ type }) => type === 'run.abandoned')).toEqual([])
    expectWholeLines(world)
    expect(processesOf(world.desk)).toEqual([])
    expect(await isSound(world)).toEqual([])
  }, 120_000)
})

describe('git beside a live writer', () => {
  test('stash, checkout of an older commit and back, reset, gc and a pull lose nothing that was acknowledged', async () => {
    const world = await newWorld({ agentsYaml: desk => hostileYaml(desk, '', 'git: commit, wall: off') })
    const git = (...args: readonly string[]): ReturnType<typeof spawnSync> => spawnSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.invalid', ...args], { cwd: world.dir, encoding: 'utf8', env: environment({ home: world.home }) })
    await world.run(['submit', '-', '--name', 'first'], 0, { input: '# first\n\nPlease.\n' })
    const other = join(world.desk, 'other')
    expect(git('clone', '-q', world.dir, other).status).toBe(0)
    appendFileSync(join(other, 'NOTES.md'), 'from somebody else\n')
    spawnSync('sh', ['-c', 'git add -A && git -c user.name=B -c user.email=b@example.invalid commit -qm other'], { cwd: other })
    const branch = String(git('branch', '--show-current').stdout).trim()
    const acknowledged: string[] = []
    let going = true
    const appender = (async () => {
      for (let turn = 0; going; turn += 1) {
        const done = await command(world, ['submit', '--json', '-', '--name', `live-${turn}`])
        expect(crashed(done.stderr), done.stderr).toBe(false)
        if (done.code === 0) acknowledged.push(...idOf(done))
        else expect([1, 75], done.stderr).toContain(done.code)
      }
    })()
    for (let round = 0; round < 2; round += 1) {
      writeFileSync(join(world.dir, 'notes.txt'), `round ${round}\n`)
      for (const args of [['stash', '-u'], ['stash', 'pop'], ['checkout', '-q', 'HEAD~1'], ['checkout', '-q', '-f', branch], ['pull', '-q', '--no-rebase', '--no-edit', other, branch], ['merge', '--abort'], ['gc', '-q', '--prune=now'], ['reset', '-q', '--hard', 'HEAD'], ['checkout', '-q', '-f', branch]]) {
        git(...args)
        const before = acknowledged.length
        // A writer gets its turn between two of them, at whatever moment.
        for (let waited = 0; waited < 40 && acknowledged.length === before; waited += 1) await new Promise(resolve => setTimeout(resolve, 25))
      }
    }
    going = false
    await appender
    expect(acknowledged.length).toBeGreaterThan(3)
    git('merge', '--abort')
    git('checkout', '-q', '-f', branch)
    const settle = await world.factory(['submit', '-', '--name', 'last'], { input: '# last\n\nPlease.\n' })
    expect(settle.exitCode, settle.stderr).toBe(0)
    const ids = new Set((await world.log()).map(event => { const { writer, seq } = event as unknown as { writer: string; seq: number }; return `${writer}:${seq}` }))
    expect(acknowledged.filter(id => !ids.has(id))).toEqual([])
    expect((await world.factory(['replay', '--verify'])).exitCode).toBe(0)
  }, 120_000)
})
