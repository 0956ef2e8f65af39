/** Apps that run, through the program: plans, their validation, the three strategies with their checkpoints, and an app's options. */
import { expect, test } from 'vitest'
import { failedReport, newWorld } from '../acceptance/world.ts'
import type { Script, World } from '../acceptance/world.ts'

/** Every spec is planned; `more` are settings of the app. */
const gsd = (more = ''): Promise<World> => newWorld({ config: `apps: { default: gsd${more === '' ? '' : `, settings: { gsd: { ${more} } }`} }` })
const unchecked = 'planValidation: off'
const plan = (...pieces: readonly string[]): Script => ({ write: { 'tasks/planning/a/PLAN.md': `# Plan: a\n\n${pieces.join('\n\n')}\n` } })
const segment = (title: string): string => `## Segment: ${title}\n\n1. Do ${title}.`
const checkpoint = (id: string, type: string): string => `## Checkpoint ${id}: Look at ${id}\n\n- type: ${type}\n${type === 'decision' ? '\n**Options:**\n\n- (a) red\n- (b) blue\n' : ''}`
const dispatches = async (world: World): Promise<readonly string[]> => (await world.runs()).map(({ dispatch }) => dispatch)
const gates = async (world: World): Promise<readonly string[]> => (await world.status()).gates.map(({ kind, mend }) => `${kind}: ${mend}`)
/** Each run of execution with its segment, in order. */
const segments = async (world: World): Promise<readonly unknown[]> => (await world.log()).filter(({ type, data }) => type === 'run.claimed' && data['dispatch'] === 'execute').map(({ data }) => data['segment'])
const sent = { write: { 'tasks/planning/a/VALIDATION.md': 'verdict: NOT SATISFIED\n\nIt forgets the tests.\n' } }

test('a plan without checkpoints is planned, accepted and carried out in one run that reads it', async () => {
  const world = await gsd()
  world.intent('a')
  await world.run(['start'])
  expect(await dispatches(world)).toEqual(['draft', 'plan', 'validate', 'execute', 'verify', 'document'])
  expect(await segments(world)).toEqual([null])
  expect((await world.seen('execute')).prompt).toContain('The one step of the plan for a.')
  expect(await world.stage('documented')).toEqual(['a'])
  expect(world.exists('tasks/planning/a/PLAN.md')).toBe(false)
})

test('a plan is sent back with its reasons three times, then a person is asked; one more round may pass', async () => {
  const world = await gsd()
  world.intent('a')
  world.script('validate.a', [sent, sent, sent, { usual: true }])
  await world.run(['start'], 3)
  expect(await dispatches(world)).toEqual(['draft', 'plan', 'validate', 'plan', 'validate', 'plan', 'validate'])
  expect((await world.seen('plan')).prompt).toContain('It forgets the tests.')
  expect(await gates(world)).toEqual(['retry-limit: factory decide a --entry retry-limit --answer retry'])
  await world.run(['start'], 3)
  await world.run(['decide', 'a', '--entry', 'retry-limit', '--answer', 'retry'])
  await world.run(['start'])
  expect((await dispatches(world)).slice(7)).toEqual(['plan', 'validate', 'execute', 'verify', 'document'])
})

test('a checkpoint that cannot be read goes back to the planner with line and mend, and nobody judges or runs that plan', async () => {
  const world = await gsd()
  world.intent('a')
  world.script('plan.a', [plan(segment('one'), '## Checkpoint c1: Look\n\n- type: human-look'), plan(segment('one'))])
  await world.run(['start'])
  expect(await dispatches(world)).toEqual(['draft', 'plan', 'plan', 'validate', 'execute', 'verify', 'document'])
  const { prompt } = await world.seen('plan')
  expect(prompt).toMatch(/(?:line |PLAN\.md:|^- )9\b/m)
  expect(prompt).toContain('"human-look" is no type of checkpoint')
  expect(prompt).toContain('human-verify | decision | human-action')
})

test('a plan with looks alone runs segment by segment, each with its part and the earlier results, and stops for each look', async () => {
  const world = await gsd(unchecked)
  world.intent('a')
  world.script('plan.a', plan(segment('first'), checkpoint('c1', 'human-verify'), segment('second')))
  world.script('execute.a', [{ reply: 'The first is done: 42.', write: { 'projects/a/one.txt': '1\n' } }, { usual: true }])
  await world.run(['start'], 3)
  expect([await segments(world), await gates(world)]).toEqual([[0], ['plan-checkpoint: factory decide a --entry c1 --answer TEXT']])
  const first = (await world.seen('execute')).prompt
  expect(first).toContain('Segment 1: first\n1. Do first.')
  await world.run(['start'], 3)
  await world.run(['decide', 'a', '--entry', 'c1', '--answer', 'fine, but greener'])
  await world.run(['start'])
  expect([await segments(world), await world.stage('documented')]).toEqual([[0, 1], ['a']])
  const second = await world.seen('execute')
  for (const part of ['Segment 2: second\n1. Do second.', 'The first is done: 42.', 'c1 (Look at c1): fine, but greener']) expect(second.prompt).toContain(part)
  expect(second.files).toContain('projects/a/one.txt')
})

test('with checkpointMode auto-approve, looks are passed by policy and recorded', async () => {
  const world = await gsd(`${unchecked}, checkpointMode: auto-approve`)
  world.intent('a')
  world.script('plan.a', plan(segment('first'), checkpoint('c1', 'human-verify'), segment('second')))
  world.script('execute.a', [{ reply: 'One.' }, { usual: true }])
  await world.run(['start'])
  expect([await segments(world), await world.stage('documented')]).toEqual([[0, 1], ['a']])
  expect((await world.log()).filter(({ type }) => type === 'checkpoint.cleared')).toMatchObject([{ actor: 'kernel', data: { id: 'c1' } }])
})

test('decisions and actions of people always stop it, in any process; a checkpoint before any work costs no run, and the answers are read', async () => {
  const world = await gsd(`${unchecked}, checkpointMode: auto-approve`)
  world.intent('a')
  world.script('plan.a', plan(checkpoint('colour', 'decision'), segment('paint'), checkpoint('key', 'human-action'), segment('unlock'), checkpoint('last', 'human-action')))
  world.script('execute.a', [{ reply: 'Painted.' }, { reply: 'Unlocked.' }, { usual: true }])
  await world.run(['start'], 3)
  expect([await segments(world), await gates(world)]).toEqual([[], ['plan-checkpoint: factory decide a --entry colour --answer TEXT']])
  expect((await world.run(['decide', 'a', '--entry', 'key', '--answer', 'x', '--json'], 1)).json()).toMatchObject({ error: { code: 'not-legal-now' } })
  await world.run(['decide', 'a', '--entry', 'colour', '--answer', 'b'])
  await world.run(['start'], 3)
  expect([await segments(world), await gates(world)]).toEqual([[1], ['plan-checkpoint: factory decide a --entry key --answer TEXT']])
  expect((await world.seen('execute')).prompt).toContain('colour (Look at colour): b')
  await world.run(['decide', 'a', '--entry', 'key', '--answer', 'in the drawer'])
  await world.run(['start'], 3)
  expect((await world.seen('execute')).prompt).toContain('key (Look at key): in the drawer')
  expect(await gates(world)).toEqual(['plan-checkpoint: factory decide a --entry last --answer TEXT'])
  await world.run(['decide', 'a', '--entry', 'last', '--answer', 'done'])
  await world.run(['start'])
  expect([await segments(world), await world.stage('documented')]).toEqual([[1, 2, null], ['a']])
})

test('a rebuild plans again', async () => {
  const world = await gsd()
  world.intent('a')
  world.script('verify.a.1', { write: { 'tasks/failed/a.md': failedReport('a', '## Path to Resolution\n\nAdd the tests.\n') } })
  await world.run(['start'])
  expect(await dispatches(world)).toEqual(['draft', 'plan', 'validate', 'execute', 'verify', 'plan', 'validate', 'execute', 'verify', 'document'])
  expect((await world.seen('plan')).prompt).toContain('Add the tests.')
})

test('a spec names its app, others are built straight, and the profile of the app chooses the models', async () => {
  const world = await newWorld({ config: 'apps: { settings: { gsd: { plan_validation: off, profile: budget } } }' })
  world.write('apps/gsd.yaml', world.read('apps/gsd.yaml').replace('budget: {}', 'budget: { builder: small, verifier: tiny }'))
  world.intent('a', '---\napp: gsd\n---\n# a\n\nPlease.\n')
  world.intent('b')
  await world.run(['start'])
  expect(await world.stage('documented')).toEqual(['a', 'b'])
  const models = (await world.log()).filter(({ type }) => type === 'run.claimed').map(({ stream, data }) => [stream.slice(0, 3), data['dispatch'], data['model']].join(' '))
  const trail = await world.trail()
  const of = (name: string): readonly string[] => models.filter((_, at) => new RegExp(`[ /]${name}$`).test(trail[at] ?? '')).map(model => model.slice(4))
  expect(of('a')).toEqual(['draft ', 'plan small', 'execute small', 'verify tiny', 'document '])
  expect(of('b')).toEqual(['draft ', 'build ', 'verify ', 'document '])
})

test('a draft that is only rewritten is stopped by limits.noProgress', async () => {
  const world = await newWorld()
  world.intent('a')
  const rewrite = (text: string): Script => ({ write: { 'specs/drafting/a.md': `# a\n\n${text}\n` } })
  world.script('draft.a', rewrite('0'))
  world.script('advance.a', ['1', '2', '3', '4', '5'].map(rewrite))
  await world.run(['start'], 3)
  expect(await dispatches(world)).toEqual(['draft', 'advance', 'advance', 'advance'])
  expect(await gates(world)).toEqual(['no-progress: factory decide a --entry no-progress --answer retry'])
})
