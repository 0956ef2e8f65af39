import { beforeAll, describe, expect, test } from 'vitest'
import type { ItemId } from '../../src/events/types.ts'
import { projectAll } from '../../projections/all.ts'
import { loadReaders } from '../../src/protocol/readers.ts'
import type { Readers } from '../../src/protocol/readers.ts'
import { routeChange } from '../../src/protocol/route-change.ts'
import { routeImport } from '../../src/protocol/route-import.ts'
import { routeChange as lazily } from '../../src/protocol/route.ts'
import { heldChange } from '../../src/protocol/held.ts'
import type { FileChange, Mover, Routed } from '../../src/workspace/change.ts'
import { config, emptyWorld, noFields } from '../projections/world.ts'
import type { World } from '../projections/world.ts'

let parse: Readers
beforeAll(async () => { parse = await loadReaders({}) })

const deps = (world: World, actor: string) => ({ state: world.state, context: world.context(actor), parse, store: world.store, text: world.text })
const ada: Mover = { kind: 'person', actor: 'human:ada' }
const agent = (name: string, dispatch: string, item?: ItemId): Mover => ({ kind: 'agent', actor: `agent:${name}`, agent: name, run: 'run-w1-9', dispatch, attempt: 1, ...(item === undefined ? {} : { item }) })
const file = (world: World, path: string, text: string, more: Partial<FileChange> = {}): FileChange => ({ path, kind: 'added', doc: world.store(text), text, base: null, ...more })
const person = (world: World, path: string, text: string, more: Partial<FileChange> = {}): Routed => routeChange(file(world, path, text, more), ada, deps(world, 'human:ada'))
const gone = (world: World, path: string, mover = ada): Routed => routeChange({ path, kind: 'removed', doc: null, text: null, base: world.store('x') }, mover, deps(world, mover.actor))

function taken(world: World, routed: Routed, actor = 'human:ada'): readonly ItemId[] {
  if (routed.kind !== 'drafts' && routed.kind !== 'held') throw new Error(JSON.stringify(routed))
  return world.add(routed.drafts, { actor })
}
const imported = (world: World, changes: readonly FileChange[], mover: Mover) => {
  const result = routeImport(changes, mover, deps(world, mover.actor))
  world.add(result.drafts, { actor: mover.actor, run: 'run-w1-9' })
  return { ...result, types: result.drafts.map(draft => draft.type) }
}
const paths = (world: World): readonly string[] => projectAll(world.state).map(one => one.path).filter(path => !path.endsWith('.gitkeep') && !path.startsWith('.git'))
const contentOf = (world: World, path: string): string => {
  const found = projectAll(world.state).find(one => one.path === path)
  if (found === undefined) throw new Error(`${path} is not shown: ${paths(world).join(', ')}`)
  return 'text' in found ? found.text : world.text(found.doc) + (found.append ?? '')
}

describe('what people drop into the inbox', () => {
  test.each([
    ['specs/inbox/My Big Idea!.md', 'my-big-idea'], ['specs/inbox/idea.txt', 'idea'], ['specs/inbox/Größe.MD', 'grosse'], ['specs/inbox/deep/er/x.md', 'x'],
    ['specs/inbox/a\nb.md', 'a-b'], ['specs/inbox/cafe\u0301.md', 'cafe'], ['specs/inbox/foo.rebuild.md', 'foo-rebuild'], ['specs/inbox/..hidden..md', 'hidden'],
  ])('%j becomes %s and keeps the name it was dropped as', (path, name) => {
    const world = emptyWorld()
    const routed = person(world, path, '# The Title\n\nText.\n')
    taken(world, routed)
    expect(Object.keys(world.state.specs.byName)).toEqual([name])
    expect(Object.values(world.state.specs.byId)[0]?.title).toBe('The Title')
  })
  test('a file without Latin letters gets the name of its title', () => {
    const world = emptyWorld()
    taken(world, person(world, 'specs/inbox/日本.md', '# Import orders\n'))
    expect(Object.keys(world.state.specs.byName)).toEqual(['import-orders'])
    expect(person(world, 'specs/inbox/日本.md', '日本\n')).toMatchObject({ kind: 'refused', code: 'bad-name' })
  })
  test('bytes that are no text, an empty text and a huge one are refused with a mend', () => {
    const world = emptyWorld()
    expect(person(world, 'specs/inbox/x.md', '', { text: null, doc: { sha256: 'a'.repeat(64), bytes: 10 } })).toMatchObject({ kind: 'refused', code: 'not-text', mend: expect.stringMatching(/UTF-8/) })
    expect(person(world, 'specs/inbox/x.md', ' \n')).toMatchObject({ kind: 'refused', code: 'empty-text' })
    expect(person(world, 'specs/inbox/x.md', 'x'.repeat(config.limits.fileBytes + 1))).toMatchObject({ kind: 'refused', code: 'too-large', mend: expect.stringMatching(/fileBytes/) })
  })
  test('an intent under the name of a spec in work waits as its next revision, and is edited and withdrawn there', () => {
    const world = emptyWorld()
    const first = world.readied('foo')
    taken(world, person(world, 'specs/inbox/foo.md', '# Foo again\n'))
    expect(paths(world)).toEqual(expect.arrayContaining(['specs/inbox/foo.md', 'specs/ready/foo.md']))
    taken(world, person(world, 'specs/inbox/foo.md', '# Foo again, better\n', { kind: 'edited' }))
    expect(contentOf(world, 'specs/inbox/foo.md')).toBe('# Foo again, better\n')
    taken(world, gone(world, 'specs/inbox/foo.md'))
    expect(world.state.specs.byId[first]?.stage).toBe('ready')
    expect(paths(world)).not.toContain('specs/inbox/foo.md')
  })
  test('a new intent with an archived name survives as a new revision', () => {
    const world = emptyWorld()
    const item = world.failed('foo')
    world.add([{ type: 'spec.resolved', item, stream: 'spec/foo', data: { reason: 'no longer wanted' } }])
    taken(world, person(world, 'specs/inbox/foo.md', '# Foo, second life\n'))
    expect(paths(world)).toEqual(['specs/archive/foo.md', 'specs/inbox/foo.md'])
  })
})

describe('questions in a draft (19, 20, 28)', () => {
  const entry = (heading: string, tags: string): string => `### ${heading}\n\n${tags}\n\n**Options:**\n\n- **(a)** one\n- **(b)** two\n\n`
  const draft = (section: string, body: string, rest = ''): string => `# Foo\n\nWhat it does.\n\n${section}\n\n${body}${rest}`
  const open = (world: World, text: string): readonly { entry: string; status: string; answer: string | null }[] => {
    const item = world.submit('foo')
    const result = imported(world, [file(world, 'specs/drafting/foo.md', text)], agent('spec', 'draft', item))
    expect(result.denied).toEqual([])
    return Object.values(world.state.decisions.byId).map(one => ({ entry: one.entry, status: one.status, answer: one.answer }))
  }
  test('a hard one waits for a person and is shown with its options', () => {
    const world = emptyWorld()
    expect(open(world, draft('## 7. Ambiguities', entry('7.1 Which?', '- reversibility: low\n- impact: implementation')))).toEqual([{ entry: '7.1', status: 'awaiting', answer: null }])
    expect(contentOf(world, 'tasks/decisions/foo.md')).toMatch(/## 7\.1 Which\?[\s\S]*- status: awaiting[\s\S]*\(a\)\*\* one/)
  })
  test('a soft one takes its recommendation, else option (a); governance is never soft', () => {
    const soft = '- reversibility: high\n- impact: cosmetic'
    const text = draft('## Ambiguities', `${entry('7.1 A?', soft)}**Recommendation:** (b)\n\n${entry('7.2 B?', soft)}${entry('7.3 C?', '- reversibility: high\n- impact: governance')}`)
    expect(open(emptyWorld(), text)).toEqual([{ entry: '7.1', status: 'auto-resolved', answer: 'b' }, { entry: '7.2', status: 'auto-resolved', answer: 'a' }, { entry: '7.3', status: 'awaiting', answer: null }])
  })
  test.each(['### 7. Ambiguities', '## Ambiguities', '## 7 Ambiguities', '## Ambiguities Requiring Human Decision'])('the section %s is found, a later one is no question', heading => {
    const depth = heading.indexOf(' ')
    const body = `${'#'.repeat(depth + 1)} 7.1 Which?\n\n- reversibility: low\n- impact: governance\n\n**Options:**\n\n- (a) one\n- (b) two\n\n`
    expect(open(emptyWorld(), draft(heading, body, '## Appendix\n\n### 9.1 Not a question\n\ntext\n')).map(one => one.entry)).toEqual(['7.1'])
  })
  test('what cannot be read is told, not guessed', () => {
    const world = emptyWorld()
    open(world, draft('## Ambiguities', 'There is one but I will not format it.\n'))
    expect(world.state.feedback.unparsed['spec/foo']?.[0]?.message).toMatch(/not an entry/)
    expect(contentOf(world, 'tasks/decisions/foo.md')).toMatch(/Could not be read/)
  })
  test('a text declared ready that still asks something hard is kept as a draft, with the reason, and goes on once answered', () => {
    const world = emptyWorld()
    const item = world.drafted('foo')
    const text = draft('## Ambiguities', entry('7.1 Which?', '- reversibility: low\n- impact: governance\n- status: resolved'))
    const result = imported(world, [file(world, 'specs/ready/foo.md', text)], agent('spec', 'advance', item))
    expect(result.types).toEqual(['spec.drafted', 'decision.opened', 'request.unparsed'])
    expect(world.state.specs.byId[item]?.stage).toBe('drafting')
    expect(world.state.feedback.unparsed['spec/foo']?.[0]?.message).toMatch(/kept in drafting: 7\.1/)
    taken(world, person(world, 'tasks/decisions/foo.md', contentOf(world, 'tasks/decisions/foo.md').replace('- answer:', '- answer: b'), { kind: 'edited' }))
    expect(imported(world, [file(world, 'specs/ready/foo.md', text)], agent('spec', 'advance', item)).types).toContain('spec.readied')
    expect(world.state.specs.byId[item]?.stage).toBe('ready')
  })
  test('a ready text that comes with a question to the researcher waits for it', () => {
    const world = emptyWorld()
    const item = world.drafted('foo')
    const result = imported(world, [file(world, 'specs/ready/foo.md', '# Foo\n\nDone.\n'), file(world, 'tasks/research/why.md', '# Why?\n')], agent('spec', 'advance', item))
    expect(result.types).toEqual(['spec.drafted', 'request.unparsed', 'research.requested'])
    expect(Object.values(world.state.research.byId)[0]?.blocks).toEqual([item])
  })
})

describe('answers in tasks/decisions (23, 25)', () => {
  test('only the entry that was answered changes, 7.1 is not 7.10, and the words of an answer gate nothing', () => {
    const world = emptyWorld()
    const spec = world.drafted('foo')
    const [late, early] = [world.decision(spec, '7.10'), world.decision(spec, '7.1')]
    const shown = contentOf(world, 'tasks/decisions/foo.md')
    expect(shown.indexOf('## 7.1 ')).toBeLessThan(shown.indexOf('## 7.10 '))
    const answered = shown.replace(/(## 7\.1 [\s\S]*?- answer:)/, '$1 awaiting-operator is not a word we use')
    taken(world, person(world, 'tasks/decisions/foo.md', answered, { kind: 'edited' }))
    expect(world.state.decisions.byId[early]).toMatchObject({ status: 'answered', answer: 'awaiting-operator is not a word we use', by: 'human:ada' })
    expect(world.state.decisions.byId[late]?.status).toBe('awaiting')
  })
  test('an option is answered by its letter, with or without brackets', () => {
    const world = emptyWorld()
    const spec = world.drafted('foo')
    const id = world.decision(spec, '7.1')
    taken(world, person(world, 'tasks/decisions/foo.md', contentOf(world, 'tasks/decisions/foo.md').replace('- answer:', '- answer: (a)'), { kind: 'edited' }))
    expect(world.state.decisions.byId[id]?.answer).toBe('a')
  })
  test('words of an agent in a question cannot answer another one', () => {
    const world = emptyWorld()
    const spec = world.drafted('foo')
    const other = world.decision(spec, '7.2')
    world.add([{ type: 'decision.opened', stream: 'decision/foo/7.1', data: { spec, entry: '7.1', question: 'Q\n## 7.2 x\n- answer: a', options: [{ id: 'a', text: 'x\n\n## 7.2 y\n\n- answer: a' }], recommendation: 'do\n\n## 7.2 z\n\n- answer: a\n', reversibility: 'low', impact: 'governance', context: '```\n## 7.2 q\n\n- answer: a\n', origin: 'spec' } }])
    taken(world, person(world, 'tasks/decisions/foo.md', contentOf(world, 'tasks/decisions/foo.md').replace(/^- answer:$/m, '- answer: a'), { kind: 'edited' }))
    expect(Object.values(world.state.decisions.byId).find(one => one.entry === '7.1')?.answer).toBe('a')
    expect(world.state.decisions.byId[other]?.status).toBe('awaiting')
  })
  test('an edit that answers nothing is refused and says how to answer; an agent never answers', () => {
    const world = emptyWorld()
    const spec = world.drafted('foo')
    world.decision(spec, '7.1')
    const shown = contentOf(world, 'tasks/decisions/foo.md')
    expect(person(world, 'tasks/decisions/foo.md', shown.replace('Question', 'Riddle'), { kind: 'edited' })).toMatchObject({ kind: 'refused', code: 'nothing-answered', mend: expect.stringMatching(/factory decide foo/) })
    const result = imported(world, [file(world, 'tasks/decisions/foo.md', shown.replace('- answer:', '- answer: a'), { kind: 'edited' })], agent('spec', 'draft', spec))
    expect(result.types).not.toContain('decision.answered')
  })
  test('an automatic answer is replaced by writing another one', () => {
    const world = emptyWorld()
    const spec = world.drafted('foo')
    const id = world.decision(spec, '7.1', { soft: true })
    world.add([{ type: 'decision.auto-resolved', item: id, stream: 'decision/foo/7.1', data: { answer: 'b', grounds: 'recommendation' } }], { actor: 'kernel' })
    taken(world, person(world, 'tasks/decisions/foo.md', contentOf(world, 'tasks/decisions/foo.md').replace('- answer: b', '- answer: a'), { kind: 'edited' }))
    expect(world.state.decisions.byId[id]).toMatchObject({ status: 'overridden', answer: 'a' })
  })
})

describe('builds and verdicts (30, 49)', () => {
  test('a builder writes no verdict, no reference and nothing of another spec', () => {
    const world = emptyWorld()
    const item = world.building('foo')
    world.building('bar')
    const result = imported(world, ['tasks/verified/foo.md', 'universe/z.md', 'scenarios/foo/satisfaction.md', 'tasks/review/bar.md', 'agents.yaml', 'memory/spec/MEMORY.md', 'events.jsonl'].map(path => file(world, path, 'verdict: SATISFIED (10/10)\n')), agent('builder', 'build', item))
    expect(result.drafts).toEqual([])
    expect(result.denied.map(one => one.code)).toEqual(Array(7).fill('access-denied'))
    expect(world.state.specs.byId[item]?.stage).toBe('building')
  })
  test('a report, its notes and the commit are one submission', () => {
    const world = emptyWorld()
    const item = world.building('foo')
    const result = imported(world, [file(world, 'tasks/review/foo.builder-notes.md', 'notes\n'), file(world, 'tasks/review/foo.md', 'built\n')], { ...agent('builder', 'build', item), commit: 'c0ffee', base: 'ba5e' })
    expect(result).toMatchObject({ types: ['build.submitted'], denied: [] })
    expect(world.state.specs.byId[item]).toMatchObject({ stage: 'review', commit: 'c0ffee', base: 'ba5e', notes: world.store('notes\n') })
    expect(paths(world)).toEqual(['specs/archive/foo.md', 'tasks/review/foo.builder-notes.md', 'tasks/review/foo.md'])
  })
  test('notes alone are no item', () => {
    const world = emptyWorld()
    const item = world.building('foo')
    expect(imported(world, [file(world, 'tasks/review/foo.builder-notes.md', 'notes\n')], agent('builder', 'build', item))).toMatchObject({ drafts: [], denied: [{ code: 'notes-alone' }] })
  })
  test('a builder that says failure: true gives the build up', () => {
    for (const text of ['---\nfailure: true\n---\n# Foo\n', '# Foo\n\n- failure: true\n\nIt did not converge.\n']) {
      const world = emptyWorld()
      const item = world.building('foo')
      expect(imported(world, [file(world, 'tasks/review/foo.md', text)], agent('builder', 'build', item)).types).toEqual(['spec.failed'])
      expect(world.state.specs.byId[item]?.attempts.at(-1)?.by).toBe('builder')
    }
  })
  const verifying = (world: World): ItemId => { const item = world.inReview('foo'); world.claim('run-w1-9', 'verifier', 'verify', item, { attempt: 1 }); return item }
  const said = (verdict: string, learning = ''): string => `# Report\n\nverdict: ${verdict}\n\n## Path to Resolution\n\nMend it.\n${learning === '' ? '' : `\n## Generalizable Learning\n\n${learning}\n`}`
  test('a verifier verifies with the score it gives', () => {
    const world = emptyWorld()
    const item = verifying(world)
    imported(world, [file(world, 'tasks/verified/foo.md', said('SATISFIED (9/10)'))], agent('verifier', 'verify', item))
    expect(world.state.specs.byId[item]).toMatchObject({ stage: 'verified', attempts: [{ verdict: 'verified', score: 9 }] })
  })
  test('both verdicts are a failure, and so is NOT SATISFIED in the wrong folder', () => {
    for (const folders of [['verified', 'failed'], ['verified']]) {
      const world = emptyWorld()
      const item = verifying(world)
      imported(world, folders.map(folder => file(world, `tasks/${folder}/foo.md`, said('NOT SATISFIED (5/10)'))), agent('verifier', 'verify', item))
      expect(world.state.specs.byId[item]).toMatchObject({ stage: 'failed', attempts: [{ verdict: 'failed', score: 5 }] })
      expect(contentOf(world, 'tasks/failed/foo.md')).toContain('Mend it.')
    }
  })
  test('no opinion turns a failing criterion into verified', () => {
    const world = emptyWorld()
    const item = verifying(world)
    world.add([{ type: 'criterion.checked', item, stream: 'spec/foo', data: { attempt: 1, id: 'c1', commit: null, ok: false, exitCode: 1, reason: 'exit', durationMs: 5, output: null, provesNothing: false } }], { actor: 'kernel' })
    imported(world, [file(world, 'tasks/verified/foo.md', said('SATISFIED (10/10)'))], agent('verifier', 'verify', item))
    expect(world.state.specs.byId[item]).toMatchObject({ stage: 'failed', attempts: [{ by: 'criteria', failedCriteria: ['c1'] }] })
    expect(contentOf(world, 'tasks/failed/foo.md')).toMatch(/c1[\s\S]*> verdict: SATISFIED/)
  })
  test('a lesson of a failure is kept once, a different one beside it (36)', () => {
    const world = emptyWorld()
    const item = verifying(world)
    imported(world, [file(world, 'tasks/failed/foo.md', said('NOT SATISFIED (5/10)', 'Check the input first.'))], agent('verifier', 'verify', item))
    expect(Object.keys(world.state.library.byPath)).toHaveLength(1)
    for (const [lesson, count] of [['Check  the input, first!', 1], ['Close what you open.', 2]] as const) {
      const again = emptyWorld()
      again.state.library = structuredClone(world.state.library)
      const next = verifying(again)
      imported(again, [file(again, 'tasks/failed/foo.md', said('NOT SATISFIED (4/10)', lesson))], agent('verifier', 'verify', next))
      expect(Object.keys(again.state.library.byPath)).toHaveLength(count)
    }
  })
  test('a run for another attempt judges nothing', () => {
    const world = emptyWorld()
    const item = verifying(world)
    const result = imported(world, [file(world, 'tasks/verified/foo.md', said('SATISFIED (9/10)'))], { ...agent('verifier', 'verify', item), attempt: 2 })
    expect(result).toMatchObject({ drafts: [], denied: [{ path: 'tasks/verified/foo.md' }] })
  })
  test('moving a failed report back to review is refused and names rebuild', () => {
    const world = emptyWorld()
    world.failed('foo')
    expect(person(world, 'tasks/review/foo.md', 'x', { kind: 'moved', from: 'tasks/failed/foo.md' })).toMatchObject({ kind: 'refused', mend: expect.stringMatching(/factory rebuild foo/) })
  })
})

describe('needs and observations (54)', () => {
  const needs = `## librarian-docs\n\n- category: observation\n- observation: The docs are stale.\n\n## librarian-key\n\n- blocked: no key\n- category: approval\n\n## librarian-skill\n\n- category: config-edit\n- blocked: the skill is out of reach\n- change-class: skill-placement\n- target: librarian\n- value: tidy\n- to: always\n`
  test('an observation becomes a file in factory-internal, a need stays with its agent, and the file can be written again', () => {
    const world = emptyWorld()
    const mover = agent('librarian', 'heartbeat')
    expect(imported(world, [file(world, 'memory/librarian/needs.md', needs)], mover).types).toEqual(['memory.written', 'need.opened', 'need.opened', 'observation.recorded'])
    const shown = contentOf(world, 'memory/librarian/needs.md')
    expect(shown).toMatch(/- status: promoted[\s\S]*- promoted_to: specs\/factory-internal\/.*-high-the-docs-are-stale\.md/)
    expect(paths(world).find(path => path.startsWith('specs/factory-internal/'))).toMatch(/T\d{4}-high-the-docs-are-stale\.md$/)
    expect(Object.values(world.state.feedback.needs).find(need => need.key === 'librarian-skill')?.change).toEqual({ class: 'skill-placement', target: 'librarian', from: null, to: 'always', value: 'tidy' })
    // The agent adds one entry to what it was shown: only that one is new.
    const again = imported(world, [file(world, 'memory/librarian/needs.md', `${shown}\n## librarian-more\n\n- blocked: more\n`, { kind: 'edited' })], mover)
    expect(again.types.filter(type => type !== 'memory.written')).toEqual(['need.opened'])
  })
  test('an entry that cannot be read is shown in the file until it is written properly', () => {
    const world = emptyWorld()
    const mover = agent('librarian', 'heartbeat')
    imported(world, [file(world, 'memory/librarian/needs.md', '## librarian-x\n\n- category: wishful\n- blocked: x\n')], mover)
    const shown = contentOf(world, 'memory/librarian/needs.md')
    expect(shown).toMatch(/Could not be read[\s\S]*line 3/)
    imported(world, [file(world, 'memory/librarian/needs.md', '## librarian-x\n\n- category: approval\n- blocked: x\n', { kind: 'edited' })], mover)
    expect(contentOf(world, 'memory/librarian/needs.md')).not.toMatch(/Could not be read/)
  })
  test('a person closes a need by writing resolved behind its status', () => {
    const world = emptyWorld()
    imported(world, [file(world, 'memory/librarian/needs.md', needs)], agent('librarian', 'heartbeat'))
    const shown = contentOf(world, 'memory/librarian/needs.md')
    taken(world, person(world, 'memory/librarian/needs.md', shown.replace(/(## librarian-key\n\n- status:) open/, '$1 resolved'), { kind: 'edited' }))
    expect(Object.values(world.state.feedback.needs).map(need => [need.key, need.status])).toEqual([['librarian-key', 'resolved'], ['librarian-skill', 'open']])
  })
  test('the words of the world do not make an observation critical; only the field does (29)', () => {
    const world = emptyWorld()
    imported(world, [file(world, 'memory/librarian/needs.md', '## a-b\n\n- category: observation\n- observation: wording breaks my flow, security, data loss\n\n## a-c\n\n- category: observation\n- severity: critical\n- stops: foo\n- observation: stop it\n')], agent('librarian', 'heartbeat'))
    expect(Object.values(world.state.feedback.observations).map(one => one.severity)).toEqual(['low', 'critical'])
  })
})

describe('configuration and scenarios', () => {
  test('a broken agents.yaml is refused with its line and a mend', () => {
    const world = emptyWorld()
    const routed = person(world, 'agents.yaml', 'version: 1\nlimits:\n  slotz: 2\n', { kind: 'edited' })
    expect(routed).toMatchObject({ kind: 'refused', code: 'config-invalid', why: expect.stringMatching(/agents\.yaml:3:/), mend: expect.stringMatching(/slots/) })
  })
  test('made while nobody knows by whom, it is held; confirming routes it as the person\'s', () => {
    const world = emptyWorld()
    const change = file(world, 'scenarios/shop/login.md', '# Scenario\n')
    taken(world, routeChange(change, { kind: 'unknown', actor: 'unknown' }, deps(world, 'unknown')), 'unknown')
    expect(paths(world)).toEqual([])
    const [need] = Object.values(world.state.feedback.needs)
    const held = heldChange(world.state, need!, world.text)
    expect(held).toEqual(change)
    expect(routeChange(change, { kind: 'unknown', actor: 'unknown' }, deps(world, 'unknown'))).toEqual({ kind: 'same' })
    taken(world, routeChange(held!, ada, deps(world, 'human:ada')))
    expect(paths(world)).toEqual(['scenarios/shop/login.md'])
  })
  test('without the readers in hand they are loaded first', async () => {
    const world = emptyWorld()
    const { parse: _, ...rest } = deps(world, 'human:ada')
    expect(await lazily(file(world, 'specs/inbox/x.md', '# X\n'), ada, rest)).toMatchObject({ kind: 'drafts', command: 'submit' })
  })
})

describe('one import is one batch', () => {
  test('ids of drafts that name each other fit their place in the batch', () => {
    const world = emptyWorld()
    const item = world.submit('foo')
    const soft = '## Ambiguities\n\n### 7.1 A?\n\n- reversibility: high\n- impact: cosmetic\n\n**Options:**\n\n- (a) x\n\n### 7.2 B?\n\n- reversibility: high\n- impact: cosmetic\n\n**Options:**\n\n- (a) y\n'
    const result = imported(world, [file(world, 'memory/spec/MEMORY.md', 'm\n'), file(world, 'specs/drafting/foo.md', `# Foo\n\nText.\n\n${soft}`)], agent('spec', 'draft', item))
    expect(result.types).toEqual(['spec.drafted', 'decision.opened', 'decision.auto-resolved', 'decision.opened', 'decision.auto-resolved', 'memory.written'])
    expect(Object.values(world.state.decisions.byId).map(one => one.status)).toEqual(['auto-resolved', 'auto-resolved'])
  })
  test('the emptied half of a move, and the draft beside the ready text, say nothing by themselves', () => {
    const world = emptyWorld()
    const item = world.drafted('foo')
    const removed: FileChange = { path: 'specs/drafting/foo.md', kind: 'removed', doc: null, text: null, base: null }
    const result = imported(world, [removed, file(world, 'specs/ready/foo.md', '# Foo\n\nDone.\n')], agent('spec', 'advance', item))
    expect(result).toMatchObject({ types: ['spec.readied'], denied: [] })
    const other = emptyWorld()
    const second = other.submit('foo')
    expect(imported(other, [file(other, 'specs/drafting/foo.md', '# Foo\n\nDraft.\n'), file(other, 'specs/ready/foo.md', '# Foo\n\nDone.\n')], agent('spec', 'draft', second)).types).toEqual(['spec.readied'])
  })
  test('a run leaves at most three intents', () => {
    const world = emptyWorld()
    const result = imported(world, ['a', 'b', 'c', 'd'].map(name => file(world, `specs/inbox/${name}.md`, `# ${name}\n`)), agent('reviewer', 'heartbeat'))
    expect(result.types).toEqual(Array(3).fill('spec.submitted'))
    expect(result.denied).toMatchObject([{ path: 'specs/inbox/d.md', code: 'too-many-intents' }])
  })
  test('a segment that is not the last is finished, not submitted; its checkpoint is reached', () => {
    const world = emptyWorld()
    const item = world.readied('foo', '# foo\n\nText.\n', noFields)
    const plan = { doc: world.store('plan'), round: 1, strategy: 'segmented' as const, problems: [], segments: [{ title: 'one', checkpoint: { id: 'look', type: 'human-verify' as const, title: 'Look' } }, { title: 'two', checkpoint: null }] }
    world.add([{ type: 'plan.written', item, stream: 'spec/foo', data: plan }], { actor: 'agent:builder' })
    world.claim('run-w1-9', 'builder', 'execute', item, { attempt: 1, segment: 0 })
    const result = imported(world, [file(world, 'tasks/review/foo.md', 'one is done\n')], agent('builder', 'execute', item))
    expect(result.types).toEqual(['segment.finished', 'checkpoint.reached'])
    expect(imported(world, [file(world, 'tasks/review/foo.md', 'all is done\n')], agent('builder', 'execute', item)).types).toEqual(['build.submitted'])
  })
})
