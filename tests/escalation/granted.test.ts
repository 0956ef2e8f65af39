/** What the escalation policy grants, end to end: an agent asks, and agents.yaml is changed, whatever started the run. */
import { beforeEach, describe, expect, test } from 'vitest'
import type { World } from '../acceptance/world.ts'
import { allowAll, aWorld, asks, changes, entry, needs, shown } from './asking.ts'

let world: World
beforeEach(async () => { world = await aWorld(); allowAll(world) })

const granted = [
  { change: { class: 'skill-placement', target: 'builder', from: 'available', to: 'always', value: 'context-discipline' }, text: '[filesystem-conventions, context-discipline]', key: 'skills', value: { always: ['filesystem-conventions', 'context-discipline'], available: [] } },
  { change: { class: 'acl-read-expand', target: 'builder', value: 'tasks/verified/' }, text: 'tasks/verified/', key: 'canRead', value: expect.arrayContaining(['tasks/verified/', 'specs/ready/']) as unknown },
  { change: { class: 'acl-write-expand', target: 'builder', value: 'learnings/discoveries/' }, text: 'learnings/discoveries/', key: 'canWrite', value: expect.arrayContaining(['learnings/discoveries/', 'tasks/review/']) as unknown },
  { change: { class: 'model-change', target: 'builder', from: 'small', to: 'large' }, text: 'model: large', key: 'model', value: 'large' },
] as const

describe('a change that the policy allows', () => {
  test.each(granted)('of the class $change.class is made in the text, its comments kept, its need met by the kernel in the same batch', async ({ change, text, key, value }) => {
    await world.run(['status'])
    const before = world.read('agents.yaml')
    asks(world, 'librarian', change)
    await world.run(['run', 'librarian'])
    expect(await shown(world, 'builder')).toMatchObject({ [key]: value })
    const after = world.read('agents.yaml')
    expect(after).toContain(text)
    for (const comment of before.match(/#.*/g) ?? []) expect(after).toContain(comment)
    const [applied, ...more] = await changes(world)
    expect(more).toEqual([])
    expect(applied).toMatchObject({ type: 'change.applied', actor: 'kernel', data: { class: change.class, target: 'builder', path: 'agents.yaml' } })
    const met = (await world.log()).find(event => event.type === 'need.resolved') as unknown as { actor: string; batch: unknown }
    expect([met.actor, met.batch, (applied as unknown as { batch: unknown }).batch]).toEqual(['kernel', [2, 2], [1, 2]])
    expect(await needs(world)).toMatchObject([{ agent: 'librarian', status: 'resolved', resolvedBy: 'kernel', refused: null }])
    expect((await world.run(['audit', '--json'])).json()).toMatchObject({ ok: true })
    expect((await world.run(['replay', '--verify', '--json'])).json()).toMatchObject({ drift: [] })
  })

  test.each(granted)('of the class $change.class is taken back by a person, and not made again for the same request', async ({ change }) => {
    await world.run(['status'])
    asks(world, 'librarian', change)
    await world.run(['run', 'librarian'])
    const [applied] = await changes(world)
    const changed = world.read('agents.yaml')
    expect((await world.run(['config', 'undo', '--dry-run', '--json'])).json()).toMatchObject({ recorded: [{ type: 'change.undone' }] })
    expect(world.read('agents.yaml')).toBe(changed)
    await world.run(['config', 'undo'])
    expect(world.read('agents.yaml')).not.toBe(changed)
    const undone = (await changes(world)).at(-1)
    expect(undone).toMatchObject({ type: 'change.undone', actor: 'human:ada', data: { path: 'agents.yaml', before: applied?.data['after'], after: applied?.data['before'] } })
    await world.run(['config', 'undo'], 1)
    asks(world, 'librarian', { ...change, id: 'again' })
    await world.run(['run', 'librarian'])
    expect((await changes(world)).map(({ type }) => type)).toEqual(['change.applied', 'change.undone', 'change.refused'])
    expect((await needs(world)).find(({ id }) => id === 'again')).toMatchObject({ status: 'open', refused: expect.stringContaining('took this change back') as unknown })
  })
})

describe('whatever started the run', () => {
  const change = { class: 'model-change', target: 'builder', to: 'large' }

  test('reflect', async () => {
    asks(world, 'librarian', change, 'reflect')
    await world.run(['reflect', 'librarian'])
    expect(await shown(world, 'builder')).toMatchObject({ model: 'large' })
  })

  test('start: the next run already goes by it', async () => {
    world.intent('a')
    asks(world, 'spec', change, 'draft')
    await world.run(['start', '--max-steps', '2'])
    const claimed = (await world.log()).filter(event => event.type === 'run.claimed').map(({ data }) => [data['agent'], data['model']])
    expect(claimed).toEqual([['spec', null], ['builder', 'large']])
  })

  test('advance', async () => {
    world.intent('a')
    world.script('draft', { write: { 'specs/drafting/a.md': '# a\n\nNot yet.\n' } })
    asks(world, 'spec', change, 'advance')
    await world.run(['run', 'spec', 'a'])
    await world.run(['advance', 'a'])
    expect(await shown(world, 'builder')).toMatchObject({ model: 'large' })
  })
})

test('several changes of one run are made one upon the other, and taken back the other way round', async () => {
  await world.run(['status'])
  world.script('heartbeat.librarian', { reply: 'Three.', append: { 'memory/librarian/needs.md': [entry({ id: 'one', class: 'model-change', target: 'builder', to: 'large' }), entry({ id: 'two', class: 'acl-read-expand', target: 'spec', value: 'tasks/resolved/' }), entry({ id: 'three', class: 'model-change', target: 'builder', to: 'huge' })].join('') } })
  await world.run(['run', 'librarian'])
  expect(await shown(world, 'builder')).toMatchObject({ model: 'huge' })
  await world.run(['config', 'undo'])
  expect(await shown(world, 'builder')).toMatchObject({ model: 'large' })
  expect((await shown(world, 'spec'))['canRead']).toContain('tasks/resolved/')
  await world.run(['config', 'undo'])
  expect((await shown(world, 'spec'))['canRead']).not.toContain('tasks/resolved/')
  await world.run(['config', 'undo'])
  expect(await shown(world, 'builder')).toMatchObject({ model: null })
  await world.run(['config', 'undo'], 1)
})

test('a file that a person changed since is left alone by undo', async () => {
  asks(world, 'librarian', { class: 'model-change', target: 'builder', to: 'large' })
  await world.run(['run', 'librarian'])
  world.write('agents.yaml', `${world.read('agents.yaml')}# mine\n`)
  const ran = await world.run(['config', 'undo', '--json'], 1)
  expect(ran.json()).toMatchObject({ error: { code: 'base-changed' } })
  expect(world.read('agents.yaml')).toContain('# mine')
})

test('what is so already meets the need without a change', async () => {
  asks(world, 'librarian', { class: 'skill-placement', target: 'builder', to: 'always', value: 'filesystem-conventions' })
  await world.run(['run', 'librarian'])
  expect(await changes(world)).toEqual([])
  expect(await needs(world)).toMatchObject([{ status: 'resolved', resolvedBy: 'kernel' }])
})
