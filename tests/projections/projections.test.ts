import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { allUnits, filesOf, projectAll, projectUnits, unitsTouched } from '../../projections/all.ts'
import { contentOf } from '../../projections/projection.ts'
import type { ProjectedFile } from '../../projections/projection.ts'
import { unitsOfPath } from '../../projections/touched.ts'
import { foldEvents, initialState } from '../../reducers/state.ts'
import type { Draft, ItemId } from '../../src/events/types.ts'
import { emptyWorld, noFields } from './world.ts'
import type { World } from './world.ts'

const own = (path: string): boolean => !path.endsWith('.gitkeep') && !path.startsWith('.git')
const shown = (world: World): Record<string, string> =>
  Object.fromEntries(projectAll(world.state).filter(file => own(file.path)).map(file => [file.path, Buffer.from(contentOf(file, doc => Buffer.from(world.text(doc)))).toString()]))
const paths = (world: World): readonly string[] => Object.keys(shown(world))
const end = (world: World, type: 'spec.documented' | 'spec.withdrawn' | 'spec.resolved', item: ItemId, name = 'foo'): void => {
  if (type === 'spec.documented') world.add([{ type, item, stream: `spec/${name}`, data: {} }])
  else world.add([{ type, item, stream: `spec/${name}`, data: { reason: 'so' } }])
}
const verify = (world: World, item: ItemId, name = 'foo'): void => {
  world.add([{ type: 'spec.verified', item, stream: `spec/${name}`, data: { attempt: world.state.specs.byId[item]?.attempt ?? 1, doc: world.store('verified\n'), score: 9, commit: null } }], { actor: 'agent:verifier' })
}
const rebuild = (world: World, item: ItemId, attempt: number): void => {
  world.add([{ type: 'rebuild.queued', item, stream: 'spec/foo', data: { attempt, brief: world.store('brief\n'), reason: 'failed', override: false } }])
}
const failAgain = (world: World, item: ItemId, attempt: number): void => {
  world.claim(`run-${attempt}`, 'builder', 'build', item, { attempt })
  world.add([{ type: 'build.submitted', item, stream: 'spec/foo', data: { attempt, report: world.store('built'), notes: null, commit: null, base: null } }], { actor: 'agent:builder' })
  world.finish(`run-${attempt}`)
  world.add([{ type: 'spec.failed', item, stream: 'spec/foo', data: { attempt, doc: world.store(`report ${attempt}\n`), score: 4, by: 'verifier', failedCriteria: [] } }], { actor: 'agent:verifier' })
}

describe('which files a spec shows', () => {
  test.each<[string, (world: World) => unknown, readonly string[]]>([
    ['inbox', world => world.submit('foo'), ['specs/inbox/foo.md']],
    ['drafting', world => world.drafted('foo'), ['specs/drafting/foo.md']],
    ['ready', world => world.readied('foo'), ['specs/ready/foo.md']],
    ['building', world => world.building('foo'), ['specs/archive/foo.md', 'tasks/building/foo.md']],
    ['review', world => world.inReview('foo'), ['specs/archive/foo.md', 'tasks/review/foo.builder-notes.md', 'tasks/review/foo.md']],
    ['verified', world => { verify(world, world.inReview('foo')) }, ['specs/archive/foo.md', 'tasks/verified/foo.builder-notes.md', 'tasks/verified/foo.md']],
    ['failed', world => world.failed('foo'), ['specs/archive/foo.md', 'tasks/failed/foo.md']],
    ['ready after a failure', world => { rebuild(world, world.failed('foo'), 2) }, ['specs/ready/foo.md', 'specs/ready/foo.rebuild.md']],
    ['failed twice', world => { const item = world.failed('foo'); rebuild(world, item, 2); failAgain(world, item, 2) }, ['specs/archive/foo.md', 'tasks/failed/foo.md', 'tasks/failed/foo.v1.md']],
    ['resolved', world => { const item = world.failed('foo'); rebuild(world, item, 2); failAgain(world, item, 2); end(world, 'spec.resolved', item) }, ['specs/archive/foo.md', 'tasks/resolved/foo.md', 'tasks/resolved/foo.v1.md']],
    ['withdrawn', world => { end(world, 'spec.withdrawn', world.drafted('foo')) }, []],
    ['waiting behind another', world => { world.readied('foo'); world.submit('foo'); world.submit('foo') }, ['specs/inbox/foo.md', 'specs/inbox/foo.r3.md', 'specs/ready/foo.md']],
  ])('%s', (_, given, expected) => {
    const world = emptyWorld()
    given(world)
    expect(paths(world)).toEqual(expected)
  })

  test('of a planned spec the plan, until it is built', () => {
    const world = emptyWorld()
    const item = world.readied('foo')
    world.add([{ type: 'plan.written', item, stream: 'spec/foo', data: { doc: world.store('plan'), round: 1, strategy: 'autonomous', segments: [], problems: [] } }])
    expect(paths(world)).toEqual(['specs/ready/foo.md', 'tasks/planning/foo/PLAN.md'])
    world.claim('run-1', 'builder', 'execute', item, { attempt: 1 })
    expect(shown(world)['tasks/building/foo.md']).toMatch(/- agent: builder\n- run: run-1\n- since: 2026-.*\n- attempt: 1/)
    world.finish('run-1', false)
    expect(paths(world)).toEqual(['specs/ready/foo.md', 'tasks/planning/foo/PLAN.md'])
  })
  test('a closed failure carries how it was closed below every one of its reports', () => {
    const world = emptyWorld()
    const item = world.failed('foo')
    end(world, 'spec.resolved', item)
    expect(shown(world)['tasks/resolved/foo.md']).toMatch(/^verdict: NOT SATISFIED[\s\S]*## Resolution\n\n- resolved_by: manual\n- resolved_at: 2026.*\n- reason: so\n$/)
  })
  test('a documented spec keeps its record in view until it is collected; restored paths come back; a next life shows its own', () => {
    const world = emptyWorld()
    const item = world.inReview('foo')
    world.decision(item, '7.1')
    verify(world, item)
    end(world, 'spec.documented', item)
    const record = ['specs/archive/foo.md', 'tasks/decisions/foo.md', 'tasks/verified/foo.builder-notes.md', 'tasks/verified/foo.md']
    expect(paths(world)).toEqual(record)
    world.add([{ type: 'item.collected', stream: 'gc/specs', data: { rule: 'documented', paths: record.slice(1) } }], { actor: 'gc' })
    expect(paths(world)).toEqual(['specs/archive/foo.md'])
    world.add([{ type: 'item.restored', stream: 'gc/specs', data: { paths: ['tasks/verified/foo.md'] } }])
    expect(paths(world)).toEqual(['specs/archive/foo.md', 'tasks/verified/foo.md'])
    world.add([{ type: 'item.collected', stream: 'gc/specs', data: { rule: 'documented', paths: ['tasks/verified/foo.md'] } }], { actor: 'gc' })
    const next = world.inReview('foo')
    verify(world, next)
    expect(paths(world)).toEqual(['specs/archive/foo.md', 'specs/archive/foo.r1.md', 'tasks/verified/foo.builder-notes.md', 'tasks/verified/foo.md'])
  })
})

test('a spec in work stays in view, whatever was collected under its name', () => {
  const world = emptyWorld()
  world.failed('foo')
  world.add([{ type: 'item.collected', stream: 'gc/tasks', data: { rule: 'tasks', paths: ['tasks/failed/foo.md', 'specs/archive/foo.md'] } }], { actor: 'gc' })
  expect(paths(world)).toEqual(['specs/archive/foo.md', 'tasks/failed/foo.md'])
})

test('research moves from the question to its brief', () => {
  const world = emptyWorld()
  const item = world.research('why')
  expect(paths(world)).toEqual(['tasks/research/why.md'])
  world.add([{ type: 'research.answered', item, stream: 'research/why', data: { doc: world.store('because') } }])
  expect(shown(world)).toEqual({ 'tasks/research-done/why.md': 'because' })
})

test('a workspace without history has its folders and what git must know', () => {
  const files = projectAll(initialState()).map(file => file.path)
  expect(files).toEqual(expect.arrayContaining(['.gitattributes', '.gitignore', 'specs/inbox/.gitkeep', 'tasks/escalation/.gitkeep', 'scenarios/meta/.gitkeep', 'playbooks/.gitkeep']))
  const text = (path: string): string => { const file = projectAll(initialState()).find(one => one.path === path); return file !== undefined && 'text' in file ? file.text : '' }
  expect(text('.gitattributes')).toBe('* -text\nevents.jsonl merge=union\n')
  expect(text('.gitignore')).toMatch(/^\.factory-local\/\nruns\/\*\n!runs\/\.gitkeep\n/)
})

test('a notification is a file of its payload', () => {
  const world = emptyWorld()
  const [id] = world.add([{ type: 'effect.requested', stream: 'effect/notification', data: { kind: 'notification', dedupe: 'x', payload: { text: 'hello' }, maxAttempts: 3 } }, { type: 'effect.requested', stream: 'effect/webhook', data: { kind: 'webhook', dedupe: 'y', payload: {}, maxAttempts: 3 } }])
  expect(shown(world)).toEqual({ [`notifications/${id?.replace(':', '-')}.json`]: '{\n  "text": "hello"\n}\n' })
})

test('two clones that noticed something in the same minute have two files', () => {
  const world = emptyWorld()
  const noticed: Draft = { type: 'observation.recorded', stream: 'observation/x', data: { file: '2026-11-20T1000-low-x.md', slug: 'x', severity: 'low', agent: 'spec', text: 'x', context: '', stops: [], fingerprint: 'f' } }
  world.add([noticed])
  world.add([noticed], { writer: 'w2' })
  expect(paths(world).filter(path => path.startsWith('specs/'))).toEqual(['specs/factory-internal/2026-11-20T1000-low-x.md', 'specs/factory-internal/2026-11-20T1000-low-x~w2-1.md'])
})

/** Histories of well-formed events on few names, legal or not, by two writers. */
const step = fc.record({ kind: fc.nat(30), at: fc.nat(5), other: fc.nat(5), writer: fc.constantFrom('w1', 'w2'), text: fc.string({ maxLength: 6 }) })

function play(world: World, { kind, at, other, writer, text }: { kind: number; at: number; other: number; writer: string; text: string }): void {
  const specs = Object.values(world.state.specs.byId)
  const spec = specs[at % Math.max(1, specs.length)]
  const name = ['foo', 'bar', 'foo.1'][other % 3] ?? 'foo'
  const doc = world.store(`${text}\n`)
  const path = ['memory/spec/needs.md', 'memory/shared/a.md', 'skills/x/SKILL.md', 'scenarios/p/s.md', 'learnings/failures/l.md'][other % 5] ?? 'x'
  const by = { writer, actor: 'agent:spec' }
  const run = `run-${other % 4}`
  const about = spec === undefined ? null : { item: spec.id, stream: `spec/${spec.name}` }
  const collect = projectAll(world.state).filter(file => own(file.path))
  const one = collect[at % Math.max(1, collect.length)]?.path
  const research = Object.values(world.state.research.byId)[0]
  const feedback = Object.values(world.state.feedback.observations)[0]
  const need = Object.values(world.state.feedback.needs)[0]
  const decision = Object.values(world.state.decisions.byId)[other % 2]
  const drafts: readonly (Draft | null)[] = [
    { type: 'spec.submitted', stream: `spec/${name}`, data: { name, title: name, revision: 1 + (world.state.specs.byName[name]?.length ?? 0) - (other % 2 === 0 ? 0 : 1) || 1, doc, fields: noFields, source: null, droppedAs: null } },
    about && { type: 'spec.drafted', ...about, data: { doc, fields: noFields } }, about && { type: 'spec.readied', ...about, data: { doc, fields: noFields } },
    about && { type: 'spec.edited', ...about, data: { doc, fields: noFields } }, about && { type: 'plan.written', ...about, data: { doc, round: 1, strategy: 'autonomous', segments: [], problems: [] } },
    { type: 'run.claimed', stream: `run/${run}`, run, data: { agent: 'builder', dispatch: other % 2 === 0 ? 'build' : 'draft', spec: spec?.id ?? null, subject: null, project: null, attempt: at, segment: null, backend: 'b', model: null, fence: 1, leaseMs: 1, deadlineMs: 1, silenceMs: 1, trigger: 'start', config: '', base: null, wall: '', reserve: { usd: 0, tokens: 0 }, message: null } },
    { type: 'run.abandoned', stream: `run/${run}`, run, data: { why: text } },
    { type: 'run.finished', stream: `run/${run}`, run, data: { durationMs: 0, usage: null, costUsd: null, toolCalls: null, log: null, reply: null, quiet: false, progress: true } },
    about && { type: 'build.submitted', ...about, data: { attempt: 1 + at, report: doc, notes: other % 2 === 0 ? doc : null, commit: null, base: null } },
    about && { type: 'spec.verified', ...about, data: { attempt: 1 + at, doc, score: null, commit: null } },
    about && { type: 'spec.failed', ...about, data: { attempt: 1 + at, doc, score: null, by: 'verifier', failedCriteria: [] } },
    about && { type: 'rebuild.queued', ...about, data: { attempt: 1 + at, brief: doc, reason: 'failed', override: false } },
    about && { type: 'spec.resolved', ...about, data: { reason: text } }, about && { type: 'spec.documented', ...about, data: {} }, about && { type: 'spec.withdrawn', ...about, data: { reason: text } },
    { type: 'research.requested', stream: `research/${name}`, data: { name, blocks: [], doc } },
    research === undefined ? null : { type: 'research.answered', item: research.id, stream: 'research/x', data: { doc } },
    research === undefined ? null : { type: 'research.withdrawn', item: research.id, stream: 'research/x', data: {} },
    { type: 'need.opened', stream: 'need/x', data: { id: `n${other}`, agent: ['spec', 'builder', 'kernel'][at % 3] ?? 'spec', category: 'approval', blocked: text, context: text, change: null, held: null } },
    need === undefined ? null : { type: 'need.resolved', item: need.id, stream: 'need/x', data: { note: text } },
    { type: 'observation.recorded', stream: 'observation/x', data: { file: `2026-11-20T1000-low-${other}.md`, slug: `s${other}`, severity: 'low', agent: 'spec', text, context: '', stops: [], fingerprint: text } },
    feedback === undefined ? null : { type: 'observation.dismissed', item: feedback.id, stream: 'observation/x', data: { reason: text } },
    { type: 'request.unparsed', stream: 'request/x', data: { source: other % 2 === 0 ? path : `spec/${name}`, line: at, message: text } },
    { type: 'memory.written', stream: `memory/${path}`, data: { path, doc } }, { type: 'skill.removed', stream: `skill/${path}`, data: { path } },
    one === undefined ? null : { type: 'item.collected', stream: 'gc/x', data: { rule: 'r', paths: [one] } },
    { type: 'item.restored', stream: 'gc/x', data: { paths: Object.keys(world.state.settings.collected).slice(0, 2) } },
    spec === undefined ? null : { type: 'decision.opened', stream: 'decision/x', data: { spec: spec.id, entry: `7.${other % 3}`, question: text, options: [{ id: 'a', text }], recommendation: text, reversibility: 'low', impact: 'governance', context: text, origin: 'spec' } },
    decision === undefined ? null : { type: 'decision.answered', item: decision.id, stream: 'decision/x', data: { answer: text } },
    { type: 'effect.requested', stream: 'effect/x', data: { kind: other % 2 === 0 ? 'notification' : 'webhook', dedupe: `d${at}`, payload: { text }, maxAttempts: 1 } },
    about && { type: 'item.paused', ...about, data: {} },
  ]
  const draft = drafts[kind % drafts.length]
  if (draft !== null && draft !== undefined) world.add([draft], by)
}

const bytes = (files: readonly ProjectedFile[]): string => JSON.stringify(files)

describe('for every history', () => {
  test('projecting only the touched units equals projecting everything', () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 60 }), steps => {
      const world = emptyWorld()
      const tree = new Map<string, readonly ProjectedFile[]>(allUnits(world.state).map(unit => [unit, filesOf(world.state, unit)]))
      for (const one of steps) {
        const before = world.events.length
        play(world, one)
        for (const unit of unitsTouched(world.state, world.events.slice(before))) tree.set(unit, filesOf(world.state, unit))
      }
      const kept = [...tree.values()].flat().sort((a, b) => (a.path < b.path ? -1 : 1))
      expect(bytes(kept)).toBe(bytes(projectAll(world.state)))
    }), { numRuns: 400 })
  })
  test('folding again gives the same files, each path once, sorted, found again by its path', () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 60 }), steps => {
      const world = emptyWorld()
      for (const one of steps) play(world, one)
      const files = projectAll(world.state)
      expect(bytes(projectAll(foldEvents(initialState(), world.events)))).toBe(bytes(files))
      expect(bytes(projectAll(structuredClone(world.state)))).toBe(bytes(files))
      const all = files.map(file => file.path)
      expect(all).toEqual([...new Set(all)].sort((a, b) => (a < b ? -1 : 1)))
      for (const path of all) expect(projectUnits(world.state, unitsOfPath(world.state, path)).map(file => file.path)).toContain(path)
    }), { numRuns: 300 })
  })
})
