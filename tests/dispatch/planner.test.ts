/** What is offered, in which order, and what stands in its way. */
import { describe, expect, it } from 'vitest'
import { hints } from '../../src/dispatch/hints.ts'
import { doc, given, here } from './given.ts'

describe('the order of dispatch', () => {
  it('takes the most downstream work first', () => {
    const history = given()
    history.intent('fresh')
    history.draft('draft')
    history.question('q', [history.draft('waiting')])
    history.ready('ready')
    const failed = history.ready('failed')
    history.built(failed)
    history.judged(failed, 'failed')
    const verified = history.ready('verified')
    history.built(verified)
    history.judged(verified, 'verified')
    history.built(history.ready('review'))
    expect(history.dispatchable()).toEqual(['verify review', 'document verified', 'rebuild failed', 'build ready', 'advance draft', 'research q', 'draft fresh'])
  })

  it('prefers, within a stage, what others wait for, then priority, then the due date, then age, and not the name', () => {
    const history = given()
    const old = history.intent('z-old')
    history.intent('a-young')
    history.intent('due-late', { due: '2026-12-31' })
    history.intent('due-soon', { due: '2026-11-30' })
    history.intent('third', { priority: 3 })
    history.intent('first', { priority: 1 })
    expect(history.dispatchable()).toEqual(['draft first', 'draft third', 'draft due-soon', 'draft due-late', 'draft z-old', 'draft a-young'])
    history.question('for-one', [history.draft('x')])
    history.question('for-two', [history.draft('y'), old])
    expect(history.dispatchable().filter(entry => entry.startsWith('research'))).toEqual(['research for-two', 'research for-one'])
  })

  it('gives every candidate a command, and every block a reason and a mend', () => {
    const history = given()
    history.asked(history.draft('a'), '7.1')
    history.intent('b')
    for (const { command, blocked } of history.plan().candidates) {
      expect(command).toMatch(/^factory /)
      for (const block of blocked) expect(block.reason !== '' && block.mend !== '').toBe(true)
    }
  })
})

describe('hints', () => {
  it('name the command of what is ready, and what lifts a gate of what is not', () => {
    const history = given()
    history.intent('login-page')
    history.asked(history.draft('gated'), '7.1')
    expect(hints(history.plan().candidates)).toEqual([
      { command: 'factory decide gated', item: 'spec/gated', ready: false, blockedBy: ['decision'] },
      { command: 'factory run spec login-page', item: 'spec/login-page', ready: true, blockedBy: [] },
    ])
  })

  it('leave out what passes by itself', () => {
    const history = given()
    history.ready('login-page')
    history.intent('login-page')
    expect(history.plan().candidates.map(one => one.blocked.map(({ code }) => code))).toEqual([[], ['waiting']])
    expect(hints(history.plan().candidates).map(({ command }) => command)).toEqual(['factory run builder login-page'])
  })
})

describe('questions for a person', () => {
  it('stop their spec and nothing else', () => {
    const history = given()
    const gated = history.draft('gated')
    const decision = history.asked(gated, '7.1')
    history.ready('free')
    expect(history.codes('gated')).toEqual(['decision'])
    expect(history.dispatchable()).toEqual(['build free'])
    expect(history.plan().gates).toEqual([expect.objectContaining({ kind: 'decision', item: 'spec/gated', mend: 'factory decide gated' })])
    history.answered(decision, 'the words awaiting-operator are only words')
    expect(history.dispatchable()).toEqual(['build free', 'advance gated'])
    expect(history.plan().gates).toEqual([])
  })

  it('let research and its spec wait for each other', () => {
    const history = given()
    const spec = history.draft('a')
    const question = history.question('q', [spec])
    expect(history.codes('a')).toEqual(['research'])
    expect(history.dispatchable()).toEqual(['research q'])
    history.briefed(question)
    expect(history.dispatchable()).toEqual(['advance a'])
  })
})

describe('observations', () => {
  it('stop everything when critical and naming nothing, and what they name otherwise', () => {
    const history = given()
    history.intent('a')
    history.ready('b', { project: 'shop' })
    history.observed('harmless', 'high')
    expect(history.dispatchable()).toEqual(['build b', 'draft a'])
    const named = history.observed('shop-burns', 'critical', ['project/shop'])
    expect(history.dispatchable()).toEqual(['draft a'])
    history.event('observation.dismissed', { reason: 'put out' }, { item: named, actor: 'human:ada' })
    history.observed('all-burns', 'critical')
    expect(history.dispatchable()).toEqual([])
    expect(history.plan().gates).toEqual([expect.objectContaining({ kind: 'observation', item: 'observation/all-burns' })])
  })

  it('are promoted only where policy allows, and only so many a day', () => {
    const off = given()
    off.observed('small', 'low')
    expect(off.plan().candidates).toEqual([])
    const on = given('policy: { promoteLowObservations: on }\nlimits: { promotePerDay: 1 }\n')
    const first = on.observed('one', 'low')
    on.observed('two', 'low')
    expect(on.dispatchable()).toEqual(['promote one', 'promote two'])
    on.event('observation.promoted', { spec: first, name: 'one' }, { item: first })
    expect(on.codes('two')).toEqual(['waiting'])
    on.later(24 * 3_600_000)
    expect(on.dispatchable()).toEqual(['promote two'])
  })
})

describe('rebuilding', () => {
  it('allows three rebuilds, then asks a person, whose override counts', () => {
    const history = given()
    const spec = history.ready('foo')
    for (let rebuilds = 0; rebuilds < 3; rebuilds += 1) {
      history.built(spec)
      history.judged(spec, 'failed')
      expect(history.dispatchable()).toEqual(['rebuild foo'])
      history.rebuilt(spec)
    }
    history.built(spec)
    history.judged(spec, 'failed')
    history.ready('other')
    expect(history.state.specs.byId[spec]?.attempt).toBe(4)
    expect(history.codes('foo')).toEqual(['retry-limit'])
    expect(history.dispatchable()).toEqual(['build other'])
    history.event('gate.lifted', { kind: 'retry-limit', answer: 'once more' }, { item: spec, actor: 'human:ada' })
    expect(history.dispatchable()).toEqual(['rebuild foo', 'build other'])
  })
})

describe('fruitless runs', () => {
  it('gate an item after as many as the limit says, and a lifted gate gives it as many again', () => {
    const history = given()
    const spec = history.ready('foo')
    for (let tries = 0; tries < 3; tries += 1) {
      expect(history.dispatchable()).toEqual(['build foo'])
      history.ends(history.claim('build', 'builder', { spec }), tries === 1 ? 'run.timed-out' : 'run.failed')
    }
    expect(history.state.specs.byId[spec]?.stage).toBe('ready')
    expect(history.codes('foo')).toEqual(['no-progress'])
    history.event('gate.lifted', { kind: 'no-progress', answer: 'retry' }, { item: spec, actor: 'human:ada' })
    expect(history.dispatchable()).toEqual(['build foo'])
  })

  it('gate a draft that is drafted again and again without becoming ready, until a person answers something', () => {
    const history = given()
    const spec = history.draft('round')
    for (let tries = 0; tries < 3; tries += 1) {
      const run = history.claim('advance', 'spec', { spec })
      history.drafted(spec, run)
      history.ends(run, 'run.finished')
    }
    expect(history.codes('round')).toEqual(['no-progress'])
    history.answered(history.asked(spec, '7.1'), 'a')
    expect(history.dispatchable()).toEqual(['advance round'])
  })

  it('gate a question that nobody answers', () => {
    const history = given()
    const subject = history.question('q', [history.draft('a')])
    for (let tries = 0; tries < 3; tries += 1) history.ends(history.claim('research', 'researcher', { subject }), 'run.finished', { progress: false })
    expect(history.codes('q')).toEqual(['no-progress'])
    expect(history.plan().gates).toEqual([expect.objectContaining({ kind: 'no-progress', item: 'research/q', mend: 'factory run researcher q' })])
  })
})

describe('backends', () => {
  it('rest a little longer after each fault of their own, which is no try of the item, and are offered no more after five', () => {
    const history = given()
    const spec = history.intent('a')
    history.ends(history.claim('draft', 'spec', { spec }), 'run.failed', { fault: 'rate-limit' })
    expect(history.state.specs.byId[spec]?.tries).toBeNull()
    expect(history.codes('a')).toEqual(['backend'])
    const [first] = history.candidate('a')?.blocked ?? []
    history.later(1001)
    expect(history.dispatchable()).toEqual(['draft a'])
    history.ends(history.claim('draft', 'spec', { spec }), 'run.failed', { fault: 'infrastructure' })
    const [second] = history.candidate('a')?.blocked ?? []
    expect(Date.parse(second?.until ?? '') - Date.parse(history.now)).toBeGreaterThan(Date.parse(first?.until ?? '') - Date.parse(history.now))
    for (let faults = 2; faults < 5; faults += 1) history.ends(history.claim('draft', 'spec', { spec }), 'run.failed', { fault: 'infrastructure' })
    history.later(365 * 24 * 3_600_000)
    expect(history.candidate('a')?.blocked).toEqual([expect.objectContaining({ code: 'backend', until: null })])
    history.ends(history.claim('draft', 'spec', { spec }), 'run.finished', { progress: false })
    expect(history.dispatchable()).toEqual(['draft a'])
  })

  it('are left alone until the time they name', () => {
    const history = given()
    const until = new Date(history.clock + 3_600_000).toISOString()
    history.ends(history.claim('draft', 'spec', { spec: history.intent('a') }), 'run.failed', { fault: 'quota', until })
    expect(history.candidate('a')?.blocked).toEqual([expect.objectContaining({ code: 'backend', until })])
  })

  it('are not blamed for agents that fail', () => {
    const history = given()
    const spec = history.intent('a')
    history.ends(history.claim('draft', 'spec', { spec }), 'run.failed', { fault: 'agent' })
    expect(history.dispatchable()).toEqual(['draft a'])
  })

  it('block when they are missing, unknown or not trusted here', () => {
    const history = given()
    history.intent('a')
    expect(history.candidate('a', here({ backends: { mine: 'mine: no such program' } }))?.blocked[0]).toMatchObject({ code: 'backend', reason: 'mine: no such program' })
    expect(history.codes('a', here({ trusted: () => false }))).toEqual(['untrusted'])
    history.event('backend.chosen', { agent: null, backend: 'other' }, { item: 'w1:1' })
    expect(history.codes('a')).toEqual(['backend'])
  })
})

describe('work in progress', () => {
  it('blocks its item while the owner lives, and returns it when the owner is gone', () => {
    const history = given()
    const spec = history.ready('a')
    history.claim('build', 'builder', { spec, project: 'a' })
    expect(history.codes('a')).toEqual(['running'])
    expect(history.dispatchable(here({ ownerAlive: () => false }))).toEqual(['build a'])
  })

  it('blocks its item on another clone, naming the writer, until a day has passed', () => {
    const history = given()
    history.claim('build', 'builder', { spec: history.ready('a'), writer: 'w2' })
    expect(history.candidate('a')?.blocked).toEqual([expect.objectContaining({ code: 'elsewhere', reason: expect.stringContaining('w2') as string })])
    history.later(24 * 3_600_000)
    expect(history.dispatchable()).toEqual(['build a'])
  })

  it('keeps a second spec out of the same project unless their scopes cannot meet', () => {
    const history = given()
    const scoped = history.ready('a', { project: 'shop', scope: ['src/login/**'] })
    history.ready('b', { project: 'shop', scope: ['src/cart/**'] })
    history.ready('c', { project: 'shop', scope: ['src/**'] })
    history.ready('d', { project: 'shop' })
    history.ready('e', { project: 'blog' })
    history.claim('build', 'builder', { spec: scoped, project: 'shop' })
    expect(history.dispatchable()).toEqual(['build b', 'build e'])
    expect([history.codes('c'), history.codes('d')]).toEqual([['project-busy'], ['project-busy']])
  })
})

describe('holds', () => {
  it('pause one item or the whole workspace', () => {
    const history = given()
    const held = history.intent('held')
    history.intent('free')
    history.event('item.paused', {}, { item: held, actor: 'human:ada' })
    expect(history.dispatchable()).toEqual(['draft free'])
    expect(history.plan().gates).toEqual([expect.objectContaining({ kind: 'paused', item: 'spec/held' })])
    history.event('item.paused', {}, { item: 'w1:1', actor: 'human:ada' })
    expect(history.dispatchable()).toEqual([])
    expect(history.plan().gates.filter(({ item }) => item === 'workspace')).toHaveLength(1)
  })

  it('keep a second revision waiting until the first is over', () => {
    const history = given()
    const first = history.ready('a')
    history.intent('a', {}, 2)
    expect(history.plan().candidates.map(({ dispatch, blocked }) => [dispatch, blocked.map(({ code }) => code)])).toEqual([['build', []], ['draft', ['waiting']]])
    history.event('spec.withdrawn', { reason: 'no' }, { item: first, actor: 'human:ada' })
    expect(history.dispatchable()).toEqual(['draft a'])
  })

  it('stop a spec that two clones moved without knowing of each other', () => {
    const history = given()
    const spec = history.ready('a')
    const seen = { w1: 2, w2: 0 }
    history.built(spec)
    history.event('build.submitted', { attempt: 2, report: doc, notes: null, commit: null, base: null }, { item: spec, writer: 'w2', seen })
    expect(history.state.specs.byId[spec]?.conflict).not.toBeNull()
    expect(history.codes('a')).toContain('conflict')
  })

  it('stop spending at a budget, counting what is reserved', () => {
    const history = given('limits: { reserveUsd: 1, budgets: [{ scope: workspace, window: 1d, usd: 1 }] }\n')
    history.intent('a')
    history.intent('b')
    expect(history.dispatchable()).toEqual(['draft a', 'draft b'])
    history.claim('draft', 'spec', { spec: history.state.specs.byName.a![0]! })
    expect(history.codes('b')).toEqual(['budget'])
  })
})

