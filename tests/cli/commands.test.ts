import { spawnSync } from 'node:child_process'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { at, environment, newWorkspace, temporaryDirectory } from './factory.ts'
import type { TestWorkspace } from './factory.ts'

const demo = fileURLToPath(new URL('../../fixtures/demo/', import.meta.url))
const agents = `version: 1
backends:
  scripted: { kind: command, command: ["node", ${JSON.stringify(join(demo, 'agents/scripted.mjs'))}] }
  other: { kind: command, command: ["node", "-e", "process.exit(3)"] }
defaults: { backend: scripted, timeout: 1m, silence: 30s }
`
const intent = (name: string): string => readFileSync(join(demo, `intents/${name}.md`), 'utf8')

describe('the life of specs, typed', () => {
  let workspace: TestWorkspace
  let project: string
  beforeAll(async () => {
    workspace = await newWorkspace(agents)
    project = join(temporaryDirectory(), 'shop')
    cpSync(join(demo, 'project'), project, { recursive: true })
    for (const args of [['init', '-q', '-b', 'main'], ['add', '.'], ['-c', 'user.name=Ada', '-c', 'user.email=ada@localhost', 'commit', '-qm', 'A small shop']]) spawnSync('git', args, { cwd: project, env: environment() })
    for (const name of ['cart-total', 'currency']) workspace.write(`specs/inbox/${name}.md`, intent(name))
  })

  test('status offers what start would do, and says what is not recorded yet', async () => {
    const view = (await workspace.factory(['status', '--json'])).json() as { next: { command: string }[]; unrecorded: { path: string }[] }
    expect(view.next.map(next => next.command).sort()).toEqual(['factory run spec cart-total', 'factory run spec currency'])
    expect(view.unrecorded.map(one => one.path)).toEqual(expect.arrayContaining(['agents.yaml', 'specs/inbox/cart-total.md', 'specs/inbox/currency.md']))
  })

  test('a project is linked once, and status there is about it', async () => {
    const there = { cwd: project }
    expect((await workspace.factory(['init-project', '--workspace', workspace.dir, '--dry-run', '--json'], there)).json()).toMatchObject({ dryRun: true, workspace: workspace.dir })
    expect(at(project, workspace.home).exists('.factory')).toBe(false)
    expect((await workspace.factory(['init-project', '--workspace', workspace.dir, '--json'], there)).json()).toMatchObject({ project: 'shop', changed: true })
    expect((await workspace.factory(['init-project', '--workspace', workspace.dir, '--json'], there)).json()).toMatchObject({ changed: false })
    const elsewhere = { cwd: temporaryDirectory() }
    expect((await workspace.factory(['status', project, '--json'], elsewhere)).json()).toMatchObject({ workspace: workspace.dir, stages: { inbox: [{ name: 'cart-total' }, { name: 'currency' }] } })
  })

  test('start stops at the question that only a person answers, with 3, and prints what to type', async () => {
    const ran = await workspace.factory(['start'])
    expect(ran.exitCode, ran.stderr).toBe(3)
    expect(ran.stdout).toContain('factory decide currency')
    const { decisions } = (await workspace.factory(['decide', '--json'])).json() as { decisions: { spec: string; entry: string; status: string; options: { id: string }[] }[] }
    expect(decisions).toMatchObject([{ spec: 'currency', status: 'awaiting' }])
    expect((await workspace.factory(['decide'])).stdout).toContain(`(${decisions[0]?.options[0]?.id ?? '?'})`)
  })

  test('an answer is taken for the exact entry only, once, and the spec goes on to its end', async () => {
    const { decisions: [open] } = (await workspace.factory(['decide', '--json'])).json() as { decisions: { entry: string; options: { id: string }[] }[] }
    const entry = open?.entry ?? ''
    const option = open?.options[0]?.id ?? ''
    const wrong = await workspace.factory(['decide', 'currency', '--entry', `${entry}0`, '--answer', option, '--json'])
    expect(wrong.json()).toMatchObject({ error: { code: 'entry-not-found' } })
    expect((await workspace.factory(['decide', 'currency', '--entry', entry, '--answer', option])).stdout).toContain('All decisions of currency are answered')
    expect((await workspace.factory(['decide', 'currency', '--entry', entry, '--answer', option === 'a' ? 'b' : 'a', '--json'])).json()).toMatchObject({ error: { code: 'already-answered' } })
    const ran = await workspace.factory(['start', '--json'])
    expect(ran.exitCode, ran.stderr).toBe(0)
    expect(ran.json()).toMatchObject({ outcome: 'idle' })
    const view = (await workspace.factory(['status', '--json'])).json() as { stages: Record<string, { name: string }[]> }
    expect(view.stages['documented']?.map(spec => spec.name)).toEqual(['cart-total', 'currency'])
  })

  test('why tells the failure, the rebuild and the verdict; logs and log tell the runs', async () => {
    const { lines } = (await workspace.factory(['why', 'cart-total', '--json'])).json() as { lines: { type: string }[] }
    expect(lines.map(line => line.type)).toEqual(expect.arrayContaining(['spec.submitted', 'spec.failed', 'rebuild.queued', 'spec.verified', 'spec.documented']))
    const { runs } = (await workspace.factory(['logs', 'builder', '--json'])).json() as { runs: { agent: string; id: string }[] }
    expect(runs.length).toBeGreaterThanOrEqual(3)
    expect((await workspace.factory(['logs', runs[0]?.id ?? ''])).stdout).toContain('builder')
    expect((await workspace.factory(['log', '--stream', 'spec/cart-total', '--type', 'spec.', '--json'])).json()).toMatchObject({ events: expect.arrayContaining([expect.objectContaining({ type: 'spec.failed' })]) as unknown })
  })

  test('audit finds no breach, and a replay to an earlier point is a workspace of its own', async () => {
    expect((await workspace.factory(['audit', '--json'])).json()).toMatchObject({ ok: true, problems: [] })
    const { events } = (await workspace.factory(['log', '--type', 'spec.failed', '--json'])).json() as { events: { writer: string; seq: number }[] }
    const point = `${events[0]?.writer ?? ''}:${events[0]?.seq ?? ''}`
    const then = at(join(temporaryDirectory(), 'then'), workspace.home)
    expect((await workspace.factory(['replay', '--to', point, '--out', then.dir, '--dry-run'])).exitCode).toBe(0)
    expect(then.exists('.')).toBe(false)
    expect((await workspace.factory(['replay', '--to', point, '--out', then.dir])).exitCode).toBe(0)
    expect(then.exists('tasks/failed/cart-total.md')).toBe(true)
    expect((await workspace.factory(['compare', point, 'now'])).stdout).toContain('cart-total')
  })
})

describe('what a person decides', () => {
  let workspace: TestWorkspace
  beforeAll(async () => {
    workspace = await newWorkspace(agents)
    await workspace.factory(['submit', '-', '--name', 'slugs'], { input: intent('slugs') })
  })
  const stages = async (): Promise<Record<string, { name: string }[]>> => ((await workspace.factory(['status', '--json'])).json() as { stages: Record<string, { name: string }[]> }).stages

  test('the same intent again changes nothing, another text waits as the next revision', async () => {
    expect((await workspace.factory(['submit', '-', '--name', 'slugs', '--json'], { input: intent('slugs') })).json()).toMatchObject({ changed: false })
    expect((await workspace.factory(['submit', '-', '--name', 'slugs', '--json'], { input: '# Slugs, better\n' })).json()).toMatchObject({ spec: 'slugs', revision: 2 })
  })

  test('a held item is not dispatched; letting it go on is', async () => {
    await workspace.factory(['pause', 'slugs'])
    expect((await workspace.factory(['start', '--max-steps', '1', '--json'])).json()).toMatchObject({ steps: 0, outcome: 'gated' })
    expect((await workspace.factory(['pause', 'slugs'])).stdout).toContain('already so')
    await workspace.factory(['pause', 'slugs', '--off'])
    expect((await workspace.factory(['start', '--max-steps', '1', '--json'])).json()).toMatchObject({ steps: 1 })
  })

  test('--dry-run of a withdrawal writes nothing; the withdrawal takes the file away', async () => {
    const before = workspace.read('events.jsonl')
    expect((await workspace.factory(['withdraw', 'slugs', '--dry-run', '--json'])).json()).toMatchObject({ changed: true, dryRun: true, events: [] })
    expect(workspace.read('events.jsonl')).toBe(before)
    expect((await workspace.factory(['withdraw', 'slugs', '--reason', 'no longer'])).exitCode).toBe(0)
    expect(workspace.exists('specs/ready/slugs.md')).toBe(false)
    expect((await stages())['withdrawn']?.map(spec => spec.name)).toContain('slugs')
  })

  test('a failed run of an agent ends with 4', async () => {
    await workspace.factory(['backend', 'other'])
    const ran = await workspace.factory(['run', 'operator', '--json'])
    expect(ran.exitCode).toBe(4)
    expect(ran.json()).toMatchObject({ run: { agent: 'operator', outcome: 'failed' } })
    expect((await workspace.factory(['reflect', 'operator'])).exitCode).toBe(2)
  })

  test('a backend is chosen by any of its words, refused with the nearest name, and given back', async () => {
    const chosen = async (): Promise<unknown> => ((await workspace.factory(['backend', '--json'])).json() as { agents: { backend: string }[] }).agents[0]?.backend
    expect((await workspace.factory(['backend', 'scriptd', '--json'])).json()).toMatchObject({ error: { code: 'backend-unknown', message: expect.stringContaining('scripted') as string } })
    for (const word of ['--backend', '--runner', '--adapter', '--provider']) {
      await workspace.factory(['backend', 'default'])
      expect(await chosen()).toBe('scripted')
      expect((await workspace.factory(['backend', word, 'other'])).exitCode).toBe(0)
      expect(await chosen()).toBe('other')
    }
    await workspace.factory(['backend', 'default'])
  })
})

describe('configuration', () => {
  test('a broken file is named with its line and nearest key, and cannot be written by config edit', async () => {
    const workspace = await newWorkspace()
    const editor = join(temporaryDirectory(), 'editor.mjs')
    writeFileSync(editor, "import { appendFileSync } from 'node:fs'; appendFileSync(process.argv[2], process.env.ADDED)\n")
    const edit = (added: string) => workspace.factory(['config', 'edit', '--json'], { env: { EDITOR: `'${process.execPath}' '${editor}'`, ADDED: added } })
    const before = workspace.read('agents.yaml')
    expect((await edit('\nlimts: { slots: 2 }\n')).json()).toMatchObject({ error: { code: 'config-broken', message: expect.stringContaining('limits') as string } })
    expect(workspace.read('agents.yaml')).toBe(before)
    expect((await edit('\n# a remark\n')).json()).toMatchObject({ changed: true })
    expect(workspace.read('agents.yaml')).toContain('# a remark')
    workspace.write('agents.yaml', 'version: 1\nlimts: { slots: 2 }\n')
    const checked = await workspace.factory(['config', 'check', '--json'])
    expect(checked.exitCode).toBe(1)
    expect(checked.json()).toMatchObject({ ok: false, problems: [{ file: 'agents.yaml', line: 2 }] })
  })

  test('the whole configuration is shown, part by part too, and as text', async () => {
    const workspace = await newWorkspace(agents)
    expect((await workspace.factory(['config', 'show', 'limits.slots', '--json'])).json()).toMatchObject({ config: 1 })
    expect((await workspace.factory(['config', 'show', 'agents.builder'])).stdout).toContain('name: builder')
    expect((await workspace.factory(['config', 'show', 'nothing', '--json'])).json()).toMatchObject({ error: { code: 'config-key-unknown' } })
  })

  test('secrets of a backend are masked unless they are asked for', async () => {
    const secret = ['very', 'secret', 'value'].join('-')
    const workspace = await newWorkspace(agents.replace('["node", "-e", "process.exit(3)"]', `["true"], env: { SOME_API_KEY: ${secret} }`))
    expect((await workspace.factory(['config', 'show', 'backends'])).stdout).not.toContain(secret)
    expect((await workspace.factory(['config', 'show', 'backends', '--json'])).stdout).not.toContain(secret)
  })

  test('init is harmless the second time, and --dry-run makes nothing', async () => {
    const empty = at(temporaryDirectory(), temporaryDirectory())
    expect((await empty.factory(['init', '--dry-run', '--json'])).json()).toMatchObject({ dryRun: true, files: expect.arrayContaining(['agents.yaml', 'events.jsonl']) as unknown })
    expect(empty.list('.')).toEqual([])
    expect((await empty.factory(['init', '--json'])).json()).toMatchObject({ workspace: empty.dir, changed: true, embedded: false })
    const log = empty.read('events.jsonl')
    expect((await empty.factory(['init', '--json'])).json()).toMatchObject({ changed: false })
    expect(empty.read('events.jsonl')).toBe(log)
  })

  test('the skill of the command line is written from the program, once', async () => {
    const workspace = await newWorkspace()
    expect((await workspace.factory(['update-claude-skill', '--json'])).json()).toMatchObject({ changed: true })
    expect(workspace.read('skills/shared/factory-cli/SKILL.md')).toMatch(/^---\nname: factory-cli\ndescription: /)
    expect(workspace.read('skills/shared/factory-cli/references/commands.md')).toContain('## factory decide')
    expect((await workspace.factory(['update-claude-skill', '--json'])).json()).toMatchObject({ changed: false })
  })

  test('scenarios are begun and listed', async () => {
    const workspace = await newWorkspace()
    expect((await workspace.factory(['scenario', 'new', 'Shop', '--json'])).json()).toMatchObject({ error: { code: 'name-illegal' } })
    expect((await workspace.factory(['scenario', 'new', 'shop'])).stdout).toContain('scenarios/shop/_template.md')
    expect(workspace.exists('scenarios/shop/_template.md')).toBe(true)
    workspace.write('scenarios/shop/checkout.md', '# Scenario: checkout\n')
    expect((await workspace.factory(['scenario', 'list', '--json'])).json()).toMatchObject({ scenarios: [{ name: 'meta' }, { name: 'shop', scenarios: 1, evaluatedAt: null }] })
  })

  test('perms explains its answer with the rule that decides', async () => {
    const workspace = await newWorkspace()
    const { answers } = (await workspace.factory(['perms', '--agent', 'builder', 'scenarios/shop/checkout.md', '--json'])).json() as { answers: { want: string; allowed: boolean; rule: { text: string } }[] }
    expect(answers).toMatchObject([{ want: 'read', allowed: false }, { want: 'write', allowed: false }])
    expect(answers[0]?.rule.text).not.toBe('')
    expect((await workspace.factory(['perms', '--agent', 'nobody', '--json'])).json()).toMatchObject({ error: { code: 'agent-not-found' } })
  })
})
