/** Acceptance, gates and decisions: what waits for a person, what answers itself, and that an answer is never lost. */
import { describe, expect, test } from 'vitest'
import { newWorld } from './world.ts'
import type { World } from './world.ts'

interface Question {
  readonly id: string
  readonly reversibility?: 'high' | 'low'
  readonly impact?: 'governance' | 'implementation' | 'cosmetic'
  readonly recommendation?: string
  readonly options?: readonly string[]
  readonly status?: string | null
}

const entry = ({ id, reversibility, impact, recommendation, options = ['a week', 'a month'], status = 'open' }: Question, level = 3): string => [
  `${'#'.repeat(level)} ${id} What about ${id}?`,
  ...(reversibility === undefined ? [] : [`- reversibility: ${reversibility}`]), ...(impact === undefined ? [] : [`- impact: ${impact}`]), ...(status === null ? [] : [`- status: ${status}`]),
  '', '**Options:**', ...options.map((option, at) => `- **(${'abc'[at] ?? '?'})** ${option}`), '',
  ...(recommendation === undefined ? [] : [`**Recommendation:** ${recommendation}`, '']),
].join('\n')

const draft = (questions: readonly Question[], heading = '## 7. Ambiguities', level = 3): string =>
  `# A spec\n\n## 1. Overview\n\nIt works.\n\n${heading}\n\n${questions.map(one => entry(one, level)).join('\n')}`

const hard = (id: string): Question => ({ id, reversibility: 'low', impact: 'governance' })
const soft = (id: string, recommendation?: string): Question => ({ id, reversibility: 'high', impact: 'cosmetic', ...(recommendation === undefined ? {} : { recommendation }) })

/** A world in which the spec agent leaves this draft of `name`, and has been run once on it. */
async function drafted(text: string, name = 'a', world?: World): Promise<World> {
  const made = world ?? await newWorld()
  made.intent(name)
  made.script(`draft.${name}`, { write: { [`specs/drafting/${name}.md`]: text } })
  await made.run(['run', 'spec', name])
  return made
}

const answers = async (world: World, spec = 'a'): Promise<Readonly<Record<string, string>>> =>
  Object.fromEntries((await world.decisions(spec)).map(one => [one.entry, `${one.status} ${one.answer ?? '-'}`]))

describe('a question in a draft', () => {
  test('19 waits for a person if it is hard, shows in status, and its spec is left alone', async () => {
    const world = await drafted(draft([hard('7.1')]))
    expect(await world.decisions()).toMatchObject([{ spec: 'a', entry: '7.1', status: 'awaiting', reversibility: 'low', answer: null, by: null, at: null }])
    expect((await world.run(['status'])).stdout).toContain('1 decision awaiting')
    expect((await world.status()).gates).toMatchObject([{ kind: 'decision', item: 'spec/a', mend: 'factory decide a' }])
    const runs = await world.trail()
    await world.run(['start'], 3)
    expect(await world.trail()).toEqual(runs)
    expect(await world.stage('drafting')).toEqual(['a'])
  })

  test('20 answers itself if it is easily reversed and no matter of governance: by its recommendation, else by its first option', async () => {
    const world = await drafted(draft([soft('7.1', '(b)'), soft('7.2'), { id: '7.3', reversibility: 'high', impact: 'governance', recommendation: '(a)' }, { id: '7.4' }]))
    expect((await world.decisions('a')).filter(one => one.status === 'auto-resolved').map(one => one.by)).toEqual(['kernel', 'kernel'])
    expect(await answers(world)).toEqual({ '7.1': 'auto-resolved b', '7.2': 'auto-resolved a', '7.3': 'awaiting -', '7.4': 'awaiting -' })
    const quiet = await drafted(draft([soft('7.1', '(b)')]))
    expect((await quiet.status()).gates).toEqual([])
    await quiet.run(['start'])
    expect(await quiet.stage('documented')).toEqual(['a'])
  })

  test('21 is listed with its options and its recommendation', async () => {
    const world = await drafted(draft([{ ...hard('7.1'), recommendation: '(b)' }, { ...hard('7.2'), options: ['keep [x] and [/y]', 'drop them'], recommendation: 'neither, wait a year' }]))
    const shown = (await world.run(['decide', 'a'])).stdout
    for (const part of ['PENDING', '7.1', '(a) a week', '(b) a month', '7.2', 'keep [x] and [/y]', 'neither, wait a year']) expect(shown).toContain(part)
    expect(shown).toMatch(/\(b\) a month +recommended/)
    expect(shown).not.toMatch(/\(a\) a week +recommended/)
    expect(await world.decisions('a')).toMatchObject([
      { question: 'What about 7.1?', options: [{ id: 'a', text: 'a week' }, { id: 'b', text: 'a month' }], recommendation: 'b', impact: 'governance' },
      { entry: '7.2', recommendation: 'neither, wait a year' },
    ])
  })

  test('22 answers one decision and refuses to answer it again', async () => {
    const world = await drafted(draft([hard('7.1'), hard('7.2')]))
    const answered = await world.run(['decide', 'a', '--entry', '7.1', '--answer', 'b'])
    expect(answered.stdout).toContain('1 decision of a still open')
    const [first, second] = await world.decisions('a')
    expect(first).toMatchObject({ entry: '7.1', status: 'answered', answer: 'b', by: 'human:ada' })
    expect(first?.at).toMatch(/^\d{4}-\d{2}-\d{2}T/)
    expect(second).toMatchObject({ entry: '7.2', status: 'awaiting' })
    const before = (await world.log()).length
    expect((await world.run(['decide', 'a', '-e', '7.1', '-a', 'a'], 1)).stderr).toContain('b')
    expect((await world.run(['decide', 'ghost', '-e', '7.1', '-a', 'a'], 1)).stderr).toContain('ghost')
    expect((await world.run(['decide', 'a', '-e', '7', '-a', 'a'], 1)).stderr).toContain('7.2')
    expect((await world.run(['decide', 'ghost'], 1)).stderr).toContain('ghost')
    // An answer without its entry is wrong usage.
    await world.run(['decide', 'a', '-a', 'b'], 64)
    expect(await world.log()).toHaveLength(before)
    const last = await world.run(['decide', 'a', '-e', '7.2', '-a', 'a'])
    expect(last.stdout).toContain('All decisions of a are answered')
  })

  test('23 is answered by its exact id alone, and an entry without a status keeps its own answer to itself', async () => {
    const world = await drafted(draft([hard('7.10'), hard('7.1'), { ...hard('7.2'), status: null }, hard('7.3')]))
    await world.run(['decide', 'a', '--entry', '7.1', '--answer', 'b'])
    expect(await answers(world)).toEqual({ '7.10': 'awaiting -', '7.1': 'answered b', '7.2': 'awaiting -', '7.3': 'awaiting -' })
    await world.run(['decide', 'a', '--entry', '7.2', '--answer', 'a'])
    expect(await answers(world)).toEqual({ '7.10': 'awaiting -', '7.1': 'answered b', '7.2': 'answered a', '7.3': 'awaiting -' })
    const file = world.read('tasks/decisions/a.md')
    expect(file.match(/^- answer: \S/gm)).toHaveLength(2)
  })

  test('24 stays answered although later drafts and builds still say that it is open', async () => {
    const world = await drafted(draft([hard('7.1')]))
    await world.run(['decide', 'a', '--entry', '7.1', '--answer', 'b'])
    world.script('advance.a', { write: { 'specs/drafting/a.md': `${draft([hard('7.1')])}\nMore.\n` } })
    await world.run(['advance', 'a'])
    expect(await answers(world)).toEqual({ '7.1': 'answered b' })
    expect(world.read('specs/drafting/a.md')).toContain('- status: open')
    world.script('advance.a', { write: { 'specs/ready/a.md': draft([hard('7.1')]) } })
    await world.run(['start', '--max-steps', '2'])
    expect(await world.stage('review')).toEqual(['a'])
    expect(await answers(world)).toEqual({ '7.1': 'answered b' })
    expect(world.read('tasks/decisions/a.md')).toContain('answer: b')
    expect((await world.log()).filter(event => event.type.startsWith('decision.')).map(event => event.type)).toEqual(['decision.opened', 'decision.answered'])
    expect((await world.seen('build')).prompt).toContain('- answer: b')
  })

  test('25 does not gate because of words in its answer', async () => {
    const world = await drafted(draft([hard('7.1')]))
    await world.run(['decide', 'a', '-e', '7.1', '-a', 'never write awaiting-operator or - status: open again'])
    expect((await world.status()).gates).toEqual([])
    await world.run(['start'])
    expect(await world.stage('documented')).toEqual(['a'])
    expect(world.read('tasks/decisions/a.md')).toContain('awaiting-operator')
  })

  test('26 keeps what an override replaced', async () => {
    const world = await drafted(draft([soft('7.2', '(a)'), hard('7.1')]))
    expect((await world.run(['decide', 'a', '-e', '7.2', '-a', 'b'], 1)).stderr).toContain('--override')
    expect((await world.run(['decide', 'a', '-e', '7.2', '-a', 'x', '--override'])).stdout).toContain('none of the options a, b')
    expect((await world.decisions('a')).find(one => one.entry === '7.2')).toMatchObject({ status: 'overridden', answer: 'x', by: 'human:ada' })
    expect((await world.log()).find(event => event.type === 'decision.overridden')).toMatchObject({ actor: 'human:ada', data: { answer: 'x', replaced: 'a' } })
    const audit = (await world.run(['audit', '--json'])).json() as { overrides: readonly unknown[] }
    expect(audit.overrides).toHaveLength(1)
    expect(world.read('tasks/decisions/a.md')).toContain('- answer: x')
  })

  test('27 holds up its own spec only: the others are built, and start ends with the code of a gate', async () => {
    const world = await drafted(draft([hard('7.1')]))
    world.intent('b')
    const stopped = await world.run(['start'], 3)
    expect(await world.stage('documented')).toEqual(['b'])
    expect(await world.stage('drafting')).toEqual(['a'])
    expect(stopped.stdout).toContain('spec/a')
    expect(stopped.stdout).toContain('factory decide a')
    const result = (await world.run(['start', '--json'], 3)).json() as { outcome: string; exitCode: number; gates: readonly { kind: string; item: string }[] }
    expect(result).toMatchObject({ outcome: 'gated', exitCode: 3, gates: [{ kind: 'decision', item: 'spec/a' }] })
  })

  test('28 is found under any heading of ambiguities, and later sections hold none', async () => {
    const headings = [['### 7. Ambiguities', 3], ['### 7. Ambiguities', 4], ['## Ambiguities', 3], ['## 7 Ambiguities', 3]] as const
    const world = await newWorld()
    for (const [at, [heading, level]] of headings.entries()) await drafted(`${draft([hard('7.1')], heading, level)}\n## 8. Notes\n\n### 8.1 Not a question\n\nNor this.\n`, `spec-${String(at)}`, world)
    expect((await world.decisions()).map(one => `${one.spec} ${one.entry} ${one.status}`)).toEqual(headings.map((_, at) => `spec-${String(at)} 7.1 awaiting`))
    const odd = await drafted('# A spec\n\n## Open Ambiguities of this spec\n\n### 7.1 Which?\n- reversibility: low\n')
    expect(await odd.decisions()).toEqual([])
    const told = (await odd.log()).filter(event => event.type === 'request.unparsed')
    expect(told).toHaveLength(1)
    expect(told[0]?.data).toMatchObject({ line: 3 })
    expect((await odd.run(['status'])).stdout).toMatch(/Open Ambiguities of this spec/)
    await odd.run(['advance', 'a'])
    expect((await odd.seen('advance')).prompt).toContain('is not read as the section of open questions')
  })
})

describe('an observation', () => {
  const needs = (severity: string, text: string): string => `# Needs\n\n## operator-saw-it\n- category: observation\n${severity === '' ? '' : `- severity: ${severity}\n`}- observation: ${text}\n`
  async function noticed(severity: string, text: string): Promise<World> {
    const world = await newWorld()
    world.script('heartbeat', { write: { 'memory/operator/needs.md': needs(severity, text) }, reply: 'Saw something.' })
    await world.run(['run', 'operator'])
    world.intent('b')
    return world
  }

  test('29 stops everything if it is critical, is only told if it is high, and is not made critical by its words', async () => {
    const critical = await noticed('critical', 'the tests delete the shop')
    const stopped = await critical.run(['start'], 3)
    expect(stopped.stdout).toContain('observation')
    expect(await critical.stage('inbox')).toEqual(['b'])
    expect((await critical.status()).observations).toEqual({ critical: 1, high: 0, low: 0 })
    const high = await noticed('high', 'the docs are old')
    const went = await high.run(['start', '--max-steps', '1'])
    expect(went.stderr).toContain('high observations wait: 1')
    expect(await high.stage('ready')).toEqual(['b'])
    const casual = await noticed('', 'the wording breaks my flow, a security of sorts, cannot proceed happily')
    expect((await casual.status()).observations).toEqual({ critical: 0, high: 0, low: 1 })
    expect((await casual.status()).gates).toEqual([])
    await casual.run(['start', '--max-steps', '1'])
    expect(await casual.stage('ready')).toEqual(['b'])
  })
})
