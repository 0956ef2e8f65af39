/** Plans, builds, verdicts and rebuilds. */
import { describe, expect, it } from 'vitest'
import { failSpec, recordCriteria, submitBuild, verifySpec } from '../../src/deciders/builds.ts'
import { answerDecision } from '../../src/deciders/decisions.ts'
import { requestDelivery, failDelivery, finishDelivery, supersedeDelivery } from '../../src/deciders/deliveries.ts'
import { clearCheckpoint, finishSegment, reachCheckpoint, rejectPlan, validatePlan, writePlan } from '../../src/deciders/plans.ts'
import { queueRebuild, rebuildAllowed, resolveFailure } from '../../src/deciders/rebuilds.ts'
import { documentSpec } from '../../src/deciders/specs.ts'
import { criterion, doc, given, passed, person } from './given.ts'
import type { Clone } from './given.ts'

const build = (on: Clone, more: object = {}) => ({ spec: on.spec('a').id, attempt: on.spec('a').attempt, report: doc('report'), notes: null, commit: 'c', base: 'b', ...more })
const verdict = (on: Clone, more: object = {}) => ({ spec: on.spec('a').id, attempt: on.spec('a').attempt, doc: doc('good'), score: 9, commit: 'c', by: { dispatch: 'verify' }, ...more })
const failure = (on: Clone, more: object = {}) => ({ spec: on.spec('a').id, attempt: on.spec('a').attempt, doc: doc('bad'), score: 3, by: 'verifier' as const, failedCriteria: [], ...more })
const rebuild = (more: object = {}) => ({ spec: 'a', brief: doc('brief'), reason: 'failed' as const, override: false, ...more })

describe('a build', () => {
  it('is handed over by the run that made it, on its attempt', () => {
    const on = given().ready('a')
    expect(on.refusal(submitBuild, build(on), 'agent:builder')).toBe('not-legal-now')
    on.claimed('a', 'build')
    expect(on.spec('a')).toMatchObject({ stage: 'building', attempt: 1 })
    expect(on.refusal(submitBuild, build(on), person)).toBe('run-only')
    expect(on.refusal(submitBuild, build(on), 'agent:verifier')).toBe('run-only')
    expect(on.refusal(submitBuild, build(on, { attempt: 2 }), 'agent:builder')).toBe('attempt-stale')
    expect(on.did(submitBuild, build(on), 'agent:builder')).toEqual(['build.submitted'])
    expect(on.did(submitBuild, build(on), 'agent:builder')).toEqual([])
    expect(on.finished('a').spec('a').stage).toBe('review')
  })

  it('that its builder calls impossible is failed, and nobody counts as building it', () => {
    const on = given().ready('a').claimed('a', 'build')
    expect(on.did(failSpec, failure(on, { by: 'builder' }), 'agent:builder')).toEqual(['spec.failed'])
    expect(on.finished('a').spec('a')).toMatchObject({ stage: 'failed', builder: null })
  })
})

describe('a verdict', () => {
  it('comes from a verifier\'s run on the same attempt and from nobody else', () => {
    const on = given().ready('a').inReview('a')
    for (const actor of [person, 'kernel', 'agent:verifier', 'agent:builder']) expect(on.refusal(verifySpec, verdict(on), actor)).toBe('verifier-only')
    on.claimed('a', 'reflect', 'verifier')
    expect(on.refusal(verifySpec, verdict(on), 'agent:verifier'), 'a run of another dispatch').toBe('verifier-only')
    on.finished('a').claimed('a', 'verify', 'verifier')
    for (const actor of [person, 'agent:builder']) expect(on.refusal(verifySpec, verdict(on), actor)).toBe('verifier-only')
    expect(on.refusal(verifySpec, verdict(on, { by: { dispatch: 'reflect' } }), 'agent:verifier')).toBe('verifier-only')
    expect(on.refusal(verifySpec, verdict(on, { attempt: 2 }), 'agent:verifier')).toBe('attempt-stale')
    expect(on.did(verifySpec, verdict(on), 'agent:verifier')).toEqual(['spec.verified'])
  })

  it('is not good while a criterion failed or was not run', () => {
    const on = given().ready('a', { criteria: [criterion('c1'), criterion('c2')] }).inReview('a').claimed('a', 'verify', 'verifier')
    const { id } = on.spec('a')
    expect(on.refusal(recordCriteria, { spec: id, results: [passed('c9')] }, 'kernel')).toBe('criterion-unknown')
    on.did(recordCriteria, { spec: id, results: [passed('c1')] }, 'kernel')
    expect(on.refusal(verifySpec, verdict(on), 'agent:verifier')).toBe('criteria-missing')
    on.did(recordCriteria, { spec: id, results: [passed('c2', false)] }, 'kernel')
    expect(on.refusal(verifySpec, verdict(on), 'agent:verifier')).toBe('criteria-failed')
    on.did(failSpec, failure(on, { by: 'criteria', failedCriteria: ['c2'] }), 'agent:verifier')
    expect(on.spec('a').attempts).toMatchObject([{ verdict: 'failed', by: 'criteria', failedCriteria: ['c2'] }])
  })

  it('of an earlier attempt does not count for the next: results start anew with each build', () => {
    const on = given().ready('a', { criteria: [criterion('c1')] }).inReview('a').judged('a', 'failed')
    on.did(queueRebuild, rebuild())
    on.inReview('a').claimed('a', 'verify', 'verifier')
    expect(on.refusal(verifySpec, verdict(on), 'agent:verifier')).toBe('criteria-missing')
  })

  it('given twice is one verdict', () => {
    const on = given().failed('a')
    expect(on.did(failSpec, failure(on, { doc: doc('bad 1') }), 'agent:verifier')).toEqual([])
  })
})

describe('a rebuild', () => {
  it('is queued once; again is the second documented outcome', () => {
    const on = given().failed('a')
    expect(on.did(queueRebuild, rebuild())).toEqual(['rebuild.queued'])
    expect(on.spec('a')).toMatchObject({ stage: 'ready', attempt: 2 })
    expect(on.refused(queueRebuild, rebuild())).toMatchObject({ code: 'already-queued', exitCode: 2 })
    on.claimed('a', 'build')
    expect(on.refused(queueRebuild, rebuild())).toMatchObject({ code: 'already-queued', exitCode: 2 })
  })

  it('names what is missing where nothing failed', () => {
    const on = given().submitted('a')
    expect(on.refused(queueRebuild, rebuild()).message).toContain('specs/archive/a.md and tasks/failed/a.md')
    const other = given().ready('a').inReview('a')
    expect(other.refused(queueRebuild, rebuild())).toMatchObject({ code: 'not-failed', exitCode: 1 })
    expect(other.refused(queueRebuild, rebuild()).message).toContain('tasks/failed/a.md is missing')
  })

  it('is allowed three times, then only by a person who says so, and that is recorded', () => {
    const on = given().failed('a')
    for (let time = 0; time < 3; time += 1) {
      expect(rebuildAllowed(on.state, on.spec('a'), on.config)).toBe(true)
      on.did(queueRebuild, rebuild(), 'kernel')
      on.inReview('a').judged('a', 'failed')
    }
    expect(on.spec('a').attempt).toBe(4)
    expect(rebuildAllowed(on.state, on.spec('a'), on.config)).toBe(false)
    expect(on.refused(queueRebuild, rebuild(), 'kernel')).toMatchObject({ code: 'retry-limit', exitCode: 3 })
    expect(on.refusal(queueRebuild, rebuild({ override: true }), 'kernel')).toBe('person-only')
    expect(on.decide(queueRebuild, rebuild({ override: true }))).toMatchObject([{ data: { override: true, attempt: 5 } }])
    expect(on.did(answerDecision, { spec: 'a', entry: 'retry-limit', answer: 'once more', override: false })).toEqual(['gate.lifted'])
    expect(on.did(queueRebuild, rebuild(), 'kernel')).toEqual(['rebuild.queued'])
    on.inReview('a').judged('a', 'failed')
    expect(on.refusal(queueRebuild, rebuild(), 'kernel')).toBe('retry-limit')
  })

  it('does not record an override that was not needed', () => {
    const on = given().failed('a')
    expect(on.decide(queueRebuild, rebuild({ override: true }))).toMatchObject([{ data: { override: false } }])
  })

  it('that is verified closes the earlier reports', () => {
    const on = given().failed('a')
    on.did(queueRebuild, rebuild())
    on.inReview('a').judged('a', 'verified')
    expect(on.spec('a').attempts.map(({ verdict: word, resolution }) => [word, resolution?.by])).toEqual([['failed', 'rebuild'], ['verified', undefined]])
  })
})

describe('resolving', () => {
  it('closes a failure for a reason, by a person', () => {
    const on = given().failed('a')
    expect(on.refusal(resolveFailure, { spec: 'a', reason: ' ' })).toBe('reason-missing')
    expect(on.refusal(resolveFailure, { spec: 'a', reason: 'x' }, 'agent:reviewer')).toBe('person-only')
    on.did(resolveFailure, { spec: 'a', reason: 'not worth it' })
    expect(on.spec('a')).toMatchObject({ stage: 'resolved', attempts: [{ resolution: { by: 'manual', reason: 'not worth it' } }] })
    expect(on.did(resolveFailure, { spec: 'a', reason: 'x' })).toEqual([])
    expect(given().submitted('a').refusal(resolveFailure, { spec: 'a', reason: 'x' })).toBe('not-failed')
  })
})

const checkpoint = (id: string, type: 'human-verify' | 'decision' = 'human-verify') => ({ title: `until ${id}`, checkpoint: { id, type, title: 'Look' } })
const plan = (on: Clone, more: object = {}, text = 'plan') =>
  ({ spec: on.spec('a').id, doc: doc(text), feedback: null, plan: { strategy: 'segmented' as const, segments: [checkpoint('c1'), checkpoint('c2', 'decision'), { title: 'end', checkpoint: null }], problems: [], ...more } })

describe('a plan', () => {
  it('is written, sent back and written again in rounds', () => {
    const on = given().ready('a')
    const { id } = on.spec('a')
    expect(on.did(writePlan, plan(on), 'agent:builder')).toEqual(['plan.written'])
    expect(on.did(writePlan, plan(on), 'agent:builder')).toEqual([])
    expect(on.did(rejectPlan, { spec: id, by: 'verifier', doc: doc('why') }, 'agent:verifier')).toEqual(['plan.rejected'])
    expect(on.refusal(validatePlan, { spec: id, by: 'verifier' }, 'agent:verifier')).toBe('not-legal-now')
    on.did(writePlan, plan(on, {}, 'better'), 'agent:builder')
    expect(on.spec('a').plan).toMatchObject({ round: 2, status: 'written' })
    on.did(validatePlan, { spec: id, by: 'verifier' }, 'agent:verifier')
    expect(on.did(validatePlan, { spec: id, by: 'verifier' }, 'agent:verifier')).toEqual([])
  })

  it('that could not be read whole is sent back at once', () => {
    const on = given().ready('a')
    expect(on.did(writePlan, plan(on, { problems: ['no title'] }), 'agent:builder')).toEqual(['plan.written', 'plan.rejected'])
    expect(on.spec('a').plan).toMatchObject({ status: 'rejected', problems: ['no title'] })
  })

  it('is executed segment by segment, in order, by runs', () => {
    const on = given().ready('a')
    on.did(writePlan, plan(on), 'agent:builder')
    on.claimed('a', 'execute')
    const done = (index: number) => ({ spec: on.spec('a').id, index, doc: null, commit: null })
    expect(on.refusal(finishSegment, done(1), 'agent:builder')).toBe('not-legal-now')
    expect(on.refusal(finishSegment, done(0), person)).toBe('run-only')
    on.did(finishSegment, done(0), 'agent:builder')
    expect(on.did(finishSegment, done(0), 'agent:builder')).toEqual([])
    on.did(reachCheckpoint, { spec: on.spec('a').id, id: 'c1' }, 'agent:builder')
    expect(on.did(reachCheckpoint, { spec: on.spec('a').id, id: 'c1' }, 'agent:builder')).toEqual([])
    expect(on.finished('a').spec('a')).toMatchObject({ stage: 'planning', plan: { standing: { id: 'c1' } } })
  })

  it('lets policy waive a look, but neither an agent nor policy answer a decision', () => {
    const on = given().ready('a')
    on.did(writePlan, plan(on), 'agent:builder')
    const { id: spec } = on.spec('a')
    expect(on.refusal(clearCheckpoint, { spec, id: 'c1', answer: 'ok' }, 'agent:builder')).toBe('person-only')
    expect(on.did(clearCheckpoint, { spec, id: 'c1', answer: 'policy' }, 'kernel')).toEqual(['checkpoint.cleared'])
    expect(on.did(clearCheckpoint, { spec, id: 'c1', answer: 'policy' }, 'kernel')).toEqual([])
    expect(on.refused(clearCheckpoint, { spec, id: 'c2', answer: 'x' }, 'kernel')).toMatchObject({ code: 'person-only', exitCode: 3 })
    expect(on.refusal(clearCheckpoint, { spec, id: 'c3', answer: 'x' })).toBe('entry-not-found')
  })

  it('of an earlier attempt is gone after a rebuild', () => {
    const on = given().ready('a')
    on.did(writePlan, plan(on), 'agent:builder')
    on.claimed('a', 'execute')
    on.did(failSpec, failure(on, { by: 'builder' }), 'agent:builder')
    on.finished('a').did(queueRebuild, rebuild())
    expect(on.spec('a')).toMatchObject({ stage: 'ready', plan: null, attempt: 2 })
  })
})

describe('a delivery', () => {
  it('is of a verified change, asked for once, told once and superseded by a rebuild', () => {
    const on = given().ready('a')
    const wanted = { spec: on.spec('a').id, project: 'p', branch: 'factory/a', commit: 'c1', target: 'main', mode: 'merge' as const }
    expect(on.refusal(requestDelivery, wanted, 'kernel')).toBe('not-legal-now')
    on.inReview('a').judged('a', 'verified')
    expect(on.refusal(finishDelivery, { spec: wanted.spec, how: 'merged', commit: 'm' }, 'kernel')).toBe('not-legal-now')
    on.did(requestDelivery, wanted, 'kernel')
    expect(on.did(requestDelivery, wanted, 'kernel')).toEqual([])
    const dirty = { spec: wanted.spec, why: 'dirty' as const, paths: ['x'], detail: 'x is changed' }
    expect(on.did(failDelivery, dirty, 'kernel')).toEqual(['delivery.failed'])
    expect(on.did(failDelivery, dirty, 'kernel')).toEqual([])
    expect(on.did(requestDelivery, wanted, 'kernel')).toEqual(['delivery.requested'])
    on.did(failSpec, failure(on, { by: 'conflict' }), 'kernel')
    on.did(queueRebuild, rebuild({ reason: 'conflict' }), 'kernel')
    expect(on.spec('a').delivery?.status).toBe('superseded')
    expect(on.did(supersedeDelivery, { spec: wanted.spec, by: null }, 'kernel')).toEqual([])
  })

  it('that is done stays done', () => {
    const on = given().ready('a').inReview('a').judged('a', 'verified')
    const { id: spec } = on.spec('a')
    on.did(requestDelivery, { spec, project: 'p', branch: 'b', commit: 'c1', target: 'main', mode: 'merge' }, 'kernel')
    on.did(documentSpec, { spec }, 'agent:librarian')
    on.did(finishDelivery, { spec, how: 'fast-forward', commit: 'c1' }, 'kernel')
    expect(on.did(finishDelivery, { spec, how: 'merged', commit: 'c1' }, 'kernel')).toEqual([])
    expect(on.refusal(failDelivery, { spec, why: 'error', paths: [], detail: '' }, 'kernel')).toBe('not-legal-now')
  })
})
