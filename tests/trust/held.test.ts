/** What an agent writes into the workspace itself, past its view: nobody knows it was the agent, so it waits for a person. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { newWorld } from '../acceptance/world.ts'
import type { World } from '../acceptance/world.ts'

interface Held { readonly id: string; readonly category: string; readonly held: string | null; readonly status: string; readonly note: string | null }
const heldNeeds = async (world: World): Promise<readonly Held[]> => ((await world.run(['needs', '--all', '--json'])).json() as { needs: Held[] }).needs.filter(need => need.held !== null)

const question = '# a\n\nText.\n\n## Ambiguities\n\n### 7.1 Which colour?\n\n- reversibility: low\n- impact: governance\n\n**Options:**\n\n- (a) red\n- (b) blue\n\n**Recommendation:** (a)\n'

test('configuration, permissions, scenarios and answers are held back and shown as they were; an intent is taken; a person confirms or declines', async () => {
  const world = await newWorld()
  world.write('scenarios/shop/old.md', '# Old\n')
  world.intent('a')
  world.script('draft.a', { write: { 'specs/drafting/a.md': question } })
  await world.run(['run', 'spec', 'a'])
  const before = { agents: world.read('agents.yaml'), permissions: world.read('permissions.yaml'), decisions: world.read('tasks/decisions/a.md') }
  expect(before.decisions).toContain('- answer:')
  const there = (path: string): string => join(world.dir, path)
  world.script('heartbeat.operator', { reply: 'Helped myself.', write: {
    [there('agents.yaml')]: `${before.agents}limits: { slots: 7 }\n`, [there('permissions.yaml')]: before.permissions.replace('ops: [skill-placement', 'ops: [model-change, skill-placement'),
    [there('scenarios/shop/old.md')]: '# Easier\n', [there('scenarios/shop/new.md')]: '# New\n', [there('specs/inbox/dropped.md')]: '# Dropped\n\nPlease.\n',
    [there('tasks/decisions/a.md')]: before.decisions.replace('- answer:', '- answer: b'), [there('universe/false.md')]: '# False\n',
  } })
  await world.run(['run', 'operator'])

  expect([world.read('agents.yaml'), world.read('permissions.yaml'), world.read('tasks/decisions/a.md'), world.read('scenarios/shop/old.md'), world.exists('scenarios/shop/new.md'), world.exists('universe/false.md')])
    .toEqual([before.agents, before.permissions, before.decisions, '# Old\n', false, false])
  expect(await world.stage('inbox')).toEqual(['dropped'])
  const log = await world.log()
  expect(log.find(event => event.type === 'spec.submitted' && event.stream === 'spec/dropped')?.actor).toBe('unknown')
  expect(log.filter(event => event.type === 'file.refused').map(({ data }) => data['path'])).toEqual(['universe/false.md'])
  expect((await heldNeeds(world)).map(({ held, category, status }) => `${held ?? ''} ${category} ${status}`).sort())
    .toEqual(['agents.yaml', 'permissions.yaml', 'scenarios/shop/new.md', 'scenarios/shop/old.md', 'tasks/decisions/a.md'].map(path => `${path} approval open`))
  const { gates } = await world.status()
  expect(gates.filter(({ kind }) => kind === 'approval').map(({ mend }) => mend).sort()).toEqual(['agents.yaml', 'permissions.yaml', 'scenarios/shop/new.md', 'scenarios/shop/old.md', 'tasks/decisions/a.md'].map(path => `factory trust ${path}`))
  const listed = (await world.run(['trust', '--json'])).json() as { held: { path: string; diff: string }[] }
  expect(listed.held.find(({ path }) => path === 'scenarios/shop/old.md')?.diff).toMatch(/-# Old\n\+# Easier/)
  expect((await world.run(['trust'])).stdout).toContain('+limits: { slots: 7 }')

  for (const path of ['agents.yaml', 'scenarios/shop/new.md', './tasks/decisions/a.md']) await world.run(['trust', path])
  const declined = (await heldNeeds(world)).find(({ held }) => held === 'permissions.yaml')
  await world.run(['needs', '--resolve', declined?.id ?? ''])
  expect(world.read('agents.yaml')).toContain('slots: 7')
  expect([world.read('permissions.yaml'), world.read('scenarios/shop/new.md')]).toEqual([before.permissions, '# New\n'])
  expect(await world.decisions('a')).toMatchObject([{ entry: '7.1', status: 'answered', answer: 'b', by: 'human:ada' }])
  const since = (await world.log()).slice(log.length).map(({ type, actor }) => `${type} ${actor}`)
  expect(since).toEqual(['need.resolved', 'config.changed', 'need.resolved', 'scenario.written', 'need.resolved', 'decision.answered', 'need.resolved'].map(type => `${type} human:ada`))
  expect((await heldNeeds(world)).filter(({ status }) => status === 'open').map(({ held }) => held)).toEqual(['scenarios/shop/old.md'])

  world.write('scenarios/shop/old.md', '# Mine\n')
  expect((await world.run(['trust', 'scenarios/shop/old.md', '--json'], 1)).json()).toMatchObject({ error: { code: 'base-changed' } })
  expect(world.read('scenarios/shop/old.md')).toBe('# Mine\n')
})
