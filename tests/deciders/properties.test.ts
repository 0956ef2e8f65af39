/** What must always hold, whatever anybody tries, on one clone and on two that meet now and then. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Refusal } from '../../src/error.ts'
import type { FactoryEvent } from '../../src/events/types.ts'
import { isOver, stages } from '../../reducers/reducing.ts'
import type { Stage } from '../../reducers/reducing.ts'
import type { State } from '../../reducers/state.ts'
import { findSpec, isWaiting } from '../../reducers/spec-names.ts'
import { given } from './given.ts'
import type { Clone } from './given.ts'
import { configured, take, turn } from './histories.ts'

/** The rules in their simplest form, on nothing but event types: what a history of one clone should come to. */
interface Model { stage: Stage; attempt: number; from: Stage; builder: string | null }
const nextStage: Partial<Record<FactoryEvent['type'], Stage>> = {
  'spec.drafted': 'drafting', 'spec.readied': 'ready', 'plan.written': 'planning', 'build.submitted': 'review', 'spec.verified': 'verified', 'spec.failed': 'failed', 'rebuild.queued': 'ready',
  'spec.resolved': 'resolved', 'spec.documented': 'documented', 'spec.withdrawn': 'withdrawn',
}
const legalFrom: Partial<Record<FactoryEvent['type'], readonly Stage[]>> = {
  'spec.drafted': ['inbox', 'drafting'], 'spec.readied': ['inbox', 'drafting'], 'plan.written': ['ready', 'planning'], 'build.submitted': ['building'], 'spec.verified': ['review'],
  'spec.failed': ['review', 'verified', 'building'], 'rebuild.queued': ['failed'], 'spec.resolved': ['failed'], 'spec.documented': ['verified'],
  'spec.withdrawn': stages.filter(stage => !isOver(stage)),
}

function follow(models: Map<string, Model>, event: FactoryEvent): void {
  if (event.type === 'spec.submitted') return void models.set(event.item, { stage: 'inbox', attempt: 0, from: 'inbox', builder: null })
  if (event.type.startsWith('run.')) return followRun(models, event)
  const model = models.get(event.item)
  const to = nextStage[event.type]
  if (model === undefined || to === undefined) return
  expect(legalFrom[event.type], `${event.type} while ${model.stage}`).toContain(model.stage)
  if (event.type === 'rebuild.queued') expect(event.data.attempt).toBe(++model.attempt)
  if (event.type === 'build.submitted' || event.type === 'spec.verified' || event.type === 'spec.failed') expect(event.data.attempt).toBe(model.attempt)
  Object.assign(model, { stage: to, builder: null })
}

function followRun(models: Map<string, Model>, event: FactoryEvent): void {
  if (event.type === 'run.claimed') {
    const model = models.get(event.data.spec ?? '')
    if (model === undefined || (event.data.dispatch !== 'build' && event.data.dispatch !== 'execute')) return
    expect(['ready', 'planning']).toContain(model.stage)
    Object.assign(model, { from: model.stage, stage: 'building', attempt: Math.max(1, model.attempt), builder: event.run })
    return
  }
  if (event.type === 'run.started') return
  for (const model of models.values()) if (model.builder === event.run && model.stage === 'building') Object.assign(model, { stage: model.from, builder: null })
}

/** Every verdict was given inside a verifier's run on the same attempt of the same spec, by that run's agent. */
function requireVerifiers(events: readonly FactoryEvent[]): void {
  const live = new Map<string, Extract<FactoryEvent, { type: 'run.claimed' }>>()
  for (const event of events) {
    if (event.type === 'run.claimed' && event.run !== undefined) live.set(event.run, event)
    else if (event.type.startsWith('run.') && event.type !== 'run.started' && event.run !== undefined) live.delete(event.run)
    if (event.type !== 'spec.verified') continue
    const judge = [...live.values()].find(({ data }) => data.dispatch === 'verify' && data.spec === event.item && data.attempt === event.data.attempt && event.actor === `agent:${data.agent}`)
    expect(judge, `spec.verified of ${event.item}`).toBeDefined()
  }
}

function requireOneLease(state: State): void {
  const holds = Object.values(state.runs.live).flatMap(run => (run.spec ?? run.subject) === null ? [] : [`${run.writer} ${run.spec ?? run.subject ?? ''}`])
  expect(new Set(holds).size).toBe(holds.length)
}

function requireOneTurnPerName(state: State): void {
  for (const name of Object.keys(state.specs.byName)) {
    const begun = Object.values(state.specs.byId).filter(spec => spec.name === name && !isOver(spec.stage) && !isWaiting(state.specs, spec))
    expect(begun.length).toBeLessThanOrEqual(1)
    expect(findSpec(state.specs, name)?.name).toBe(name)
  }
}

const answers = (state: State) => new Map(Object.values(state.decisions.byId).filter(({ status }) => status !== 'awaiting').map(decision => [decision.id, decision]))
const attempts = (state: State) => new Map(Object.values(state.specs.byId).map(spec => [spec.id, spec.attempt]))

/** Nothing that was known before has gone back. */
function requireOnward(before: { answers: ReturnType<typeof answers>; attempts: ReturnType<typeof attempts> }, state: State): void {
  for (const [id, attempt] of before.attempts) expect(state.specs.byId[id]?.attempt).toBeGreaterThanOrEqual(attempt)
  for (const [id] of before.answers) expect(state.decisions.byId[state.decisions.twins[id] ?? id]?.status, 'an answer reopened').not.toBe('awaiting')
}

describe('whatever anybody tries', () => {
  it('a history of one clone follows the rules, and comes to what they say', () => {
    const reached = new Set<string>()
    fc.assert(fc.property(fc.array(turn, { minLength: 20, maxLength: 90 }), turns => {
      const on = given(configured())
      const models = new Map<string, Model>()
      let known = { answers: answers(on.state), attempts: attempts(on.state) }
      let followed = on.events.length
      for (const one of turns) {
        take(on, one)
        for (const event of on.events.slice(followed)) follow(models, event)
        followed = on.events.length
        for (const [id, model] of models) expect([on.state.specs.byId[id as never]?.stage, on.state.specs.byId[id as never]?.attempt]).toEqual([model.stage, model.attempt])
        requireOnward(known, on.state)
        for (const [id, { status, answer }] of known.answers) if (status !== 'auto-resolved') expect(on.state.decisions.byId[id]?.answer).toBe(answer)
        requireOneLease(on.state)
        requireOneTurnPerName(on.state)
        known = { answers: answers(on.state), attempts: attempts(on.state) }
        for (const { stage } of models.values()) reached.add(stage)
      }
      requireVerifiers(on.events)
      expect(on.state.conflicts).toEqual([])
    }), { numRuns: 250 })
    expect([...reached].sort(), 'histories that do not get far prove little').toEqual([...stages].sort())
  })

  it('two clones that meet have the same state, at most one lease each per item, and nothing gone back', () => {
    let contested = 0
    fc.assert(fc.property(fc.array(fc.oneof({ weight: 9, arbitrary: turn }, { weight: 1, arbitrary: fc.constant('meet' as const) }), { minLength: 10, maxLength: 70 }), turns => {
      const first = given(configured())
      const clones: readonly [Clone, Clone] = [first, first.cloned('bb')]
      const meet = (): void => {
        const before = clones.map(({ state }) => ({ answers: answers(state), attempts: attempts(state) }))
        clones[0].meet(clones[1])
        expect(clones[0].state).toEqual(clones[1].state)
        for (const known of before) requireOnward(known, clones[0].state)
        requireOneLease(clones[0].state)
        requireOneTurnPerName(clones[0].state)
      }
      for (const one of turns) {
        if (one === 'meet') meet()
        else take(clones[one.clone === 0 ? 0 : 1], one)
      }
      meet()
      contested += clones[0].state.conflicts.length
      for (const spec of Object.values(clones[0].state.specs.byId)) expect(stages).toContain(spec.stage)
    }), { numRuns: 250 })
    expect(contested, 'clones that never contest anything prove little').toBeGreaterThan(0)
  })

  it('a refusal says what to do next, and writes nothing', () => {
    fc.assert(fc.property(fc.array(turn, { minLength: 5, maxLength: 40 }), turns => {
      const on = given(configured()).submitted('a')
      for (const one of turns.filter(({ move }) => move !== 'submit')) {
        const before = JSON.stringify(on.state)
        const result = take(on, one)
        if (!(result instanceof Refusal)) continue
        expect(JSON.stringify(on.state)).toBe(before)
        expect(result.message).toMatch(/[.!?]$/)
        expect(result.mend ?? '').not.toBe('')
      }
    }), { numRuns: 60 })
  })
})
