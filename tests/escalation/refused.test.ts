/** What stays a need: not allowed, not understood, not possible. The need says why, once. */
import { beforeEach, describe, expect, test } from 'vitest'
import type { World } from '../acceptance/world.ts'
import { allowAll, aWorld, asks, changes, needs } from './asking.ts'
import type { Change } from './asking.ts'

let world: World
beforeEach(async () => { world = await aWorld() })

async function refused(agent: string, change: Change, why: RegExp): Promise<void> {
  await world.run(['status'])
  const before = world.read('agents.yaml')
  asks(world, agent, change)
  await world.run(['run', agent])
  await world.run(['run', agent])
  expect(world.read('agents.yaml')).toBe(before)
  const events = await changes(world)
  expect(events.map(({ type, actor }) => [type, actor])).toEqual([['change.refused', 'kernel']])
  expect(await needs(world)).toMatchObject([{ agent, status: 'open', refused: expect.stringMatching(why) as unknown }])
}

describe('by the policy that init writes', () => {
  test.each([
    ['spec', { class: 'skill-placement', target: 'builder', to: 'always', value: 'context-discipline' }],
    ['spec', { class: 'acl-read-expand', target: 'builder', value: 'learnings/' }],
    ['librarian', { class: 'acl-write-expand', target: 'builder', value: 'learnings/' }],
    ['librarian', { class: 'model-change', target: 'builder', to: 'large' }],
  ] as const)('%s may not have %o', async (agent, change) => {
    await refused(agent, change, /escalation policy does not let/)
  })

  test('librarian may have a skill placed', async () => {
    asks(world, 'librarian', { class: 'skill-placement', target: 'builder', to: 'always', value: 'context-discipline' })
    await world.run(['run', 'librarian'])
    expect(await needs(world)).toMatchObject([{ status: 'resolved' }])
  })
})

describe('although the policy would allow it', () => {
  beforeEach(() => { allowAll(world) })

  test.each([
    ['an unknown class', { class: 'root-shell', target: 'builder', value: 'x' }, /cannot determine change-class/],
    ['an unknown skill', { class: 'skill-placement', target: 'builder', to: 'always', value: 'flying' }, /there is no skill "flying"/],
    ['a skill that is not where it is to be taken from', { class: 'skill-placement', target: 'builder', from: 'available', to: 'always', value: 'self-improvement' }, /is not among the available skills/],
    ['an unknown agent', { class: 'model-change', target: 'nobody', to: 'large' }, /there is no agent "nobody"/],
    ['a path that is denied', { class: 'acl-read-expand', target: 'builder', value: 'scenarios/' }, /would have no effect: builder cannot access scenarios/],
    ['a path that people write', { class: 'acl-write-expand', target: 'builder', value: 'permissions.yaml' }, /would have no effect/],
    ['a path outside', { class: 'acl-read-expand', target: 'builder', value: '../elsewhere' }, /no path inside the workspace/],
    ['a value from the environment', { class: 'model-change', target: 'builder', to: '${HOME}' }, /environment variable/],
  ] as const)('%s', async (_, change, why) => {
    await refused('librarian', change, why)
  })
})

test('a person makes it by hand and resolves the need; resolving applies nothing', async () => {
  asks(world, 'librarian', { class: 'model-change', target: 'builder', to: 'large' })
  await world.run(['run', 'librarian'])
  const before = world.read('agents.yaml')
  await world.run(['needs', '--resolve', 'k'])
  expect(world.read('agents.yaml')).toBe(before)
  expect(await needs(world)).toMatchObject([{ status: 'resolved', resolvedBy: 'human:ada' }])
  await world.run(['run', 'librarian'])
  expect((await changes(world)).map(({ type }) => type)).toEqual(['change.refused'])
})

test('once a person allows the class, the next run of the same agent has it', async () => {
  asks(world, 'librarian', { class: 'model-change', target: 'builder', to: 'large' })
  await world.run(['run', 'librarian'])
  allowAll(world)
  await world.run(['run', 'librarian'])
  expect((await changes(world)).map(({ type }) => type)).toEqual(['change.refused', 'change.applied'])
})

test('a run that failed asked for nothing', async () => {
  allowAll(world)
  world.script('heartbeat.librarian', { exit: 1, append: { 'memory/librarian/needs.md': '\n## k\n\n- category: config-edit\n- blocked: x\n- change-class: model-change\n- target: builder\n- to: large\n' } })
  await world.run(['run', 'librarian'], 4)
  expect(await needs(world)).toEqual([])
})
