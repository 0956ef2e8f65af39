/** Acceptance, failure: what a failed verification leads to, how often a spec is built again, and how a failure is closed. */
import { describe, expect, test } from 'vitest'
import { failedReport, filesOf, newWorld } from './world.ts'
import type { Script, World, WorldOptions } from './world.ts'

const path = '## Path to Resolution\n\nGreet in the language of the reader.\n'
const fails = (name: string, sections = path, verdict?: string): Script => ({ write: { [`tasks/failed/${name}.md`]: failedReport(name, sections, verdict) } })
const count = (trail: readonly string[], line: string): number => trail.filter(one => one === line).length

// Given states come from runs: a file placed in tasks/failed is refused.
/** Lets a spec fail its first verification. */
async function fail(world: World, name: string, report: Script = fails(name)): Promise<void> {
  world.script(`verify.${name}.1`, report)
  world.intent(name)
  await world.run(['start', '--max-steps', '3'])
  expect(await world.stage('failed')).toContain(name)
}

async function failedWorld(name = 'foo', report?: Script, options?: WorldOptions): Promise<World> {
  const world = await newWorld(options)
  await fail(world, name, report)
  return world
}

describe('rebuild', () => {
  test('30 rebuild queues a failed spec with a brief of what to fix, and keeps the report as attempt 1', async () => {
    const world = await newWorld()
    const cases: readonly (readonly [string, string, string])[] = [
      ['alpha', `## Summary\n\nIt greets nobody.\n\n${path}`, 'Greet in the language of the reader.'],
      ['beta', '## Summary\n\nIt greets nobody.\n', 'It greets nobody.'],
      ['gamma', 'Nothing worked at all.\n', 'Nothing worked at all.'],
    ]
    for (const [name, sections, told] of cases) {
      await fail(world, name, fails(name, sections))
      const queued = await world.run(['rebuild', name])
      expect(queued.stdout).toContain('attempt 2')
      const brief = world.read(`specs/ready/${name}.rebuild.md`)
      expect(brief.slice(brief.indexOf('## What to Fix')).split('\n').slice(2).join('\n')).toMatch(new RegExp(`^${told === 'Nothing worked at all.' ? '# Verification Report' : told}`))
      expect(brief).toContain(told)
      expect(world.read(`specs/ready/${name}.md`)).toContain(`# ${name}`)
      expect((await world.status()).stages.ready).toContainEqual(expect.objectContaining({ name, attempt: 2 }))
      // Only the stage decides which files lie there; the report of attempt 1 is in the log, and `why` tells of it.
      expect((await world.log()).find(event => event.type === 'spec.failed' && event.stream === `spec/${name}`)?.data).toMatchObject({ attempt: 1 })
      expect((await world.run(['why', name])).stdout).toMatch(/build 1 wanting/)
      await world.run(['pause', name])
    }
  })

  test('31 the brief tells the earlier score, and unknown only where the report has none', async () => {
    const world = await newWorld()
    const cases: readonly (readonly [string, string, string, string])[] = [
      ['heading', `## Satisfaction Score: 5/10\n\n${path}`, 'NOT SATISFIED', 'prior_score: 5/10'],
      ['below', `## Satisfaction Score\n\n6/10\n\n${path}`, 'NOT SATISFIED', 'prior_score: 6/10'],
      ['verdict', path, 'NOT SATISFIED (3/10)', 'prior_score: 3/10'],
      ['absent', path, 'NOT SATISFIED', 'prior_score: unknown'],
    ]
    for (const [name, sections, verdict, score] of cases) {
      await fail(world, name, fails(name, sections, verdict))
      await world.run(['rebuild', name])
      expect(world.read(`specs/ready/${name}.rebuild.md`)).toContain(score)
      await world.run(['pause', name])
    }
  })

  test('32 rebuild of a queued spec exits 2 and changes nothing, and of one that has not failed exits 1 and names the files', async () => {
    const world = await failedWorld()
    await world.run(['rebuild', 'foo'])
    const before = filesOf(world.dir)
    const again = await world.run(['rebuild', 'foo'], 2)
    expect(again.stderr).toContain('queued already')
    expect(filesOf(world.dir)).toEqual(before)
    world.intent('bar')
    const early = await world.run(['rebuild', 'bar'], 1)
    expect(early.stderr).toContain('specs/archive/bar.md')
    expect(early.stderr).toContain('tasks/failed/bar.md')
    await world.run(['start', '--max-steps', '5'])
    expect(await world.stage('documented')).toContain('foo')
    const over = await world.run(['rebuild', 'foo'], 1)
    expect(over.stderr).toContain('tasks/failed/foo.md')
    const unknown = await world.run(['rebuild', 'ghost', '--json'], 1)
    expect(unknown.json()).toMatchObject({ error: { code: 'spec-not-found' } })
  })

  test('33 one start rebuilds what failed: the builder gets the brief, then verification and documentation', async () => {
    const world = await newWorld()
    world.script('verify.foo.1', fails('foo'))
    world.intent('foo')
    await world.run(['start'])
    expect(await world.trail()).toEqual(['spec draft foo', 'builder build foo', 'verifier verify foo', 'builder build foo', 'verifier verify foo', 'librarian document foo'])
    const { prompt } = await world.seen('build', 'foo')
    expect(prompt).toContain('Greet in the language of the reader.')
    expect(prompt).toContain('specs/ready/foo.rebuild.md')
    expect(prompt).toContain('- attempt: 2')
    expect(await world.stage('documented')).toEqual(['foo'])
    expect(await world.stage('failed')).toEqual([])
    expect((await world.run(['start'])).stdout).toMatch(/idle/i)
  })

  test('34 no other run takes a queued rebuild away, and a rebuild passes through a planning app too', async () => {
    const world = await failedWorld()
    await world.run(['rebuild', 'foo'])
    const spec = world.read('specs/ready/foo.md')
    const brief = world.read('specs/ready/foo.rebuild.md')
    await world.run(['run', 'researcher'])
    await world.run(['gc'])
    expect(world.read('specs/ready/foo.md')).toBe(spec)
    expect(world.read('specs/ready/foo.rebuild.md')).toBe(brief)

    const planning = await newWorld({ config: 'apps: { default: gsd, settings: { gsd: { planValidation: off } } }' })
    planning.script('verify.foo.1', fails('foo'))
    planning.intent('foo')
    await planning.run(['start'])
    expect(await planning.trail()).toEqual([
      'spec draft foo', 'builder plan foo', 'builder execute foo', 'verifier verify foo', 'builder plan foo', 'builder execute foo', 'verifier verify foo', 'librarian document foo',
    ])
    expect((await planning.seen('plan')).prompt).toContain('Greet in the language of the reader.')
    expect((await planning.seen('execute')).prompt).toContain('Greet in the language of the reader.')
    expect(await planning.stage('documented')).toEqual(['foo'])
  })

  test('35 after one build and three rebuilds a spec that always fails waits for a person, and only an override goes on', async () => {
    const world = await newWorld()
    world.script('verify.foo', fails('foo'))
    world.intent('foo')
    const stopped = await world.run(['start'], 3)
    expect(stopped.stdout).toContain('retry-limit')
    expect(stopped.stdout).toContain('factory rebuild foo --override-limit')
    expect(count(await world.trail(), 'builder build foo')).toBe(4)
    expect((await world.status()).gates).toContainEqual(expect.objectContaining({ kind: 'retry-limit', item: 'spec/foo', mend: 'factory rebuild foo --override-limit' }))
    await world.run(['start'], 3)
    expect(count(await world.trail(), 'builder build foo')).toBe(4)
    const refused = await world.run(['rebuild', 'foo'], 3)
    expect(refused.stderr).toContain('--override-limit')
    await world.run(['rebuild', 'foo', '--override-limit'])
    expect((await world.log()).findLast(event => event.type === 'rebuild.queued')).toMatchObject({ actor: 'human:ada', data: { attempt: 5, override: true } })
    await world.run(['start'], 3)
    expect(count(await world.trail(), 'builder build foo')).toBe(5)
  })

  test('36 one spec at its limit holds up neither another failed spec nor a ready one', async () => {
    const world = await newWorld()
    // What is equal in all that matters goes by name: foo comes to its limit before the others begin.
    world.script('verify.foo', fails('foo'))
    world.script('verify.goo.1', fails('goo'))
    for (const name of ['foo', 'goo', 'hoo']) world.intent(name)
    const stopped = await world.run(['start'], 3)
    expect(stopped.stdout).toContain('spec/foo')
    expect(await world.stage('failed')).toEqual(['foo'])
    expect([...await world.stage('documented')].sort()).toEqual(['goo', 'hoo'])
    expect(count(await world.trail(), 'builder build goo')).toBe(2)
    expect(count(await world.trail(), 'builder build hoo')).toBe(1)
  })

  test('37 a rebuild that is verified closes the earlier reports, all attempts stay in history, and a second life of the name works the same', async () => {
    const world = await newWorld()
    for (const attempt of [1, 2]) world.script(`verify.foo.${attempt}`, fails('foo', `## Path to Resolution\n\nMend ${attempt}.\n`))
    world.intent('foo')
    await world.run(['start'])
    expect(await world.stage('failed')).toEqual([])
    expect([...world.list('tasks/failed'), ...world.list('specs/ready')]).toEqual([])
    const closed = async () => (await world.log()).filter(event => event.stream === 'spec/foo' && ['spec.failed', 'rebuild.queued', 'spec.verified'].includes(event.type)).map(event => `${event.type} ${String(event.data['attempt'])}`)
    expect(await closed()).toEqual(['spec.failed 1', 'rebuild.queued 2', 'spec.failed 2', 'rebuild.queued 3', 'spec.verified 3'])
    const story = (await world.run(['why', 'foo'])).stdout
    for (const attempt of [1, 2, 3]) expect(story).toContain(`handed over build ${attempt}`)

    world.intent('foo', '# foo\n\nOnce more, with feeling.\n')
    await world.run(['start'])
    expect((await closed()).slice(5)).toEqual(['spec.failed 1', 'rebuild.queued 2', 'spec.failed 2', 'rebuild.queued 3', 'spec.verified 3'])
    expect(world.list('tasks/failed')).toEqual([])
    expect(world.read('specs/archive/foo.md')).toContain('Once more, with feeling.')
    expect(world.read('specs/archive/foo.r1.md')).toContain('Please make foo.')
    expect((await world.run(['start'])).stdout).toMatch(/idle/i)
  })

  test('38 resolve closes a failure with a reason, versions and all', async () => {
    const world = await newWorld()
    world.script('verify.foo', fails('foo'))
    world.intent('foo')
    await world.run(['start', '--max-steps', '6'])
    expect(await world.stage('failed')).toEqual(['foo'])
    expect(world.list('tasks/failed')).toEqual(['foo.md', 'foo.v1.md'])
    await world.run(['resolve', 'foo'], 64)
    await world.run(['resolve', 'ghost', '--reason', 'r'], 1)
    await world.run(['resolve', 'foo', '--reason', ' '], 1)
    await world.run(['resolve', 'foo', '--reason', 'nobody wants it'])
    expect(world.list('tasks/failed')).toEqual([])
    expect(world.list('tasks/resolved')).toEqual(['foo.md', 'foo.v1.md'])
    expect(world.read('tasks/resolved/foo.md')).toMatch(/## Resolution\n\n- resolved_by: manual\n- resolved_at: .+\n- reason: nobody wants it/)
    expect(world.read('tasks/resolved/foo.v1.md')).toMatch(/- resolved_by: (?:manual|rebuild)/)
    expect(await world.stage('resolved')).toEqual(['foo'])
    expect((await world.run(['start'])).stdout).toMatch(/idle/i)
  })
})

describe('lessons', () => {
  test('39 a lesson of a failed report is kept once, a report without one is a warning, and names that contain each other do not meet', async () => {
    const world = await newWorld()
    const lesson = (text: string): string => `${path}\n## Generalizable Learning\n\n${text}\n`
    world.script('verify.foo.1', fails('foo', lesson('Ask for the language first.')))
    world.script('verify.foo.2', fails('foo', lesson('Test with more than one reader.')))
    world.script('verify.foo.3', fails('foo', lesson('Ask for the language first.')))
    world.intent('foo')
    await world.run(['start'])
    const lessons = world.list('learnings/failures')
    expect(lessons.length).toBe(2)
    expect(lessons.map(file => world.read(`learnings/failures/${file}`)).join('\n')).toContain('Test with more than one reader.')
    expect(world.read(`learnings/failures/${lessons[0] ?? ''}`)).toMatch(/Ask for the language first\.[^]*foo/)
    await fail(world, 'oo', fails('oo', lesson('Short names are names.')))
    expect(world.list('learnings/failures').length).toBe(3)
    await world.run(['start'])
    world.script('verify.bar.1', fails('bar'))
    world.intent('bar')
    const warned = await world.run(['start', '--max-steps', '3'])
    expect(warned.stderr).toMatch(/bar.*Generalizable Learning/)
    expect(world.list('learnings/failures').length).toBe(3)
  })

  // The drill has a workspace of its own that is thrown away, so nothing stale can lie in the way: --force is accepted and has nothing to do.
  test('40 fire-drill goes through the failure path in six steps and leaves the workspace as it was, byte for byte', async () => {
    const world = await failedWorld('foo', fails('foo', `${path}\n## Generalizable Learning\n\nGreet people.\n`))
    await world.run(['pause', 'foo'])
    await fail(world, 'fire-drill-canary')
    const before = filesOf(world.dir)
    const drill = await world.run(['fire-drill'])
    expect(drill.stdout.match(/✓/g)?.length).toBe(6)
    expect(drill.stdout).toContain('PASS')
    expect(filesOf(world.dir)).toEqual(before)
    const machine = (await world.run(['fire-drill', '--force', '--json'])).json() as { ok: boolean; steps: readonly { status: string }[] }
    expect(machine.ok).toBe(true)
    expect(machine.steps.map(step => step.status)).toEqual(Array(6).fill('ok'))
    expect(filesOf(world.dir)).toEqual(before)
  })
})
