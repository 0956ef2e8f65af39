/** Two clones that did not know of each other: who wins, what is reported, and what waits for a person. */
import { describe, expect, it } from 'vitest'
import { failSpec } from '../../src/deciders/builds.ts'
import { answerDecision, openDecisions } from '../../src/deciders/decisions.ts'
import { claimEffect, deliverEffect, requestEffect } from '../../src/deciders/effects.ts'
import { clearCheckpoint, rejectPlan, validatePlan, writePlan } from '../../src/deciders/plans.ts'
import { queueRebuild } from '../../src/deciders/rebuilds.ts'
import { cancelRun, claimRun, finishRun } from '../../src/deciders/runs.ts'
import { editSpec, readySpec, submitIntent, withdrawSpec } from '../../src/deciders/specs.ts'
import { foldEvents, initialState } from '../../reducers/state.ts'
import { aClaim, doc, ending, fields, given, intent } from '../deciders/given.ts'
import type { Clone } from '../deciders/given.ts'

const pair = (setUp: (on: Clone) => Clone): readonly [Clone, Clone] => {
  const first = setUp(given())
  return [first, first.cloned('bb').pass(10_000)]
}
const lost = (on: Clone) => on.state.conflicts.map(({ type }) => type)
const question = (soft: boolean) => ({ entry: '7.1', question: 'q', options: [{ id: 'a', text: 'x' }, { id: 'b', text: 'y' }], recommendation: null, reversibility: soft ? 'high' as const : 'low' as const, impact: 'cosmetic' as const, context: '' })

describe('the same name on two clones', () => {
  it('is two items; the later one is shown with its writer, and so are its later revisions', () => {
    const [first, second] = pair(on => on)
    first.did(submitIntent, intent('a', 'mine'))
    second.did(submitIntent, intent('a', 'yours'))
    second.did(withdrawSpec, { spec: second.spec('a').id, reason: '' })
    second.did(submitIntent, intent('a', 'yours again'))
    first.meet(second)
    expect(first.spec('a')).toMatchObject({ revision: 1, doc: doc('mine') })
    expect(first.spec('a~bb')).toMatchObject({ revision: 2, doc: doc('yours again') })
  })
})

describe('two moves that did not know of each other', () => {
  it('of the same reach: the first stands, the other is reported', () => {
    const [first, second] = pair(on => on.submitted('a'))
    first.did(editSpec, { spec: first.spec('a').id, doc: doc('mine'), fields: fields() })
    second.did(editSpec, { spec: first.spec('a').id, doc: doc('yours'), fields: fields() })
    first.meet(second)
    expect(first.spec('a')).toMatchObject({ doc: doc('mine'), conflict: null })
    expect(lost(first)).toEqual(['spec.edited'])
  })

  it('one of which led further: the furthest stage stays, and nothing goes on until a person decides', () => {
    const [first, second] = pair(on => on.submitted('a'))
    first.did(withdrawSpec, { spec: first.spec('a').id, reason: 'no' })
    second.did(readySpec, { spec: first.spec('a').id, doc: doc('r'), fields: fields() })
    first.meet(second)
    expect(first.spec('a')).toMatchObject({ stage: 'ready' })
    expect(first.spec('a').conflict).not.toBeNull()
    expect(first.refused(claimRun, aClaim({ spec: first.spec('a').id, attempt: 1 }), 'kernel')).toMatchObject({ code: 'conflict', exitCode: 3 })
    expect(first.did(answerDecision, { spec: 'a', entry: 'conflict', answer: 'keep', override: false })).toEqual(['gate.lifted'])
    expect(first.decide(claimRun, aClaim({ spec: first.spec('a').id, attempt: 1 }), 'kernel')).toHaveLength(1)
  })

  it('in conflict are not rebuilt by the kernel', () => {
    const on = given().failed('a')
    on.spec('a').conflict = { winner: 'aa:1', loser: 'aa:2', since: on.now }
    expect(on.refusal(queueRebuild, { spec: 'a', brief: doc('b'), reason: 'failed', override: false }, 'kernel')).toBe('conflict')
  })
})

describe('two answers that did not know of each other', () => {
  it('leave the first, also against an override, and dispute what rests on the other', () => {
    const [first, second] = pair(on => {
      on.submitted('a').did(openDecisions, { spec: on.spec('a').id, entries: [question(false)], origin: 'spec' }, 'agent:spec')
      return on
    })
    first.did(answerDecision, { spec: 'a', entry: '7.1', answer: 'a', override: false })
    second.did(answerDecision, { spec: 'a', entry: '7.1', answer: 'b', override: false })
    second.did(readySpec, { spec: first.spec('a').id, doc: doc('on b'), fields: fields() })
    first.meet(second)
    expect(Object.values(first.state.decisions.byId)).toMatchObject([{ answer: 'a', status: 'answered' }])
    expect(lost(first)).toContain('decision.answered')
    expect(first.spec('a').conflict).not.toBeNull()
  })

  it('leave a person\'s answer against an override of what the other clone had answered automatically', () => {
    const [first, second] = pair(on => on.submitted('a'))
    first.did(openDecisions, { spec: first.spec('a').id, entries: [question(false)], origin: 'spec' }, 'agent:spec')
    first.did(answerDecision, { spec: 'a', entry: '7.1', answer: 'a', override: false })
    second.did(openDecisions, { spec: first.spec('a').id, entries: [question(true)], origin: 'spec' }, 'agent:spec')
    second.did(answerDecision, { spec: 'a', entry: '7.1', answer: 'b', override: true })
    first.meet(second)
    expect(Object.values(first.state.decisions.byId)).toMatchObject([{ answer: 'a', status: 'answered' }])
    expect(lost(first)).toEqual(['decision.overridden'])
  })

  it('to a question that both found are answers to one question', () => {
    const [first, second] = pair(on => on.submitted('a'))
    for (const on of [first, second]) on.did(openDecisions, { spec: on.spec('a').id, entries: [question(false)], origin: 'spec' }, 'agent:spec')
    second.did(answerDecision, { spec: 'a', entry: '7.1', answer: 'b', override: false })
    first.meet(second)
    expect(Object.values(first.state.decisions.byId)).toMatchObject([{ answer: 'b', status: 'answered' }])
    expect(first.refusal(answerDecision, { spec: 'a', entry: '7.1', answer: 'a', override: false })).toBe('already-answered')
  })
})

describe('two judgements of one plan', () => {
  const plan = (on: Clone) => {
    on.ready('a').did(writePlan, {
      spec: on.spec('a').id, doc: doc('p'), feedback: null,
      plan: { strategy: 'segmented', segments: [{ title: 's', checkpoint: { id: 'c1', type: 'human-verify', title: 'x' } }], problems: [] },
    }, 'agent:builder')
    return on
  }

  it('leave the first, and report the other', () => {
    const [first, second] = pair(plan)
    first.did(rejectPlan, { spec: first.spec('a').id, by: 'ada', doc: doc('no') })
    second.did(validatePlan, { spec: first.spec('a').id, by: 'verifier' }, 'agent:verifier')
    first.meet(second)
    expect(first.spec('a').plan?.status).toBe('rejected')
    expect(lost(first)).toEqual(['plan.validated'])
  })

  it('clear a checkpoint once', () => {
    const [first, second] = pair(plan)
    first.did(clearCheckpoint, { spec: first.spec('a').id, id: 'c1', answer: 'fine' })
    second.did(clearCheckpoint, { spec: first.spec('a').id, id: 'c1', answer: 'not fine' })
    first.meet(second)
    expect(first.spec('a').plan?.cleared).toEqual([{ id: 'c1', answer: 'fine' }])
    expect(lost(first)).toEqual(['checkpoint.cleared'])
  })
})

describe('facts about the world', () => {
  it('never lose: a cost that turns out after a run was cancelled elsewhere is counted', () => {
    const [first, second] = pair(on => on.ready('a').claimed('a', 'build'))
    second.did(cancelRun, { run: second.live('a'), why: 'x' })
    first.pass(60_000).did(finishRun, { run: first.live('a'), ...ending, costUsd: 0.75, progress: false }, 'kernel')
    first.meet(second)
    expect(first.state.spending.entries).toMatchObject([{ usd: 0.75, known: true, actualUsd: 0.75 }])
  })

  it('count once: an effect that both wanted and one delivered is delivered', () => {
    const [first, second] = pair(on => on)
    for (const on of [first, second]) on.did(requestEffect, { kind: 'notify', dedupe: '__proto__', payload: {} }, 'kernel')
    const effect = Object.values(second.state.effects.byId)[0]!.id
    second.did(claimEffect, { effect, leaseMs: 1000 }, 'kernel')
    second.did(deliverEffect, { effect, receipt: 'done' }, 'kernel')
    first.meet(second)
    expect(Object.values(first.state.effects.byId)).toMatchObject([{ status: 'delivered' }])
  })
})

describe('names that every object has', () => {
  it('are names like any other', () => {
    const on = given().submitted('constructor')
    const events = on.events.map(event => (event.type === 'spec.submitted' ? { ...event, data: { ...event.data, name: '__proto__' } } : event))
    const state = foldEvents(initialState(), events)
    expect(Object.keys(state.specs.byName)).toEqual(['__proto__'])
    const later = foldEvents(JSON.parse(JSON.stringify(state)) as typeof state, [])
    expect(Object.keys(later.specs.byName)).toEqual(['__proto__'])
  })

  it('do not make a failed build look built by somebody', () => {
    const on = given().ready('a').claimed('a', 'build')
    on.did(failSpec, { spec: on.spec('a').id, attempt: 1, doc: doc('x'), score: null, by: 'builder', failedCriteria: [] }, 'agent:builder')
    expect(on.spec('a').builder).toBeNull()
  })
})
