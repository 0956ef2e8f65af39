/** `factory start` is killed again and again, at its own writes and by time, and interrupted: it resumes, and nothing is lost or done twice. */
import { spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { newProject } from '../acceptance/world.ts'
import type { World } from '../acceptance/world.ts'
import { environment, program } from '../cli/factory.ts'
import { crashed, hostileWorld, isSound, order, processesOf } from './hostile.ts'

const spec = (name: string): string => `# ${name}\n\nMake it.\n\n## Verification Criteria\n\n\`\`\`sh\ntest -f ${name}.txt\n\`\`\`\n`

async function twoSpecs(): Promise<{ readonly world: World; readonly project: string }> {
  const world = await hostileWorld('limits: { slots: 2 }\n')
  const project = newProject('shop')
  await world.run(['init-project', '--workspace', world.dir], 0, { cwd: project })
  for (const name of ['alpha', 'beta']) world.intent(name, spec(name))
  return { world, project }
}

const idsOf = (world: World): readonly string[] => readFileSync(`${world.dir}/events.jsonl`, 'utf8').split('\n').filter(line => line.endsWith('"}')).map(line => {
  const { writer, seq, hash } = JSON.parse(line) as { writer: string; seq: number; hash: string }
  return `${writer}:${seq} ${hash}`
})

interface End { readonly code: number | null; readonly signal: string | null; readonly output: string }

/** Starts the factory and lets `stop` end it. */
function start(world: World, env: Readonly<Record<string, string>> = {}, stop: (child: ReturnType<typeof spawn>, output: () => string) => void = () => {}): Promise<End> {
  const child = spawn(process.execPath, [program, 'start'], { cwd: world.dir, env: environment({ home: world.home, env }), stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => { output += text })
  stop(child, () => output)
  return new Promise(resolve => { child.on('exit', (code, signal) => { child.stdout.destroy(); child.stderr.destroy(); resolve({ code, signal, output }) }) })
}

async function expectWhole(world: World, project: string, acknowledged: ReadonlySet<string>): Promise<void> {
  const now = new Set(idsOf(world))
  expect([...acknowledged].filter(id => !now.has(id))).toEqual([])
  expect((await world.stage('documented')).toSorted()).toEqual(['alpha', 'beta'])
  const log = await world.log()
  const claims = log.filter(({ type, data }) => type === 'run.claimed' && data['dispatch'] === 'build')
  const ended = (run: string | undefined): string[] => log.filter(event => event.run === run && /^run\.(?:finished|failed|timed-out|cancelled|abandoned)$/.test(event.type)).map(({ type }) => type)
  for (const claim of claims) expect(ended(claim.run)).toHaveLength(1)
  const keys = claims.filter(claim => ended(claim.run)[0] === 'run.finished').map(({ data }) => `${String(data['spec'])} ${String(data['attempt'])}`)
  expect(keys.length).toBe(new Set(keys).size)
  const git = (...args: string[]): string => spawnSync('git', args, { cwd: project, encoding: 'utf8' }).stdout.trim()
  expect(git('ls-tree', '--name-only', 'main').split('\n')).toEqual(['README.md', 'alpha.txt', 'beta.txt'])
  expect(git('status', '--porcelain')).toBe('')
  expect(git('fsck', '--strict')).not.toMatch(/error|missing/)
  expect(await isSound(world)).toEqual([])
  expect(processesOf(world.desk)).toEqual([])
}

describe('a factory that is killed', () => {
  test('at its own writes, again and again, resumes: nothing acknowledged is lost, nothing is built twice, nothing lives on', async () => {
    const { world, project } = await twoSpecs()
    const acknowledged = new Set<string>()
    let kills = 0
    for (const step of [2, 9, 5, 23, 14, 41, 31, 57, 12, 75, 66, 38, 90, 7, 110, 84, 49, 130, 19, 150]) {
      const end = await start(world, { FACTORY_FAULT: `kill:${step}` })
      expect(crashed(end.output), end.output).toBe(false)
      for (const id of idsOf(world)) acknowledged.add(id)
      if (end.signal === 'SIGKILL') kills += 1
      else if ((await world.stage('documented')).length === 2) break
    }
    expect(kills).toBeGreaterThan(5)
    const last = await start(world)
    expect(last.code, last.output).toBe(0)
    await expectWhole(world, project, acknowledged)
  }, 120_000)

  test('at any time, with its agents at work, resumes, and ends the agents that outlived it', async () => {
    const { world, project } = await twoSpecs()
    order(world, 'build', { attacks: ['escaped', 'wait'], ms: 400 })
    const acknowledged = new Set<string>()
    for (const [moment, ms] of [['draft', 60], ['build', 250], ['build', 30], ['verify', 100], ['document', 20]] as const) {
      const end = await start(world, {}, (child, output) => {
        const look = setInterval(() => {
          if (!output().includes(`: ${moment} `)) return
          clearInterval(look)
          setTimeout(() => child.kill('SIGKILL'), ms)
        }, 10)
        child.on('exit', () => { clearInterval(look) })
      })
      expect(crashed(end.output), end.output).toBe(false)
      for (const id of idsOf(world)) acknowledged.add(id)
    }
    const last = await start(world)
    expect(last.code, last.output).toBe(0)
    await expectWhole(world, project, acknowledged)
  }, 120_000)
})

describe('a factory that is interrupted', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('by %s cancels its runs, ends with 130, leaves no process, and goes on afterwards', async signal => {
    const { world, project } = await twoSpecs()
    order(world, 'build', { attacks: ['child', 'stubborn'] })
    const end = await start(world, {}, (child, output) => {
      const look = setInterval(() => {
        if (!output().includes(': build ')) return
        clearInterval(look)
        setTimeout(() => child.kill(signal), 300)
      }, 10)
    })
    expect(end, end.output).toMatchObject({ code: 130 })
    expect(processesOf(world.desk)).toEqual([])
    expect((await world.log()).filter(({ type }) => type === 'run.cancelled').length).toBeGreaterThan(0)
    expect((await world.status()).runs).toEqual([])
    order(world, 'build', { attacks: [] })
    if (signal !== 'SIGINT') return
    const last = await start(world)
    expect(last.code, last.output).toBe(0)
    await expectWhole(world, project, new Set())
  })
})
