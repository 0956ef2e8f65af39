/** Acceptance, the happy paths: from an empty directory to a documented spec, and what each agent is told on the way. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { at, factory, temporaryDirectory } from '../cli/factory.ts'
import { filesOf, newProject, newWorld } from './world.ts'

const stack = /\n\s+at .+:\d+/
const spec = (name: string, body = ''): string => `# ${name}\n\n## Behaviour\n\nIt works.\n${body}`
const indexesOf = (text: string, parts: readonly string[]): number[] => parts.map(part => text.indexOf(part))

/** Each of the parts is there, in this order. */
function expectInOrder(text: string, parts: readonly string[]): void {
  const found = indexesOf(text, parts)
  for (const [at, index] of found.entries()) expect(index, `${parts[at] ?? ''} in the prompt`).toBeGreaterThan(at === 0 ? -1 : found[at - 1] ?? -1)
}

describe('a workspace', () => {
  // The folders under universe/ are a person's own; the log, the blobs and the configuration come with the workspace.
  test('1 makes a complete workspace in an empty directory, and a second init changes nothing', async () => {
    const workspace = at(temporaryDirectory(), temporaryDirectory())
    const made = await workspace.factory(['init'])
    expect(made).toMatchObject({ exitCode: 0, stderr: '' })
    const folders = [
      ...['inbox', 'drafting', 'ready', 'archive', 'factory-internal'].map(folder => `specs/${folder}`),
      ...['research', 'research-done', 'planning', 'building', 'review', 'verified', 'failed', 'decisions', 'resolved', 'maintenance', 'escalation'].map(folder => `tasks/${folder}`),
      'apps', 'scenarios/meta', ...['shared', 'proposed', 'researcher', 'spec', 'builder', 'verifier', 'librarian', 'operator', 'reviewer'].map(folder => `skills/${folder}`),
      'memory/shared', ...['researcher', 'spec', 'builder', 'verifier', 'librarian', 'operator', 'reviewer'].flatMap(agent => [`memory/${agent}`, `memory/daily/${agent}`]),
      ...['failures', 'corrections', 'discoveries'].map(folder => `learnings/${folder}`), 'universe', 'projects', 'runs', 'notifications',
    ]
    expect(folders.filter(folder => !workspace.exists(folder))).toEqual([])
    const before = filesOf(workspace.dir)
    const again = await workspace.factory(['init', '--json'])
    expect(again.exitCode).toBe(0)
    expect(again.json()).toMatchObject({ changed: false })
    expect(filesOf(workspace.dir)).toEqual(before)
  })

  test('2 shows the default agents as never run and an empty pipeline right after init', async () => {
    const workspace = at(temporaryDirectory(), temporaryDirectory())
    await workspace.factory(['init'])
    const status = await workspace.factory(['status'])
    expect(status.exitCode).toBe(0)
    for (const agent of ['researcher', 'spec', 'builder', 'verifier', 'librarian', 'operator', 'reviewer']) expect(status.stdout).toMatch(new RegExp(`${agent} .*never`))
    expect(status.stdout).toContain('Pipeline empty.')
    expect(status.stdout).toContain('Nothing to do.')
  })

  test('3 names init-project where there is no workspace, for every command and without a stack', async () => {
    for (const command of ['status', 'perms', 'apps', 'start', 'logs']) {
      const refused = await factory([command])
      expect(refused.exitCode, command).toBe(1)
      expect(refused.stdout).toBe('')
      expect(refused.stderr).toContain('factory init-project')
      expect(refused.stderr).not.toMatch(stack)
    }
    const machine = await factory(['perms', '--json'])
    expect(machine.exitCode).toBe(1)
    expect(machine.json()).toMatchObject({ error: { code: 'no-workspace' } })
  })

  test('4 shows the pipeline of its workspace anywhere in a registered project', async () => {
    const world = await newWorld()
    world.intent('login')
    const project = newProject()
    const sub = join(project, 'src')
    mkdirSync(sub)
    const linked = await world.run(['init-project', '-w', world.dir], 0, { cwd: project })
    expect(linked.stdout).toContain('shop')
    const status = await world.run(['status'], 0, { cwd: sub })
    expect(status.stdout).toMatch(/inbox +1 +login/)
    expect(status.stdout).toContain('project shop')
    const again = await world.run(['init-project', '-w', world.dir], 0, { cwd: project })
    expect(again.stdout).toMatch(/already/i)
  })

  test('5 counts the inbox truly, shows three names, and hints at each intent', async () => {
    const world = await newWorld()
    world.intent('one')
    expect((await world.status()).next[0]).toMatchObject({ command: 'factory run spec one', ready: true })
    for (const name of ['two', 'three', 'four']) world.intent(name)
    const four = (await world.run(['status'])).stdout
    expect(four).toMatch(/inbox +4 +\S+, \S+, \S+ \(\+1\)/)
    for (const name of ['five', 'six']) world.intent(name)
    const six = (await world.run(['status'])).stdout
    expect(six).toMatch(/inbox +6 .*\(\+3\)/)
    expect(six).toContain('... and 3 more')
    const { next } = await world.status()
    expect(next.map(one => one.command).sort()).toEqual(['five', 'four', 'one', 'six', 'three', 'two'].map(name => `factory run spec ${name}`))
  })
})

describe('start', () => {
  test('6 verifies what is in review before it drafts the inbox', async () => {
    const world = await newWorld()
    world.intent('early')
    await world.run(['start', '--max-steps', '2'])
    expect(await world.stage('review')).toEqual(['early'])
    world.intent('a-later-one')
    await world.run(['start', '--max-steps', '1'])
    expect((await world.trail()).at(-1)).toBe('verifier verify early')
    expect(await world.stage('inbox')).toEqual(['a-later-one'])
  })

  test('7 takes one intent through spec, builder, verifier and librarian to an archived spec', async () => {
    const world = await newWorld()
    world.intent('login')
    await world.run(['start'])
    expect(await world.trail()).toEqual(['spec draft login', 'builder build login', 'verifier verify login', 'librarian document login'])
    expect(await world.stage('documented')).toEqual(['login'])
    expect(world.list('specs/archive')).toEqual(['login.md'])
    for (const folder of ['specs/inbox', 'specs/drafting', 'specs/ready', 'tasks/planning', 'tasks/building', 'tasks/review', 'tasks/failed']) expect(world.list(folder), folder).toEqual([])
    const { next, stages } = await world.status()
    expect(next).toEqual([])
    // The report stays in view for limits.keepRecords; it is queued nowhere.
    expect(stages.verified).toEqual([])
  })

  test('8 plans first where the app says so, and executes the plan with its text in the prompt', async () => {
    const world = await newWorld({ config: 'apps: { default: gsd, settings: { gsd: { planValidation: off } } }' })
    world.intent('login')
    await world.run(['start'])
    expect(await world.trail()).toEqual(['spec draft login', 'builder plan login', 'builder execute login', 'verifier verify login', 'librarian document login'])
    expect((await world.seen('execute')).prompt).toContain('The one step of the plan for login.')
    expect((await world.seen('plan')).prompt).toContain('Please make login.')
    expect(world.list('tasks/planning')).toEqual([])
    expect((await world.status()).stages.planning).toEqual([])
  })

  test('9 stops after so many steps and says so; an empty pipeline is idle after none', async () => {
    const world = await newWorld()
    const idle = await world.run(['start'])
    expect(idle.stdout).toMatch(/idle/i)
    expect(await world.runs()).toEqual([])
    world.intent('login')
    const stopped = await world.run(['start', '--max-steps', '2'])
    expect(stopped.stdout).toContain('--max-steps')
    expect(await world.trail()).toEqual(['spec draft login', 'builder build login'])
  })
})

describe('one run', () => {
  test('10 is a heartbeat without a task, and a reply of no_reply is a quiet run without a notification', async () => {
    const world = await newWorld()
    world.script('heartbeat', { reply: ' no_reply \n' })
    await world.run(['run', 'builder'])
    const { prompt } = await world.seen('heartbeat')
    expect(prompt.trimEnd()).toMatch(/This is a heartbeat check.*write NO_REPLY and exit\.$/)
    expect(world.list('notifications')).toEqual([])
    expect((await world.status()).agents.find(agent => agent.name === 'builder')).toMatchObject({ idle: true })
    expect((await world.run(['status'])).stdout).toMatch(/builder .*\(idle\)/)
    world.script('heartbeat', { reply: 'NO_REPLY would be wrong: the queue is stuck' })
    await world.run(['run', 'builder'])
    expect((await world.status()).agents.find(agent => agent.name === 'builder')).toMatchObject({ idle: false })
  })

  test('11 tells the agent stage and text of its spec, and refuses what is not there', async () => {
    const world = await newWorld()
    world.intent('login', '# Login\n\nPeople want to come back.\n')
    await world.run(['run', 'spec', 'login'])
    const { prompt } = await world.seen('draft')
    expect(prompt).toContain('People want to come back.')
    expect(prompt).toMatch(/login.*stage inbox/)
    const runs = (await world.runs()).length
    expect((await world.run(['run', 'spec', 'missing'], 1)).stderr).toContain('missing')
    const nobody = await world.run(['run', 'nobody'], 1)
    for (const agent of ['researcher', 'spec', 'builder', 'verifier', 'librarian', 'operator', 'reviewer']) expect(nobody.stderr).toContain(agent)
    // A file that is not there is refused input, exit code 1; wrong usage, exit code 64, is a --task without a file.
    expect((await world.run(['run', 'builder', '--task', 'nowhere.md'], 1)).stderr).toContain('nowhere.md')
    await world.run(['run', 'builder', '--task'], 64)
    expect(await world.runs()).toHaveLength(runs)
  })

  test('12 passes on spec, task file and message together, and drops none of them', async () => {
    const world = await newWorld()
    world.intent('login', spec('login'))
    await world.run(['start', '--max-steps', '1'])
    world.write('t.md', 'Mind the third rule.\n')
    await world.run(['run', 'builder', 'login', '--task', 't.md', '-m', 'Start with the form.'])
    const { prompt } = await world.seen('build')
    expectInOrder(prompt, ['It works.', 'Mind the third rule.', 'Start with the form.'])
  })

  test('13 shows memory in its order, and leaves no heading for what is missing', async () => {
    const world = await newWorld()
    await world.run(['run', 'operator', '-m', 'Look around.'])
    const headings = ['## Your memory', '## Your log of today', '## Your log of yesterday', '## Shared knowledge', '## Projects']
    for (const heading of headings) expect((await world.seen('reflect')).prompt).not.toContain(heading)
    world.write('memory/operator/MEMORY.md', 'The disk is small.\n')
    // Also tomorrow's, so that midnight between writing and running changes nothing.
    for (const days of [-1, 0, 1]) world.write(`memory/daily/operator/${new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)}.md`, 'Something happened.\n')
    world.write('memory/shared/KNOWLEDGE.md', 'Ports are taken.\n')
    world.write('memory/shared/PROJECTS.md', 'The shop is old.\n')
    await world.run(['run', 'operator', '-m', 'Look around.'])
    expectInOrder((await world.seen('reflect')).prompt, [
      headings[0] ?? '', 'The disk is small.', headings[1] ?? '', headings[2] ?? '', headings[3] ?? '', 'Ports are taken.', headings[4] ?? '', 'The shop is old.', 'Look around.',
    ])
  })

  test('14 advances a draft with its own brief and decisions, and not with those of another spec', async () => {
    const world = await newWorld()
    const asks = (name: string): { readonly [path: string]: string } => ({
      [`specs/drafting/${name}.md`]: spec(name, '\n## Ambiguities\n\n### 7.1 How long?\n- reversibility: low\n- impact: governance\n\n**Options:**\n- (a) a week\n- (b) a month\n'),
      [`tasks/research/${name === 'a' ? 'a-q' : 'spec-other'}.md`]: `---\nblocks: ${name}\n---\n# A question of ${name}\n`,
    })
    world.intent('a')
    world.intent('other')
    world.script('draft.a', { write: asks('a') })
    world.script('draft.other', { write: asks('other') })
    await world.run(['start'], 3)
    expect(await world.stage('drafting')).toEqual(['a', 'other'])
    await world.run(['decide', 'a', '--entry', '7.1', '--answer', 'b'])
    await world.run(['advance', 'a'])
    expect((await world.trail()).at(-1)).toBe('spec advance a')
    const { prompt, files } = await world.seen('advance')
    for (const part of ['It works.', 'The answer to a-q.', 'a month', '- answer: b']) expect(prompt).toContain(part)
    expect(prompt).not.toContain('The answer to spec-other.')
    expect(files).not.toContain('tasks/research-done/spec-other.md')
    expect(await world.stage('ready')).toEqual(['a'])
  })

  test('15 documents a spec with its whole record, and refuses one that is not there without a run', async () => {
    const world = await newWorld()
    world.intent('a')
    world.script('draft.a', {
      write: {
        'specs/drafting/a.md': spec('a', '\n## Ambiguities\n\n### 7.1 Which colour?\n- reversibility: high\n- impact: cosmetic\n\n**Options:**\n- (a) red\n- (b) blue\n\n**Recommendation:** (b)\n'),
        'tasks/research/a-q.md': '---\nblocks: a\n---\n# What is usual?\n',
      },
    })
    world.script('build.a', { usual: true, write: { 'tasks/review/a.builder-notes.md': 'Beware of the cache.\n' } })
    world.script('verify.a.1', { write: { 'tasks/failed/a.md': '# Report\n\nverdict: NOT SATISFIED (4/10)\n\n## Path to Resolution\n\nPaint it.\n\n## Generalizable Learning\n\nPaint dries slowly.\n' } })
    await world.run(['start', '--max-steps', '8'])
    expect(await world.stage('verified')).toEqual(['a'])
    expect(await world.trail()).toEqual(['spec draft a', 'researcher research a-q', 'spec advance a', 'builder build a', 'verifier verify a', 'builder build a', 'verifier verify a'])
    await world.run(['docs', 'a'])
    const { prompt } = await world.seen('document')
    for (const part of ['It works.', 'SATISFIED (9/10)', 'Beware of the cache.', 'The answer to a-q.', 'blue', 'Paint dries slowly.']) expect(prompt, part).toContain(part)
    expect(await world.stage('verified')).toEqual([])
    const runs = (await world.runs()).length
    expect((await world.run(['docs', 'ghost'], 1)).stderr).toContain('ghost')
    expect(await world.runs()).toHaveLength(runs)
  })

  test('16 begins scenarios under legal names only, and counts the cases alone', async () => {
    const world = await newWorld()
    await world.run(['scenario', 'new', 'Bad!'], 1)
    expect((await world.run(['scenario', 'new', 'ok'])).stdout).toContain('scenarios/ok/_template.md')
    expect((await world.run(['scenario', 'new', 'ok'])).stdout).toMatch(/already there/i)
    world.write('scenarios/ok/buy.md', '# Scenario: buy\n')
    world.write('scenarios/ok/satisfaction.md', '# Satisfaction\n')
    const listed = (await world.run(['scenario', 'list', '--json'])).json() as { scenarios: { name: string; scenarios: number }[] }
    expect(listed.scenarios.find(one => one.name === 'ok')).toMatchObject({ scenarios: 1 })
    expect((await world.run(['scenario', 'list'])).stdout).toMatch(/ok\b.* 1\b/)
  })

  test('17 counts what a reflection brought, and ends with 2 when every agent failed', async () => {
    const world = await newWorld()
    await world.run(['reflect', 'zzz'], 1)
    world.script('reflect', { write: { 'memory/spec/needs.md': '# Needs\n\n## spec-needs-access\n- category: approval\n- blocked: the wiki cannot be read\n' } })
    expect((await world.run(['reflect', 'spec'])).stdout).toMatch(/1 observations? new/)
    expect(((await world.run(['needs', '--json'])).json() as { needs: { id: string }[] }).needs.map(need => need.id)).toEqual(['spec-needs-access'])
    expect((await world.run(['reflect', 'spec'])).stdout).toMatch(/0 observations new/)
    world.script('reflect', { exit: 1, stderr: 'no quota\n' })
    const failed = await world.run(['reflect'], 2)
    expect(failed.stdout).toContain('7 failed')
  })

  test('18 shows of a run its trigger, model and outcome, with true tool calls, duration and cost', async () => {
    const world = await newWorld({ config: 'agents: { librarian: { model: big-one } }' })
    world.script('reflect', { reply: '', result: { reply: 'Tidied two pages.', usage: { inputTokens: 1200, outputTokens: 80 }, cost: 0.25, toolCalls: 7 } })
    await world.run(['run', 'librarian', '-m', 'Tidy up.'])
    const { runs } = (await world.run(['logs', '-n', '1', '--json'])).json() as { runs: readonly Record<string, unknown>[] }
    expect(runs).toHaveLength(1)
    expect(runs[0]).toMatchObject({ agent: 'librarian', trigger: 'command', model: 'big-one', outcome: 'finished', toolCalls: 7, costUsd: 0.25, inputTokens: 1200, outputTokens: 80, reply: 'Tidied two pages.' })
    expect(runs[0]?.durationMs).toBeGreaterThan(0)
    const shown = (await world.run(['logs', '-n', '1'])).stdout
    for (const part of [String(runs[0]?.id), 'command', 'big-one', 'finished', '7 tool calls', '$0.25', 'Tidied two pages.']) expect(shown, part).toContain(part)
    expect(shown).toMatch(/\d(?:\.\d)?s\b/)
  })
})
