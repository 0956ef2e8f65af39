import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { World, readied, specText } from './harness.ts'

const plan = '# Plan: hello\n\n## Segment: First\nWrite one.\n\n## Checkpoint c1: Look\n- type: human-verify\n\nLook at one.\n\n## Segment: Second\nWrite two.\n'

describe('a plan', () => {
  let world: World
  beforeEach(async () => { world = await World.make(); await readied(world, 'hello', specText('Hello', ['test -f one.txt && test -f two.txt'])) })
  afterEach(() => world.dispose())

  const planned = async (): Promise<void> => {
    world.script('plan', { write: { 'tasks/planning/hello/PLAN.md': plan } })
    expect(await world.run('builder', 'plan', 'hello')).toMatchObject({ outcome: 'finished', progress: true })
  }

  it('is judged by a verifier: sent back with reasons, then accepted', async () => {
    await planned()
    world.script('validate', { write: { 'tasks/planning/hello/VALIDATION.md': 'verdict: NOT SATISFIED (2/10)\n\nWhat about three?\n' } })
    const judged = await world.run('verifier', 'validate', 'hello')
    expect(await world.denied()).toEqual([])
    expect(judged.progress).toBe(true)
    expect((await world.spec('hello')).plan?.status).toBe('rejected')
    const dump = join(world.folder, 'plan.json')
    world.script('plan', { dump, write: { 'tasks/planning/hello/PLAN.md': `${plan}\nThree as well.\n` } })
    await world.run('builder', 'plan', 'hello')
    expect((JSON.parse(readFileSync(dump, 'utf8')) as { prompt: string }).prompt).toContain('What about three?')
    world.script('validate', { write: { 'tasks/planning/hello/VALIDATION.md': 'verdict: SATISFIED (9/10)\n' } })
    await world.run('verifier', 'validate', 'hello')
    expect((await world.spec('hello')).plan?.status).toBe('validated')
  })

  it('is executed segment by segment, each going on from the one before, and reported at the end', async () => {
    await planned()
    world.script('execute', { reply: 'One is there.', write: { 'projects/shop/one.txt': '1\n' } })
    expect(await world.run('builder', 'execute', 'hello', { segment: 0 })).toMatchObject({ outcome: 'finished', progress: true })
    const spec = await world.spec('hello')
    expect([spec.stage, spec.plan?.done.length]).toEqual(['planning', 1])
    const dump = join(world.folder, 'second.json')
    world.script('execute', { dump, write: { 'projects/shop/two.txt': '2\n', 'tasks/review/hello.md': '# Built\n' } })
    await world.run('builder', 'execute', 'hello', { segment: 1 })
    const { files, prompt } = JSON.parse(readFileSync(dump, 'utf8')) as { files: string[]; prompt: string }
    expect(files).toContain('projects/shop/one.txt')
    expect(prompt).toContain('One is there.')
    expect(prompt).toContain('Do segment 2 of 2 only: Second.')
    expect((await world.spec('hello')).stage).toBe('review')
    world.script('verify', { write: { 'tasks/verified/hello.md': 'verdict: SATISFIED (9/10)\n' } })
    await world.run('verifier', 'verify', 'hello')
    expect(existsSync(join(world.project, 'one.txt')) && existsSync(join(world.project, 'two.txt'))).toBe(true)
  })
})

describe('two runs that write one shared memory', () => {
  it('both keep what they wrote', async () => {
    const world = await World.make({ project: false })
    try {
      world.put('memory/shared/KNOWLEDGE.md', '# Knowledge\n\n- a\n\n- b\n')
      await world.settle()
      const { executeRun } = await import('../../src/agents/run.ts')
      const options = { env: process.env, factoryHome: world.home }
      world.script('heartbeat', { write: { 'memory/shared/KNOWLEDGE.md': '# Knowledge\n\n- a, first\n\n- b\n' } })
      world.script('reflect', { write: { 'memory/shared/KNOWLEDGE.md': '# Knowledge\n\n- a\n\n- b, second\n' } })
      const claims = [await world.claim({ agent: 'librarian', dispatch: 'heartbeat' }), await world.claim({ agent: 'librarian', dispatch: 'reflect' })]
      const outcomes = await Promise.all(claims.map(claim => executeRun(world.workspace, claim, options)))
      expect(outcomes.map(outcome => outcome.outcome)).toEqual(['finished', 'finished'])
      expect(await world.denied()).toEqual([])
      expect(world.read('memory/shared/KNOWLEDGE.md')).toBe('# Knowledge\n\n- a, first\n\n- b, second\n')
    } finally { world.dispose() }
  })
})
