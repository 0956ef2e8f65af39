/** What an agent leaves in its view: imported as the table says, or denied, kept and shown; nothing else in the workspace changes. */
import { execFileSync, spawnSync } from 'node:child_process'
import { readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { filesOf } from '../acceptance/world.ts'
import type { World } from '../acceptance/world.ts'
import { crashed, denials, hostileWorld, isSound, order, readySpec } from './hostile.ts'
import type { Order } from './hostile.ts'

const bookkeeping = /^(?:events\.jsonl$|blobs\/|\.factory-local\/|runs\/|log\/|projects\/|notifications\/)/

/** Runs the builder on alpha, and tells which files of the workspace it changed. */
async function attack(world: World, what: Order, exitCode = 0): Promise<{ readonly changed: readonly string[]; readonly denied: readonly string[]; readonly stderr: string }> {
  const before = filesOf(world.dir, bookkeeping)
  order(world, 'build', what)
  const ran = await world.run(['run', 'builder', 'alpha'], exitCode)
  expect(crashed(`${ran.stdout}${ran.stderr}`), ran.stderr).toBe(false)
  const after = filesOf(world.dir, bookkeeping)
  const changed = [...new Set([...before.keys(), ...after.keys()])].filter(path => before.get(path) !== after.get(path)).sort()
  return { changed, denied: (await denials(world)).map(({ path }) => path), stderr: ran.stderr }
}

const built = ['specs/archive/alpha.md', 'specs/ready/alpha.md', 'tasks/review/alpha.md']

describe('an agent writes what is not its to write', () => {
  test('reports, configuration, the log, other specs and other memories are denied one by one, and stay as they were', async () => {
    const world = await hostileWorld()
    await readySpec(world, 'alpha')
    await readySpec(world, 'beta')
    const paths = [
      'tasks/verified/alpha.md', 'universe/z.md', 'permissions.yaml', 'agents.yaml', 'apps/gsd.yaml', 'events.jsonl', 'log/0123456789abcdef.jsonl', 'blobs/ab/cdef',
      '.factory-local/writer', '.git/config', '.gitattributes', 'specs/ready/beta.md', 'specs/archive/beta.md', 'tasks/review/beta.md', 'tasks/building/alpha.md', 'tasks/resolved/alpha.md', 'tasks/decisions/alpha.md',
      'memory/verifier/MEMORY.md', 'memory/daily/spec/2026-01-01.md', 'memory/shared/all.md', 'scenarios/alpha/easy.md', 'skills/shared/x/SKILL.md', 'learnings/failures/x.md', 'playbooks/x.md',
      'projects/other/x.txt', 'runs/x.md', 'notifications/x.md', 'somewhere/else.md', 'x.md',
    ]
    const { changed, denied } = await attack(world, { attacks: ['write'], write: Object.fromEntries(paths.map(path => [path, 'mine now\n'])) })
    expect(paths.filter(path => !denied.includes(path))).toEqual([])
    expect(changed).toEqual(built)
    const status = await world.status() as unknown as { denied: { count: number }; stages: Record<string, readonly { name: string }[]> }
    expect(status.denied.count).toBe(denied.length)
    expect(status.stages['review']?.map(({ name }) => name)).toEqual(['alpha'])
    const shown = (await world.run(['audit'])).stdout
    for (const path of paths.slice(0, 5)) expect(shown).toContain(path)
    expect(await isSound(world)).toEqual([])
  })

  test('odd names are taken as files of its memory or denied, and are printed literally', async () => {
    const world = await hostileWorld()
    await readySpec(world, 'alpha')
    const { changed, denied, stderr } = await attack(world, { attacks: ['names', 'deep'] })
    expect(changed.filter(path => !path.startsWith('memory/builder/') && !built.includes(path))).toEqual([])
    expect(denied).toEqual(expect.arrayContaining(['Memory/builder/x.md', 'TASKS/review/alpha.md', 'memory/BUILDER/x.md']))
    const shown = `${stderr}${(await world.run(['log', '--limit', '1000'])).stdout}${(await world.run(['audit'])).stdout}${(await world.run(['status'])).stdout}`
    expect(shown).not.toMatch(/[\u001b\u202e\u0007]/)
    expect(changed.filter(path => /[\n\u001b\u202e]/.test(path))).toEqual([])
    expect(await isSound(world)).toEqual([])
  })

  test('pipes, sockets and devices are denied at once, also in place of the outbox and of the result', async () => {
    const world = await hostileWorld()
    await readySpec(world, 'alpha')
    const { denied } = await attack(world, { attacks: ['things', 'device', 'outboxPipe', 'resultPipe'] })
    expect(denied).toEqual(expect.arrayContaining(['memory/builder/things/pipe.md', 'memory/builder/things/sock.md']))
    if (process.getuid?.() === 0) expect(denied).toContain('memory/builder/things/null.md')
    expect(await world.stage('review')).toEqual(['alpha'])
    expect(await isSound(world)).toEqual([])
  })

  test('a result that leads elsewhere, is huge or holds impossible numbers costs nothing but itself', async () => {
    const world = await hostileWorld()
    for (const attackName of ['resultLink', 'resultHuge', 'resultNumbers']) {
      const name = attackName.toLowerCase()
      await readySpec(world, name)
      writeFileSync(join(world.desk, 'secret.json'), JSON.stringify({ reply: 'the content of a secret file' }))
      order(world, 'build', { attacks: [attackName] })
      const ran = await world.run(['run', 'builder', name])
      expect(crashed(ran.stderr), ran.stderr).toBe(false)
      expect(await world.stage('review')).toContain(name)
    }
    expect(JSON.stringify(await world.log())).not.toContain('secret file')
    await world.run(['status'])
    expect(await isSound(world)).toEqual([])
  })

  test('two thousand files in the wrong place are denied in bounded events, and hundreds of memories are taken', async () => {
    const world = await hostileWorld()
    await readySpec(world, 'alpha')
    await attack(world, { attacks: ['many', 'manyMemories'] })
    const all = await denials(world)
    expect(all.length).toBeLessThanOrEqual(102)
    expect(all.at(-1)?.why).toMatch(/more$/)
    expect(world.list('memory/builder/flood')).toHaveLength(300)
    expect(await world.stage('review')).toEqual(['alpha'])
    expect(await isSound(world)).toEqual([])
  })

  test('a file of 50 MB is denied by its size, and the rest counts', async () => {
    const world = await hostileWorld()
    await readySpec(world, 'alpha')
    await attack(world, { attacks: ['big'] })
    expect((await denials(world)).find(({ path }) => path === 'memory/builder/big.md')?.why).toContain('larger than')
    expect(await world.stage('review')).toEqual(['alpha'])
  })

  test('many files that are small enough one by one are taken only up to a sum, in bounded memory', async () => {
    const world = await hostileWorld()
    await readySpec(world, 'alpha')
    order(world, 'build', { attacks: ['heavy'] })
    const peak = join(world.desk, 'peak')
    const preload = join(world.desk, 'peak.mjs')
    writeFileSync(preload, `import { writeFileSync } from 'node:fs'\nprocess.on('exit', () => { if (!process.env.FACTORY_RUN) writeFileSync(${JSON.stringify(peak)}, String(process.resourceUsage().maxRSS)) })\n`)
    await world.run(['run', 'builder', 'alpha'], 0, { env: { NODE_OPTIONS: `--import=${preload}` } })
    const { readFileSync } = await import('node:fs')
    expect(Number(readFileSync(peak, 'utf8'))).toBeLessThan(400_000)
    expect((await denials(world)).some(({ why }) => /together/.test(why))).toBe(true)
    expect(await world.stage('review')).toEqual(['alpha'])
  })

  test('binary in place of a report, or a folder, hands over nothing', async () => {
    const world = await hostileWorld()
    await readySpec(world, 'alpha')
    const binary = await attack(world, { attacks: ['binary'] })
    expect(binary.denied).toContain('tasks/review/alpha.md')
    expect(await world.stage('review')).toEqual([])
    const folder = await attack(world, { attacks: ['folderForFile'] })
    expect(folder.denied).toContain('tasks/review/alpha.md/inner.md')
    expect(await world.stage('review')).toEqual([])
    expect(await isSound(world)).toEqual([])
  })

  test('thousands of requests in one file and in the outbox are bounded', async () => {
    const world = await hostileWorld()
    await readySpec(world, 'alpha')
    await attack(world, { attacks: ['needs', 'outbox'] })
    expect((await world.status()).needs).toBeLessThanOrEqual(200)
    expect((await world.log()).length).toBeLessThan(1000)
    expect(await isSound(world)).toEqual([])
  })

  test('a file that changes while it is read is taken whole or not at all', async () => {
    const world = await hostileWorld()
    await readySpec(world, 'alpha')
    await attack(world, { attacks: ['swapping'] })
    const left = world.list('memory/builder').filter(name => name.startsWith('swap'))
    for (const name of left) expect(world.read(`memory/builder/${name}`)).toMatch(/^a*$/)
    expect(await world.stage('review')).toEqual(['alpha'])
    expect(await isSound(world)).toEqual([])
  })
})

describe('an agent turns against its view', () => {
  test('a view that it took away takes no memory with it, and its run hands over nothing', async () => {
    const world = await hostileWorld()
    world.write('memory/builder/MEMORY.md', 'what I learned\n')
    await readySpec(world, 'alpha')
    const { changed } = await attack(world, { attacks: ['dropView'] }, 4)
    expect(world.read('memory/builder/MEMORY.md')).toBe('what I learned\n')
    expect(changed.filter(path => path.startsWith('memory/'))).toEqual([])
    expect((await world.runs()).at(-1)).toMatchObject({ outcome: 'failed', fault: 'agent' })
    expect(await isSound(world)).toEqual([])
  })

  test('a view that became a link is not read, and nothing is written or removed where it leads', async () => {
    const world = await hostileWorld()
    await readySpec(world, 'alpha')
    const elsewhere = join(world.desk, 'elsewhere')
    execFileSync('mkdir', ['-p', join(elsewhere, 'memory/builder'), join(elsewhere, 'projects/alpha/.git')])
    writeFileSync(join(elsewhere, 'memory/builder/stolen.md'), 'not the agent\'s\n')
    const before = execFileSync('find', [elsewhere, '-printf', '%p %i %s\n'], { encoding: 'utf8' })
    const { changed } = await attack(world, { attacks: ['linkView'], target: elsewhere }, 4)
    expect(changed.filter(path => path.startsWith('memory/'))).toEqual([])
    expect(execFileSync('find', [elsewhere, '-printf', '%p %i %s\n'], { encoding: 'utf8' })).toBe(before)
    expect((await world.runs()).at(-1)).toMatchObject({ outcome: 'failed', fault: 'agent' })
  })

  test.runIf(process.getuid?.() === 0)('a folder that cannot be opened takes nothing away, and a locked view does not stop the end of the run', async () => {
    const nobody = 65534
    const world = await hostileWorld()
    world.write('memory/builder/MEMORY.md', 'what I learned\n')
    await readySpec(world, 'alpha')
    await readySpec(world, 'beta')
    for (const folder of [world.dir, world.home, world.desk]) execFileSync('chown', ['-R', `${nobody}:${nobody}`, folder])
    const { program, environment } = await import('../cli/factory.ts')
    const asNobody = (...args: string[]): ReturnType<typeof spawnSync> => spawnSync(process.execPath, [program, ...args], { cwd: world.dir, env: environment({ home: world.home }), uid: nobody, gid: nobody, encoding: 'utf8' })
    order(world, 'build', { attacks: ['lockMemory'] })
    const first = asNobody('run', 'builder', 'alpha')
    expect(crashed(String(first.stderr)), String(first.stderr)).toBe(false)
    expect(first.status, String(first.stderr)).toBe(0)
    expect(world.read('memory/builder/MEMORY.md')).toBe('what I learned\n')
    expect((await denials(world)).map(({ path }) => path)).toContain('memory/builder')
    order(world, 'build', { attacks: ['lockView'] })
    const second = asNobody('run', 'builder', 'beta')
    expect(crashed(String(second.stderr)), String(second.stderr)).toBe(false)
    expect(second.status, String(second.stderr)).toBe(4)
    expect(world.read('memory/builder/MEMORY.md')).toBe('what I learned\n')
    expect((await world.status()).runs).toEqual([])
    expect(readdirSync(world.dir)).toContain('events.jsonl')
    expect(statSync(join(world.dir, 'memory/builder/MEMORY.md')).size).toBeGreaterThan(0)
  })
})
