/** Questions, their answers, and gates that are answered like questions. */
import { describe, expect, it } from 'vitest'
import { answerDecision, openDecisions } from '../../src/deciders/decisions.ts'
import { finishSegment, writePlan } from '../../src/deciders/plans.ts'
import { finishRun } from '../../src/deciders/runs.ts'
import { doc, ending, given, person } from './given.ts'
import type { Clone } from './given.ts'

const question = (entry: string, more: object = {}) =>
  ({ entry, question: `Which ${entry}?`, options: [{ id: 'a', text: 'one' }, { id: 'b', text: 'two' }], recommendation: null, reversibility: 'low', impact: 'governance', context: '', ...more }) as never
const soft = { reversibility: 'high', impact: 'cosmetic' }

const asked = (...entries: readonly never[]): Clone => {
  const on = given().submitted('a')
  on.did(openDecisions, { spec: on.spec('a').id, entries, origin: 'spec' }, 'agent:spec')
  return on
}
const decisions = (on: Clone) => Object.fromEntries(Object.values(on.state.decisions.byId).map(({ entry, status, answer }) => [entry, [status, answer]]))
const answer = (entry: string, words = 'b', override = false) => ({ spec: 'a', entry, answer: words, override })

describe('questions', () => {
  it('answer themselves when they are soft: by the recommendation, else by option (a)', () => {
    const on = asked(question('1', { ...soft, recommendation: '(b)' }), question('2', soft), question('3', { ...soft, impact: 'governance' }), question('4', { ...soft, options: [] }))
    expect(decisions(on)).toEqual({ 1: ['auto-resolved', 'b'], 2: ['auto-resolved', 'a'], 3: ['awaiting', null], 4: ['awaiting', null] })
  })

  it('stay hard when a tag is missing', () => {
    expect(decisions(asked(question('1', { reversibility: 'unclassified', impact: 'unclassified' })))).toEqual({ 1: ['awaiting', null] })
  })

  it('merge by their exact id: an answered one never reopens', () => {
    const on = asked(question('7.1'))
    on.did(answerDecision, answer('7.1'))
    const again = { spec: on.spec('a').id, entries: [question('7.1', { question: 'Again?' }), question('7.10')], origin: 'spec' as const }
    expect(on.did(openDecisions, again, 'agent:spec')).toEqual(['decision.opened'])
    expect(decisions(on)).toEqual({ '7.1': ['answered', 'b'], '7.10': ['awaiting', null] })
    expect(on.did(openDecisions, { ...again, entries: [question('7.1'), question('7.1')] }, 'agent:spec')).toEqual([])
  })
})

describe('answers', () => {
  it('change exactly the entry they name', () => {
    const on = asked(question('7.10'), question('7.1'))
    on.did(answerDecision, answer('7.1', '(B)'))
    expect(decisions(on)).toEqual({ '7.10': ['awaiting', null], '7.1': ['answered', 'b'] })
    expect(on.refusal(answerDecision, answer('7'))).toBe('entry-not-found')
    expect(on.refused(answerDecision, answer('7')).mend).toContain('7.10')
    expect(on.refusal(answerDecision, { ...answer('7.1'), spec: 'nobody' })).toBe('spec-not-found')
  })

  it('may be free text, but not empty', () => {
    const on = asked(question('1'))
    expect(on.refusal(answerDecision, answer('1', ' '))).toBe('answer-empty')
    on.did(answerDecision, answer('1', 'neither; awaiting-operator is a word'))
    expect(decisions(on)).toEqual({ 1: ['answered', 'neither; awaiting-operator is a word'] })
  })

  it('are refused the second time, and from anybody but a person', () => {
    const on = asked(question('1'))
    for (const actor of ['agent:spec', 'kernel', 'unknown', 'integration:tracker']) expect(on.refusal(answerDecision, answer('1'), actor)).toBe('person-only')
    on.did(answerDecision, answer('1'))
    expect(on.refusal(answerDecision, answer('1'))).toBe('already-answered')
    expect(on.refusal(answerDecision, answer('1', 'a', true))).toBe('not-automatic')
  })

  it('override an automatic one only when that is said, keeping what it replaced', () => {
    const on = asked(question('1', soft))
    expect(on.refusal(answerDecision, answer('1'))).toBe('already-answered')
    expect(on.did(answerDecision, answer('1', 'a', true))).toEqual([])
    const [draft] = on.decide(answerDecision, answer('1', 'x', true))
    expect(draft).toMatchObject({ type: 'decision.overridden', data: { answer: 'x', replaced: 'a' } })
    on.did(answerDecision, answer('1', 'x', true))
    expect(on.refusal(answerDecision, answer('1', 'y', true))).toBe('not-automatic')
  })

  it('end a run that was given other grounds', () => {
    const on = given().ready('a')
    on.did(openDecisions, { spec: on.spec('a').id, entries: [question('1', soft)], origin: 'spec' }, 'agent:spec')
    on.claimed('a', 'build')
    expect(on.did(answerDecision, answer('1', 'b', true))).toEqual(['run.cancelled', 'decision.overridden'])
    expect(on.spec('a').stage).toBe('ready')
  })

  it('make a fruitless advance worth trying again', () => {
    const on = asked(question('1'))
    on.spec('a').tries = { dispatch: 'advance', count: 3 }
    on.did(answerDecision, answer('1'))
    expect(on.spec('a').tries).toBeNull()
  })
})

describe('gates', () => {
  it('are entries only while they stand', () => {
    const on = given().ready('a')
    for (const entry of ['conflict', 'no-progress', 'retry-limit', 'constructor']) expect(on.refusal(answerDecision, answer(entry)), entry).toBe('entry-not-found')
    for (let time = 0; time < 3; time += 1) {
      on.claimed('a', 'build')
      on.did(finishRun, { run: on.live('a'), ...ending, progress: false }, 'kernel')
    }
    expect(on.spec('a').tries).toEqual({ dispatch: 'build', count: 3 })
    expect(on.did(answerDecision, answer('no-progress', 'retry'))).toEqual(['gate.lifted'])
    expect(on.spec('a').tries).toBeNull()
    expect(on.refusal(answerDecision, answer('no-progress', 'retry'))).toBe('entry-not-found')
  })

  it('at checkpoints of the plan are answered once execution has come to them', () => {
    const on = given().ready('a')
    const checkpoint = { id: 'c1', type: 'decision' as const, title: 'Which?' }
    on.did(writePlan, { spec: on.spec('a').id, doc: doc('plan'), plan: { strategy: 'decision-dependent', segments: [{ title: 's', checkpoint }, { title: 't', checkpoint: null }], problems: [] }, feedback: null }, 'agent:builder')
    expect(on.refusal(answerDecision, answer('c1'))).toBe('not-legal-now')
    on.claimed('a', 'execute')
    on.did(finishSegment, { spec: on.spec('a').id, index: 0, doc: null, commit: null }, 'agent:builder')
    on.finished('a')
    expect(on.did(answerDecision, answer('c1', 'go on'), person)).toEqual(['checkpoint.cleared'])
    expect(on.refusal(answerDecision, answer('c1'))).toBe('already-answered')
    expect(on.refusal(answerDecision, answer('c2'))).toBe('entry-not-found')
  })
})
