/** Acceptance, upkeep: what leaves view and when, what agents notice and need, who may do what, apps, and telling people. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { failedReport, filesOf, newWorld } from './world.ts'
import type { World } from './world.ts'

/** Ages count in days; a person who wants things gone at once says so in limits. */
const ageless = (world: World): void => { writeFileSync(join(world.dir, 'agents.yaml'), `${readFileSync(join(world.dir, 'agents.yaml'), 'utf8')}\nlimits: { keepResolved: 1ms, keepRecords: 1ms }\n`) }
const collected = async (world: World, command: string, ...args: string[]): Promise<readonly string[]> =>
  ((await world.run([command, ...args, '--json'])).json() as { collected: readonly { path: string }[] }).collected.map(one => one.path)
const entry = (id: string, fields: Readonly<Record<string, string>>): string => `## ${id}\n${Object.entries(fields).map(([key, value]) => `- ${key}: ${value}\n`).join('')}\n`
/** Lets an agent write these requests in a heartbeat. */
async function ask(world: World, agent: string, text: string, reply = 'Asked.'): Promise<void> {
  world.script(`heartbeat.${agent}`, { append: { [`memory/${agent}/needs.md`]: text }, reply })
  await world.run(['run', agent])
}
interface NeedLine { readonly id: string; readonly agent: string; readonly category: string; readonly blocked: string; readonly status: string; readonly createdAt: string; readonly resolvedAt: string | null; readonly resolvedBy: string | null; readonly refused: string | null }
interface ObservationLine { readonly file: string; readonly slug: string; readonly severity: string; readonly status: string }
const needs = async (world: World, ...args: string[]): Promise<readonly NeedLine[]> => ((await world.run(['needs', ...args, '--json'])).json() as { needs: NeedLine[] }).needs
const observations = async (world: World, ...args: string[]): Promise<readonly ObservationLine[]> => ((await world.run(['triage', '--list', ...args, '--json'])).json() as { observations: ObservationLine[] }).observations

describe('what leaves view', () => {
  // A spec is in one stage, so no copy can lie in two folders: a second text of the name is the next revision, and only older revisions grow stale.
  test('51 a new intent under a used name survives as the next revision, and cleanup-specs takes only old revisions, back and forth', async () => {
    const world = await newWorld()
    world.script('draft.bar', { write: { 'specs/drafting/bar.md': '# bar\n\n## Ambiguities\n\n### 1.1 Which?\n- reversibility: low\n' } })
    for (const name of ['foo', 'bar']) world.intent(name)
    await world.run(['start'], 3)
    for (const name of ['foo', 'bar']) world.intent(name, `# ${name}\n\nA second life.\n`)
    expect(await collected(world, 'cleanup-specs')).toEqual([])
    expect(world.read('specs/drafting/bar.md')).toContain('Which?')
    for (const name of ['foo', 'bar']) expect(world.read(`specs/inbox/${name}.md`)).toContain('A second life.')
    await world.run(['start'], 3)
    expect(world.read('specs/archive/foo.md')).toContain('A second life.')
    expect(world.read('specs/inbox/bar.md')).toContain('A second life.')

    ageless(world)
    await world.run(['pause'])
    const before = filesOf(world.dir)
    expect(await collected(world, 'cleanup-specs', '--dry-run')).toEqual(['specs/archive/foo.r1.md'])
    expect(filesOf(world.dir)).toEqual(before)
    expect(await collected(world, 'cleanup-specs')).toEqual(['specs/archive/foo.r1.md'])
    expect(world.exists('specs/archive/foo.r1.md')).toBe(false)
    expect((await world.run(['cleanup-specs'])).stdout).toMatch(/clean/i)
    await world.run(['restore', 'specs/archive/foo.r1.md'])
    expect(world.read('specs/archive/foo.r1.md')).toContain('Please make foo.')
  })

  test('52 a report leaves review with its notes once it is judged, notes are never an item, and a plan goes with its spec', async () => {
    const world = await newWorld()
    const notes = { usual: true, write: { 'tasks/review/t.builder-notes.md': 'Mind the gap.\n' } }
    world.script('build.t', notes)
    world.script('verify.t.1', { write: { 'tasks/failed/t.md': failedReport('t', '## Path to Resolution\n\nMore.\n') } })
    world.intent('t')
    await world.run(['start', '--max-steps', '2'])
    expect(world.list('tasks/review')).toEqual(['t.builder-notes.md', 't.md'])
    await world.run(['start', '--max-steps', '1'])
    expect(world.list('tasks/review')).toEqual([])
    await world.run(['start', '--max-steps', '2'])
    // An earlier failure does not take the next attempt out of review.
    expect(await collected(world, 'cleanup-tasks')).toEqual([])
    expect(world.list('tasks/review')).toEqual(['t.builder-notes.md', 't.md'])
    await world.run(['start'])
    expect([...world.list('tasks/review'), ...world.list('tasks/verified')]).toEqual([])
    expect(await world.trail()).toEqual(['spec draft t', 'builder build t', 'verifier verify t', 'builder build t', 'verifier verify t', 'librarian document t'])
    expect((await world.seen('verify')).prompt).toContain('Mind the gap.')

    const planned = await newWorld({ config: 'apps: { default: gsd, settings: { gsd: { planValidation: off } } }' })
    planned.intent('p')
    await planned.run(['start', '--max-steps', '2'])
    expect(planned.exists('tasks/planning/p/PLAN.md')).toBe(true)
    expect(await collected(planned, 'cleanup-planning')).toEqual([])
    await planned.run(['withdraw', 'p'])
    expect(planned.exists('tasks/planning/p')).toBe(false)
  })

  test('53 an answered request leaves view at once, briefs and decisions only after documentation has used them', async () => {
    const world = await newWorld()
    world.script('draft.foo', {
      write: {
        'specs/drafting/foo.md': '# foo\n\n## Ambiguities\n\n### 1.1 Which colour?\n- reversibility: high\n- impact: cosmetic\n\n**Options:**\n- (a) red\n- (b) blue\n\n**Recommendation:** (b)\n',
        'tasks/research/spec-colours.md': '---\nblocks: foo\n---\n\n# Which colours are there?\n',
      },
    })
    world.script('research', { write: { 'tasks/research-done/spec-colours.md': '# Colours\n\nThere are red and blue.\n' } })
    world.intent('foo')
    await world.run(['start', '--max-steps', '2'])
    expect(world.list('tasks/research')).toEqual([])
    expect(world.list('tasks/research-done')).toEqual(['spec-colours.md'])
    await world.run(['start'])
    expect(await world.stage('documented')).toEqual(['foo'])
    expect((await world.seen('document')).files).toEqual(expect.arrayContaining(['tasks/research-done/spec-colours.md', 'tasks/decisions/foo.md']))
    expect(world.exists('tasks/decisions/foo.md')).toBe(true)
    ageless(world)
    for (const [command, path] of [['cleanup-decisions', 'tasks/decisions/foo.md'], ['cleanup-research-done', 'tasks/research-done/spec-colours.md']] as const) {
      expect(await collected(world, command, '--dry-run')).toEqual([path])
      expect(world.exists(path)).toBe(true)
      expect(await collected(world, command)).toEqual([path])
      expect(world.exists(path)).toBe(false)
      expect(await collected(world, command)).toEqual([])
    }
  })
})

describe('what agents notice and need', () => {
  test('54 an observation of an agent becomes a file, is marked in its needs, and the same remark in its reply is not another one', async () => {
    const world = await newWorld()
    await ask(world, 'reviewer', entry('reviewer-docs-stale', { category: 'observation', blocked: 'docs are stale' }), 'Worth noting: docs are stale.\n- docs are stale, should be addressed\n')
    const found = await observations(world)
    expect(found).toEqual([expect.objectContaining({ severity: 'high', status: 'open', slug: 'docs-are-stale' })])
    expect(found[0]?.file).toMatch(/^\d{4}-\d{2}-\d{2}T\d{4}-high-docs-are-stale\.md$/)
    const file = world.read(`specs/factory-internal/${found[0]?.file ?? ''}`)
    expect(file).toContain('docs are stale')
    expect(file).toContain('reviewer')
    const asked = world.read('memory/reviewer/needs.md')
    expect(asked).toContain('status: promoted')
    expect(asked).toContain(`promoted_to: specs/factory-internal/${found[0]?.file ?? ''}`)
    expect(await needs(world)).toEqual([])
    expect((await world.run(['triage'])).stdout).toContain('docs-are-stale')
    await ask(world, 'reviewer', entry('reviewer-docs-stale-again', { category: 'observation', blocked: 'Docs are stale!' }))
    expect((await observations(world)).length).toBe(1)
  })

  test('55 triage promotes once and never over a person\'s intent, dismisses with a reason, and nothing is promoted by itself', async () => {
    const world = await newWorld()
    world.intent('docs-are-stale', '# docs-are-stale\n\nA person wrote this.\n')
    await world.run(['pause'])
    await ask(world, 'reviewer', entry('reviewer-one', { category: 'observation', blocked: 'docs are stale' })).catch(() => {})
    await world.run(['pause', '--off'])
    await world.run(['pause', 'docs-are-stale'])
    await ask(world, 'reviewer', [entry('reviewer-one', { category: 'observation', blocked: 'docs are stale' }), entry('reviewer-two', { category: 'observation', blocked: 'the docs build is slow' }), entry('reviewer-three', { category: 'observation', blocked: 'the docs index is odd' })].join(''))
    const ambiguous = await world.run(['triage', 'docs', '--promote'], 1)
    expect(ambiguous.stderr).toMatch(/docs-are-stale[^]*docs-build|docs-build[^]*docs-are-stale/)
    expect((await world.run(['triage', 'docs-are-stale', '--promote', '--json'])).json()).toMatchObject({ status: 'promoted', spec: 'docs-are-stale-2' })
    expect(world.read('specs/inbox/docs-are-stale.md')).toContain('A person wrote this.')
    expect(world.read('specs/inbox/docs-are-stale-2.md')).toMatch(/docs are stale[^]*## Source/)
    expect((await observations(world, '--all')).find(one => one.slug === 'docs-are-stale')?.status).toBe('promoted')
    const twice = await world.run(['triage', 'docs-are-stale', '--promote'], 1)
    expect(twice.stderr).toContain('promoted')
    // A missing option is wrong usage.
    await world.run(['triage', 'docs-build', '--dismiss'], 64)
    await world.run(['triage', 'docs-build', '--dismiss', '--reason', 'fast enough'])
    const dismissed = (await observations(world, '--all')).find(one => one.status === 'dismissed')
    expect(dismissed?.file).toContain('docs-build')
    await world.run(['pause', 'docs-are-stale-2'])
    await world.run(['start'], 3)
    expect((await observations(world)).map(one => one.slug)).toEqual([expect.stringContaining('docs-index')])
    ageless(world)
    expect(await collected(world, 'cleanup-factory-internal')).toEqual([`specs/factory-internal/${dismissed?.file ?? ''}`])
  })

  test('56 needs are listed by category and age, and resolved by their exact id, with or without a status line', async () => {
    const world = await newWorld()
    await ask(world, 'builder', [
      entry('builder-approve', { status: 'open', category: 'approval', blocked: 'may I rename it' }), entry('builder-docker', { status: 'open', category: 'manual-intervention', blocked: 'there is no Docker here' }),
      entry('builder-tune', { status: 'open', category: 'config-edit', blocked: 'the timeout is short' }),
    ].join(''))
    await ask(world, 'spec', [entry('spec-bare', { blocked: 'nobody answers' }), entry('spec-read', { category: 'permission-change', blocked: 'I cannot read the archive' })].join(''))
    const open = await needs(world)
    expect(open.map(need => need.id)).toEqual(['spec-read', 'builder-tune', 'builder-docker', 'spec-bare', 'builder-approve'])
    const shown = (await world.run(['needs'])).stdout
    const headings = ['Permission changes', 'Configuration edits', 'Manual interventions', 'Approvals'].map(title => shown.indexOf(title))
    expect(headings.every((at, index) => at > (headings[index - 1] ?? -1))).toBe(true)
    expect(shown).toMatch(/builder-docker\s+builder, just now/)
    await world.run(['needs', '--resolve', 'ghost'], 1)
    await world.run(['needs', '--resolve', 'builder'], 1)
    await world.run(['needs', '--resolve', 'spec-bare'])
    expect((await needs(world)).map(need => need.id)).not.toContain('spec-bare')
    expect((await needs(world, '--all')).find(need => need.id === 'spec-bare')).toMatchObject({ status: 'resolved', resolvedBy: 'human:ada', resolvedAt: expect.stringMatching(/^\d{4}-/) })
    expect(world.read('memory/spec/needs.md')).toMatch(/spec-bare[^]*status: resolved[^]*resolved_at:/)
    await world.run(['needs', '--resolve', 'spec-bare'], 1)
    expect((await world.run(['needs', '--all'])).stdout).toContain('spec-bare')
  })

  test('57 a change that the escalation policy allows is made and its need closed, also after a plain run; others stay open and say why', async () => {
    const world = await newWorld()
    const before = world.read('agents.yaml')
    const place = (value: string): Record<string, string> => ({ category: 'config-edit', 'change-class': 'skill-placement', target: 'builder', from: 'available', to: 'always', value, blocked: 'it is needed each time' })
    await ask(world, 'librarian', [
      entry('librarian-place', place('agent-reflection')), entry('librarian-unknown', place('no-such-skill')),
      entry('librarian-model', { category: 'config-edit', 'change-class': 'model-change', target: 'builder', value: 'huge', blocked: 'it is slow' }),
    ].join(''))
    await ask(world, 'spec', entry('spec-place', place('agent-reflection')))
    const all = new Map((await needs(world, '--all')).map(need => [need.id, need]))
    expect(all.get('librarian-place')).toMatchObject({ status: 'resolved', resolvedBy: 'kernel' })
    expect(all.get('librarian-unknown')).toMatchObject({ status: 'open', refused: expect.stringContaining('no-such-skill') })
    expect(all.get('librarian-model')).toMatchObject({ status: 'open', refused: expect.stringContaining('model-change') })
    expect(all.get('spec-place')).toMatchObject({ status: 'open', refused: expect.stringContaining('escalation policy') })
    expect(world.read('agents.yaml')).toMatch(/always: .*agent-reflection/)
    expect((await world.log()).filter(event => event.type === 'change.applied').map(event => event.actor)).toEqual(['kernel'])
    await world.run(['run', 'builder'])
    expect((await world.seen('heartbeat')).prompt).toContain('## Skill: skills/shared/agent-reflection/SKILL.md')
    await world.run(['config', 'undo'])
    expect(world.read('agents.yaml')).toBe(before)
    expect((await world.log()).at(-1)).toMatchObject({ type: 'change.undone', actor: 'human:ada' })
  })
})

describe('who may do what, and how', () => {
  test('58 perms answers what is enforced, for every path, and refuses an unknown agent', async () => {
    const world = await newWorld()
    const everything = (await world.run(['perms'])).stdout
    for (const part of ['Groups', 'Resources', 'Escalation', 'pipeline', 'scenarios/', 'skill-placement']) expect(everything).toContain(part)
    const own = (await world.run(['perms', '--agent', 'builder'])).stdout
    for (const part of [/groups: .*pipeline/, /without a person/, /reads/, /writes/, /memory\/builder\//]) expect(own).toMatch(part)
    await world.run(['perms', '--agent', 'nobody'], 1)
    const may = async (want: string, path: string): Promise<boolean> =>
      ((await world.run(['perms', '--agent', 'builder', path, '--json'])).json() as { answers: { want: string; allowed: boolean }[] }).answers.find(one => one.want === want)?.allowed === true
    expect(await may('read', 'projects/../scenarios/x')).toBe(false)

    const paths = [
      'memory/builder/MEMORY.md', 'skills/proposed/tidy/SKILL.md', 'memory/daily/builder/2026-01-01.md', 'tasks/escalation/help.md', 'memory/spec/MEMORY.md', 'skills/builder/mine/SKILL.md',
      'learnings/discoveries/one.md', 'universe/z.md', 'specs/ready/foo.md', 'specs/inbox/wish.md', 'tasks/verified/foo.md', 'permissions.yaml', 'scenarios/x/one.md', 'playbooks/p.md', 'memory/shared/KNOWLEDGE.md',
    ]
    world.write('scenarios/x/hidden.md', '# Scenario: hidden\n')
    world.write('memory/spec/secret.md', 'only for spec\n')
    const text = '---\nname: tidy\ndescription: how to tidy\n---\n\nwritten by the builder\n'
    world.script('heartbeat.builder', { write: Object.fromEntries(paths.map(path => [path, text])), read: ['scenarios/x/hidden.md', 'memory/spec/secret.md', 'agents.yaml', 'projects/../scenarios/x/hidden.md'], reply: 'Tried.' })
    await world.run(['run', 'builder'])
    const { denied } = await world.status() as unknown as { denied: { latest: readonly { path: string }[] } }
    const refused = new Set(denied.latest.map(one => one.path))
    for (const path of paths) expect([path, refused.has(path)]).toEqual([path, !await may('write', path)])
    const { tried } = await world.seen('heartbeat')
    for (const [path, read] of Object.entries(tried)) expect([path, read !== null]).toEqual([path, await may('read', path)])
  })

  test('59 apps shows its workflows, and a plan is carried out as its checkpoints say, after as many rounds as it takes', async () => {
    const config = (more = ''): string => `apps: { default: gsd, settings: { gsd: { planValidation: off${more} } } }`
    const world = await newWorld({ config: config() })
    expect((await world.run(['apps'])).stdout).toMatch(/gsd.*4.*3/)
    const app = (await world.run(['apps', '--app', 'gsd'])).stdout
    for (const table of ['Stages', 'Steps', 'Checkpoints', 'Strategies', 'Options']) expect(app).toContain(table)
    await world.run(['apps', '--app', 'ghost'], 1)
    const plan = (name: string, text: string): void => { world.script(`plan.${name}`, { write: { [`tasks/planning/${name}/PLAN.md`]: `# Plan: ${name}\n\n${text}` } }) }
    const segments = (checkpoint: string): string => `## Segment: one\n1. First things.\n\n## Checkpoint c1: look\n- type: ${checkpoint}\n\n## Segment: two\n1. Second things.\n`
    plan('plain', '## Segment: one\n1. First.\n\n## Segment: two\n1. Second.\n')
    plan('seen', segments('human-verify'))
    plan('asked', segments('decision').replace('- type: decision', '- type: decision\n\n**Options:**\n- (a) left\n- (b) right'))
    plan('acted', segments('human-action'))
    for (const name of ['plain', 'seen', 'asked', 'acted']) world.intent(name)
    await world.run(['start'], 3)
    const executed = async (name: string): Promise<number> => (await world.trail()).filter(line => line === `builder execute ${name}`).length
    expect([await executed('plain'), await executed('seen'), await executed('asked'), await executed('acted')]).toEqual([1, 1, 1, 1])
    const gates = (await world.status()).gates
    for (const name of ['seen', 'asked', 'acted']) expect(gates).toContainEqual(expect.objectContaining({ kind: 'plan-checkpoint', item: `spec/${name}` }))
    for (const name of ['seen', 'asked', 'acted']) await world.run(['decide', name, '--entry', 'c1', '--answer', 'a'])
    await world.run(['start'])
    expect([await executed('plain'), await executed('seen'), await executed('asked'), await executed('acted')]).toEqual([1, 2, 2, 2])
    expect([...await world.stage('documented')].sort()).toEqual(['acted', 'asked', 'plain', 'seen'])

    const validating = await newWorld({ config: 'apps: { default: gsd }' })
    validating.script('validate', { write: { 'tasks/planning/foo/VALIDATION.md': 'verdict: NOT SATISFIED\n\nIt says nothing of the second point.\n' } })
    validating.intent('foo')
    const stopped = await validating.run(['start'], 3)
    expect(stopped.stdout).toContain('3 rounds')
    const trail = await validating.trail()
    expect(trail.filter(line => line === 'verifier validate foo').length).toBe(3)
    expect((await validating.seen('plan')).prompt).toContain('It says nothing of the second point.')
    validating.script('validate', { usual: true })
    await validating.run(['decide', 'foo', '--entry', 'retry-limit', '--answer', 'retry'])
    await validating.run(['start'])
    expect(await validating.stage('documented')).toEqual(['foo'])
  })

  test('60 every run that has something to say is told once, a failed one as failed, and so is a gate that is newly met', async () => {
    const world = await newWorld({ config: 'notifications: { recipient: ada-phone }' })
    const told = (): readonly { type: string; agent: string; recipient: string | null; text: string }[] =>
      world.list('notifications').map(file => JSON.parse(world.read(`notifications/${file}`)) as { type: string; agent: string; recipient: string | null; text: string })
    await world.run(['run', 'operator'])
    expect(told()).toEqual([])
    world.script('reflect.operator', { reply: `${'All is well with the disks. '.repeat(100)}` })
    for (const name of ['a', 'b', 'c', 'd']) world.intent(name)
    await world.run(['run', 'operator', '-m', 'How are the disks?'])
    const [first] = told()
    expect(first).toMatchObject({ type: 'message', agent: 'operator', recipient: 'ada-phone' })
    expect(first?.text.length).toBeLessThanOrEqual(1500)
    expect(first?.text).toContain('operator finished')
    expect(first?.text.match(/All is well.*/)?.[0].length).toBeLessThanOrEqual(500)
    expect(first?.text.match(/^-> /gm)?.length).toBe(3)
    world.script('reflect.operator', { stderr: 'the disk is full\n', exit: 1 })
    await world.run(['run', 'operator', '-m', 'And now?'], 4)
    expect(told().length).toBe(2)
    expect(told().find(one => one.text.includes('failed'))?.text).toMatch(/operator failed[^]*disk is full/)

    for (const name of ['b', 'c', 'd']) await world.run(['withdraw', name])
    world.script('draft.a', { write: { 'specs/drafting/a.md': '# a\n\n## Ambiguities\n\n### 1.1 Which?\n- reversibility: low\n' } })
    await world.run(['start'], 3)
    expect(told().filter(one => one.text.includes('gate (decision)')).map(one => one.agent)).toEqual(['kernel'])
    const count = told().length
    expect(count).toBe(4)
    await world.run(['start'], 3)
    expect(told().length).toBe(count)
    const effects = (await world.log()).filter(event => event.type.startsWith('effect.'))
    expect(effects.filter(event => event.type === 'effect.requested').length).toBe(count)
    expect(effects.filter(event => event.type === 'effect.delivered').length).toBe(count)
  })
})
