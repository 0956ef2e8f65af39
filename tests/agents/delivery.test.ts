import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { deliverPending } from '../../src/agents/delivery.ts'
import { World, readied, specText } from './harness.ts'

const report = 'verdict: SATISFIED (9/10)\n\n## Summary\nIt works.\n'
const env = process.env

async function build(world: World, files: Record<string, string>): Promise<void> {
  world.script('build', { write: { ...Object.fromEntries(Object.entries(files).map(([path, text]) => [`projects/shop/${path}`, text])), 'tasks/review/hello.md': '# Built\n' } })
  const outcome = await world.run('builder', 'build', 'hello')
  expect(outcome).toMatchObject({ outcome: 'finished', progress: true })
}

async function verify(world: World): Promise<void> {
  world.script('verify', { write: { 'tasks/verified/hello.md': report } })
  await world.run('verifier', 'verify', 'hello')
}

describe('the criteria of a build', () => {
  let world: World
  beforeEach(async () => { world = await World.make({ config: 'projects: { shop: { setup: "echo ready > setup.txt" } }\nlimits: { criterion: 2s }\n' }) })
  afterEach(() => world.dispose())

  it('outvote a verifier that is satisfied: the kernel writes the report, with the verifier\'s in it', async () => {
    await readied(world, 'hello', specText('Hello', ['grep -q hello hello.txt', 'echo seen; test -f other.txt']))
    await build(world, { 'hello.txt': 'hello\n' })
    world.script('verify', { write: { 'tasks/verified/hello.md': `${report}\n## Generalizable Learning\nLook twice.\n` } })
    expect(await world.run('verifier', 'verify', 'hello')).toMatchObject({ outcome: 'finished', progress: true })
    const spec = await world.spec('hello')
    expect(spec.stage).toBe('failed')
    expect(spec.attempts).toMatchObject([{ verdict: 'failed', by: 'criteria', failedCriteria: ['c2'] }])
    const text = world.workspace.text(spec.attempts[0]!.doc)
    expect(text).toContain('test -f other.txt')
    expect(text).toContain('seen')
    expect(text).toContain('It works.')
    expect(spec.delivery).toBeNull()
    expect(world.events('learning.recorded')).toHaveLength(1)
  })

  it('fail the build even when the verifier says nothing', async () => {
    await readied(world, 'hello', specText('Hello', ['false']))
    await build(world, { 'hello.txt': 'hello\n' })
    world.script('verify', { reply: 'NO_REPLY' })
    await world.run('verifier', 'verify', 'hello')
    expect((await world.spec('hello')).attempts).toMatchObject([{ by: 'criteria' }])
  })

  it('run after the set-up, in a clone of the commit, with a deadline, and leave no process behind', async () => {
    const mark = join(world.folder, 'alive')
    await readied(world, 'hello', specText('Hello', ['test -f setup.txt && test "$HOME" != "" && test -z "$MY_API_KEY"', `(sleep 6; touch ${mark}) & sleep 30`]))
    await build(world, { 'hello.txt': 'hello\n' })
    await verify(world)
    const spec = await world.spec('hello')
    expect(spec.criteria.map(({ ok, reason }) => ({ ok, reason }))).toEqual([{ ok: true, reason: 'passed' }, { ok: false, reason: 'ran longer than limits.criterion' }])
    await new Promise(resolve => setTimeout(resolve, 5500))
    expect(existsSync(mark)).toBe(false)
  })
})

describe('a verified change', () => {
  let world: World
  beforeEach(async () => { world = await World.make(); await readied(world, 'hello', specText('Hello', ['grep -q hello hello.txt'])) })
  afterEach(() => world.dispose())

  it('is joined with a target that moved on, after its criteria pass on the merge', async () => {
    await build(world, { 'hello.txt': 'hello\n' })
    world.inProject('other.txt', 'meanwhile\n')
    await verify(world)
    expect((await world.spec('hello')).delivery).toMatchObject({ status: 'delivered', detail: 'fast-forward' })
    expect(world.git('status', '--porcelain')).toBe('')
    expect([readFileSync(join(world.project, 'hello.txt'), 'utf8'), readFileSync(join(world.project, 'other.txt'), 'utf8')]).toEqual(['hello\n', 'meanwhile\n'])
  })

  it('fails by its criteria when they do not hold on the merge', async () => {
    await world.workspace.transact({ command: 'test', actor: 'human:tester' }, () => {})
    await readied(world, 'strict', specText('Strict', ['test -f s.txt && ! test -f other.txt']))
    world.script('build', { write: { 'projects/shop/s.txt': 's\n', 'tasks/review/strict.md': '# Built\n' } })
    await world.run('builder', 'build', 'strict')
    world.inProject('other.txt', 'meanwhile\n')
    world.script('verify', { write: { 'tasks/verified/strict.md': report } })
    await world.run('verifier', 'verify', 'strict')
    const spec = await world.spec('strict')
    expect(spec.stage).toBe('failed')
    expect(spec.attempts.at(-1)).toMatchObject({ by: 'criteria', failedCriteria: ['c1'] })
    expect(existsSync(join(world.project, 's.txt'))).toBe(false)
  })

  it('starts over with a brief when both sides changed the same lines, on the present target', async () => {
    world.inProject('hello.txt', 'one\n')
    await build(world, { 'hello.txt': 'hello one\n' })
    const head = world.inProject('hello.txt', 'hello two\n')
    await verify(world)
    const spec = await world.spec('hello')
    expect(spec.stage).toBe('failed')
    expect(spec.attempts.at(-1)).toMatchObject({ by: 'conflict' })
    const text = world.workspace.text(spec.attempts.at(-1)!.doc)
    expect(text).toContain('hello.txt')
    expect(text).toContain('+hello one')
    expect(text).toContain('+hello two')
    const { queueRebuildOf } = await import('../../src/dispatch/kernel-steps.ts')
    await world.workspace.transact({ command: 'rebuild', actor: 'human:tester' }, tx => queueRebuildOf(tx, spec, { override: false }))
    const claim = await world.claim({ agent: 'builder', dispatch: 'build', spec: 'hello' })
    expect(claim.project?.base).toBe(head)
    expect(claim.attempt).toBe(2)
  })

  it('waits while the checkout is dirty, asks once, and is delivered by a later turn', async () => {
    await build(world, { 'hello.txt': 'hello\n', 'README.md': 'Changed by the build.\n' })
    writeFileSync(join(world.project, 'README.md'), 'My own work.\n')
    await verify(world)
    expect((await world.spec('hello')).delivery).toMatchObject({ status: 'failed', why: 'dirty' })
    await deliverPending(world.workspace, { env })
    expect(readFileSync(join(world.project, 'README.md'), 'utf8')).toBe('My own work.\n')
    expect(world.events('need.opened')).toHaveLength(1)
    world.git('checkout', '--', 'README.md')
    expect(await deliverPending(world.workspace, { env })).toMatchObject([{ step: 'delivered' }])
    expect(readFileSync(join(world.project, 'README.md'), 'utf8')).toBe('Changed by the build.\n')
    expect(Object.values((await world.workspace.look()).state.feedback.needs).map(need => need.status)).toEqual(['resolved'])
    expect(await deliverPending(world.workspace, { env })).toEqual([])
  })

  it.each([['none', 'kept-on-branch'], ['pull-request', 'pull-request']] as const)('stays on its branch with deliver: %s', async (deliver, how) => {
    world.put('agents.yaml', world.read('agents.yaml').replace('policy: { git: off }', `policy: { git: off, deliver: ${deliver} }`))
    await world.settle()
    await build(world, { 'hello.txt': 'hello\n' })
    const before = world.git('rev-parse', 'main')
    await verify(world)
    expect((await world.spec('hello')).delivery).toMatchObject({ status: 'delivered', detail: how })
    expect(world.git('rev-parse', 'main')).toBe(before)
  })

  it('of a second attempt goes on from the first one', async () => {
    await build(world, { 'wrong.txt': 'x\n' })
    world.script('verify', { write: { 'tasks/failed/hello.md': 'verdict: NOT SATISFIED (3/10)\n\n## Path to Resolution\nWrite hello.txt.\n' } })
    await world.run('verifier', 'verify', 'hello')
    const { queueRebuildOf } = await import('../../src/dispatch/kernel-steps.ts')
    const failed = await world.spec('hello')
    await world.workspace.transact({ command: 'rebuild', actor: 'human:tester' }, tx => queueRebuildOf(tx, failed, { override: false }))
    const dump = join(world.folder, 'again.json')
    world.script('build', { dump, write: { 'projects/shop/hello.txt': 'hello\n', 'tasks/review/hello.md': '# Again\n' } })
    await world.run('builder', 'build', 'hello')
    const { files, prompt } = JSON.parse(readFileSync(dump, 'utf8')) as { files: string[]; prompt: string }
    expect(files).toContain('projects/shop/wrong.txt')
    expect(files).toContain('specs/ready/hello.rebuild.md')
    expect(prompt).toContain('Write hello.txt.')
    await verify(world)
    const spec = await world.spec('hello')
    expect(spec.stage).toBe('verified')
    expect(spec.criteria[0]?.provesNothing).toBe(false)
    expect(existsSync(join(world.project, 'hello.txt'))).toBe(true)
  })
})
