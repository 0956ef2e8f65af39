/** Claims, leases, budgets, ends of runs; holds and gates; the outbox. */
import { describe, expect, it } from 'vitest'
import { budgetBlock } from '../../src/deciders/budgets.ts'
import { claimEffect, deliverEffect, failEffect, requestEffect } from '../../src/deciders/effects.ts'
import { liftGate, pause, raiseGate, resume } from '../../src/deciders/holds.ts'
import { requestResearch } from '../../src/deciders/research.ts'
import { abandonRun, cancelRun, claimRun, failRun, finishRun, foreignLeaseMs, startRun, timeOutRun } from '../../src/deciders/runs.ts'
import { withdrawSpec } from '../../src/deciders/specs.ts'
import type { BudgetConfig } from '../../src/config/model.ts'
import { aClaim, configOf, doc, ended, ending, given } from './given.ts'
import type { Clone } from './given.ts'

const failing = { ...ended, fault: 'agent' as const, message: 'x', exitCode: 1, until: null }
const building = (on: Clone, name: string) => aClaim({ spec: on.spec(name).id, attempt: Math.max(1, on.spec(name).attempt) })

describe('a claim', () => {
  it('names the run after the event that makes it, and raises the fence', () => {
    const on = given().ready('a')
    const [claim] = on.decide(claimRun, building(on, 'a'), 'kernel')
    const seq = on.events.length + 1
    expect(claim).toMatchObject({ type: 'run.claimed', run: `run-aa-${seq}`, stream: `run/run-aa-${seq}`, data: { fence: 1 } })
    on.claimed('a', 'build').finished('a', false)
    expect(on.decide(claimRun, building(on, 'a'), 'kernel')).toMatchObject([{ data: { fence: 2 } }])
  })

  it('is refused while a run holds the item', () => {
    const on = given().submitted('a').claimed('a', 'draft', 'spec')
    expect(on.refusal(claimRun, aClaim({ agent: 'spec', dispatch: 'draft', spec: on.spec('a').id }), 'kernel')).toBe('claimed-already')
    expect(on.refusal(claimRun, aClaim({ agent: 'spec', dispatch: 'reflect', spec: on.spec('a').id }), 'kernel')).toBe('claimed-already')
    const other = given().ready('b').claimed('b', 'build')
    expect(other.refusal(claimRun, building(other, 'b'), 'kernel')).toBe('claimed-already')
  })

  it('of another clone holds the item for a day', () => {
    const on = given().submitted('a')
    const other = on.cloned('bb')
    other.claimed('a', 'draft', 'spec')
    on.meet(other)
    const again = aClaim({ agent: 'spec', dispatch: 'draft', spec: on.spec('a').id })
    expect(on.refused(claimRun, again, 'kernel').message).toContain('bb')
    expect(on.refusal(abandonRun, { run: on.live('a'), why: 'x' }, 'kernel')).toBe('run-elsewhere')
    on.pass(foreignLeaseMs)
    expect(on.decide(claimRun, again, 'kernel')).toHaveLength(1)
    expect(on.decide(abandonRun, { run: on.live('a'), why: 'x' }, 'kernel')).toHaveLength(1)
  })

  it('needs the stage its dispatch works on, and its attempt', () => {
    const on = given().submitted('a')
    for (const dispatch of ['advance', 'plan', 'build', 'execute', 'verify', 'document', 'validate']) {
      expect(on.refusal(claimRun, aClaim({ dispatch, spec: on.spec('a').id, attempt: 1 }), 'kernel'), dispatch).toBe('not-legal-now')
    }
    on.did(withdrawSpec, { spec: on.spec('a').id, reason: '' })
    expect(on.refusal(claimRun, aClaim({ spec: on.spec('a').id, attempt: 1 }), 'kernel')).toBe('not-legal-now')
    const review = given().ready('b').inReview('b')
    expect(review.refusal(claimRun, aClaim({ agent: 'verifier', dispatch: 'verify', spec: review.spec('b').id, attempt: 7 }), 'kernel')).toBe('attempt-stale')
  })

  it('of a research request holds that request', () => {
    const on = given().submitted('a')
    on.did(requestResearch, { name: 'q', blocks: ['a'], doc: doc('q?') }, 'agent:spec')
    const claim = aClaim({ agent: 'researcher', dispatch: 'research', subject: on.state.research.byName['q']! })
    on.did(claimRun, claim, 'kernel')
    expect(on.refusal(claimRun, claim, 'kernel')).toBe('claimed-already')
  })
})

describe('a run', () => {
  it('ends once', () => {
    const on = given().ready('a').claimed('a', 'build')
    const run = on.live('a')
    expect(on.did(startRun, { run, prompt: doc('p'), view: doc('v'), context: [], left: [], pid: 1 }, 'kernel')).toEqual(['run.started'])
    expect(on.did(failRun, { run, ...failing }, 'kernel')).toEqual(['run.failed'])
    const ends = [
      () => on.refusal(finishRun, { run, ...ending, progress: true }), () => on.refusal(failRun, { run, ...failing }), () => on.refusal(timeOutRun, { run, ...ended, deadline: 'silence' }),
      () => on.refusal(cancelRun, { run, why: 'x' }), () => on.refusal(abandonRun, { run, why: 'x' }),
    ]
    expect(ends.map(end => end())).toEqual(Array.from({ length: 5 }, () => 'run-not-live'))
    expect(on.spec('a')).toMatchObject({ stage: 'ready', tries: { dispatch: 'build', count: 1 } })
  })

  it('that is cancelled says how long it took, and counts no try', () => {
    const on = given().ready('a').claimed('a', 'build').pass(5000)
    const [draft] = on.decide(cancelRun, { run: on.live('a'), why: 'enough' })
    expect(draft).toMatchObject({ data: { why: 'enough', durationMs: 5000 } })
    on.did(cancelRun, { run: on.live('a'), why: 'enough' })
    expect(on.spec('a')).toMatchObject({ stage: 'ready', tries: null })
  })
})

const budget = (more: Partial<BudgetConfig>): BudgetConfig => ({ scope: 'workspace', windowMs: 3_600_000, runs: null, usd: null, tokens: null, ...more })
const bounded = (...budgets: BudgetConfig[]) => given(configOf({ budgets })).ready('a').ready('b')

describe('a budget', () => {
  it('counts what live runs have reserved', () => {
    const on = bounded(budget({ usd: 1.5 })).claimed('a', 'build')
    expect(on.refused(claimRun, building(on, 'b'), 'kernel')).toMatchObject({ code: 'over-budget', exitCode: 3 })
    on.finished('a', false)
    expect(on.decide(claimRun, building(on, 'b'), 'kernel')).toHaveLength(1)
  })

  it('settles an unknown cost at its reservation', () => {
    const on = bounded(budget({ usd: 1.9 })).claimed('a', 'build')
    on.did(failRun, { run: on.live('a'), ...failing, costUsd: null }, 'kernel')
    expect(on.refusal(claimRun, building(on, 'b'), 'kernel')).toBe('over-budget')
  })

  it('says from when it is free again, and is free then', () => {
    const on = bounded(budget({ runs: 2 })).claimed('a', 'build').finished('a', false).pass(60_000)
    on.claimed('a', 'build').finished('a', false)
    const asked = { agent: 'builder', project: null, spec: on.spec('a').id, at: on.now }
    const until = budgetBlock(on.state, on.config, asked)?.until
    const first = on.state.spending.entries[0]!.at
    expect(until).toBe(new Date(Date.parse(first) + 3_600_000).toISOString())
    expect(budgetBlock(on.state, on.config, { ...asked, at: until! })).toBeNull()
  })

  it('that one run exceeds alone is not freed by waiting', () => {
    const on = bounded(budget({ tokens: 10 }))
    expect(budgetBlock(on.state, on.config, { agent: 'x', project: null, spec: null, at: on.now })).toMatchObject({ until: null })
  })

  it('stops only what it is for', () => {
    const on = bounded(budget({ scope: 'agent:spec', runs: 0 }), budget({ scope: 'project:p', runs: 0 }), budget({ scope: 'spec', runs: 1 })).claimed('a', 'build').finished('a', false)
    const at = on.now
    const blocked = (question: { agent: string; project: string | null; spec: `${string}:${number}` | null }) => budgetBlock(on.state, on.config, { ...question, at })?.budget.scope ?? null
    expect(blocked({ agent: 'builder', project: null, spec: null })).toBeNull()
    expect(blocked({ agent: 'spec', project: null, spec: null })).toBe('agent:spec')
    expect(blocked({ agent: 'builder', project: 'p', spec: null })).toBe('project:p')
    expect(blocked({ agent: 'builder', project: 'q', spec: on.spec('a').id })).toBe('spec')
    expect(blocked({ agent: 'builder', project: 'q', spec: on.spec('b').id })).toBeNull()
  })
})

describe('holds', () => {
  it('are put on and taken off by people, once each', () => {
    const on = given().submitted('a')
    on.did(requestResearch, { name: 'q', blocks: ['a'], doc: doc('q?') }, 'agent:spec')
    for (const item of ['a', 'spec/a', 'research/q', 'q', null]) {
      expect(on.refusal(pause, { item }, 'agent:spec')).toBe('person-only')
      expect(on.did(resume, { item })).toEqual([])
      const held = on.did(pause, { item })
      expect([held, on.did(pause, { item }), on.did(resume, { item })], String(item)).toEqual([['item.paused'], [], ['item.resumed']])
    }
    expect(on.refusal(pause, { item: 'nobody' })).toBe('item-not-found')
    expect(on.refusal(pause, { item: 'constructor' })).toBe('item-not-found')
  })

  it('raise a gate once until it is lifted or the item moves', () => {
    const on = given().ready('a')
    const gate = { item: on.spec('a').id, kind: 'budget', reason: 'spent' }
    expect(on.did(raiseGate, gate, 'kernel')).toEqual(['gate.raised'])
    expect(on.did(raiseGate, gate, 'kernel')).toEqual([])
    expect(on.refusal(liftGate, { ...gate, answer: 'go' }, 'agent:builder')).toBe('person-only')
    expect(on.did(liftGate, { ...gate, answer: 'go' })).toEqual(['gate.lifted'])
    expect(on.did(liftGate, { ...gate, answer: 'go' })).toEqual([])
    on.did(raiseGate, gate, 'kernel')
    on.claimed('a', 'build')
    expect(on.did(raiseGate, gate, 'kernel')).toEqual(['gate.raised'])
  })
})

describe('the outbox', () => {
  it('wants each effect once and tries it a bounded number of times', () => {
    const on = given()
    const wanted = { kind: 'notify', dedupe: 'k', payload: {}, maxAttempts: 2 }
    expect(on.did(requestEffect, wanted, 'kernel')).toEqual(['effect.requested'])
    expect(on.did(requestEffect, wanted, 'kernel')).toEqual([])
    const effect = on.state.effects.keys['k']!
    const claim = { effect, leaseMs: 1000 }
    expect(on.refusal(failEffect, { effect, error: 'x' }, 'kernel')).toBe('not-legal-now')
    on.did(claimEffect, claim, 'kernel')
    expect(on.refusal(claimEffect, claim, 'kernel')).toBe('claimed-already')
    expect(on.decide(failEffect, { effect, error: 'x' }, 'kernel')).toMatchObject([{ data: { attempt: 1, final: false } }])
    on.pass(2000).did(claimEffect, claim, 'kernel')
    expect(on.decide(failEffect, { effect, error: 'x' }, 'kernel')).toMatchObject([{ data: { attempt: 2, final: true } }])
    on.pass(2000)
    expect(on.refusal(claimEffect, claim, 'kernel')).toBe('retry-limit')
    on.did(deliverEffect, { effect, receipt: 'done' }, 'kernel')
    expect(on.did(deliverEffect, { effect, receipt: 'done' }, 'kernel')).toEqual([])
    expect(on.refusal(claimEffect, claim, 'kernel')).toBe('not-legal-now')
  })
})
