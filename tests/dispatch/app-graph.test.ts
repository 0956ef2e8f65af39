/** Apps: plan, validate in a bounded number of rounds, execute by strategy, stop at checkpoints. */
import { describe, expect, it } from 'vitest'
import { defaultGsdYaml } from '../../src/config/defaults/gsd-yaml.ts'
import { given } from './given.ts'
import type { History } from './given.ts'

const app = (change: (text: string) => string = text => text): readonly { path: string; text: string }[] => [{ path: 'apps/gsd.yaml', text: change(defaultGsdYaml) }]
const withoutValidation = (text: string): string => text.replace('planValidation: { type: switch, default: on }', 'planValidation: { type: switch, default: off }')
const autoApprove = (text: string): string => withoutValidation(text).replace('default: interactive', 'default: auto-approve')

const planning = (change?: (text: string) => string): { history: History; spec: `${string}:${number}` } => {
  const history = given('apps: { default: gsd }\n', app(change))
  return { history, spec: history.ready('a') }
}

const checkpoint = (id: string, type: 'human-verify' | 'decision' | 'human-action') => ({ id, type, title: `about ${id}` })

describe('planning', () => {
  it('comes before building where the app says so, and not where there is no app', () => {
    expect(planning().history.dispatchable()).toEqual(['plan a'])
    const plain = given('', app())
    plain.ready('b')
    plain.ready('c', { app: 'gsd' })
    expect(plain.dispatchable()).toEqual(['build b', 'plan c'])
  })

  it('is judged by a verifier, sent back, and gated when the rounds are used up', () => {
    const { history, spec } = planning()
    for (let round = 1; round <= 3; round += 1) {
      history.planned(spec)
      expect(history.plan().candidates).toEqual([expect.objectContaining({ dispatch: 'validate', agent: 'verifier', blocked: [] })])
      history.event('plan.rejected', { round, by: 'agent:verifier', doc: history.state.specs.byId[spec]!.doc }, { item: spec })
      expect(history.candidate('a')).toMatchObject({ dispatch: 'plan', agent: 'builder' })
      expect(history.codes('a')).toEqual(round < 3 ? [] : ['retry-limit'])
    }
    history.event('gate.lifted', { kind: 'retry-limit', answer: 'again' }, { item: spec, actor: 'human:ada' })
    expect(history.dispatchable()).toEqual(['plan a'])
  })

  it('goes straight to execution without validation, and after it with', () => {
    const off = planning(withoutValidation)
    off.history.planned(off.spec)
    expect(off.history.dispatchable()).toEqual(['execute a'])
    const on = planning()
    on.history.planned(on.spec)
    on.history.event('plan.validated', { round: 1, by: 'agent:verifier' }, { item: on.spec })
    expect(on.history.dispatchable()).toEqual(['execute a'])
  })

  it('waits, with a reason, when the spec names an app that is not there', () => {
    const history = given()
    history.ready('a', { app: 'nowhere' })
    expect(history.candidate('a')?.blocked[0]).toMatchObject({ code: 'waiting', mend: 'factory apps' })
  })
})

describe('execution', () => {
  it('is one run without checkpoints', () => {
    const { history, spec } = planning(withoutValidation)
    history.planned(spec, { segments: [{ title: 'one', checkpoint: null }, { title: 'two', checkpoint: null }] })
    expect(history.candidate('a')).toMatchObject({ dispatch: 'execute', segment: null })
  })

  it('is a run for each segment, which stops for a look where a person wants to be asked', () => {
    const { history, spec } = planning(withoutValidation)
    history.planned(spec, { strategy: 'segmented', segments: [{ title: 'one', checkpoint: checkpoint('c1', 'human-verify') }, { title: 'two', checkpoint: null }] })
    expect(history.candidate('a')).toMatchObject({ segment: 0, blocked: [] })
    history.executed(spec, 0)
    expect(history.candidate('a')?.blocked).toEqual([expect.objectContaining({ code: 'plan-checkpoint', mend: 'factory decide a --entry c1 --answer TEXT' })])
    history.event('checkpoint.cleared', { id: 'c1', answer: 'fine' }, { item: spec, actor: 'human:ada' })
    expect(history.candidate('a')).toMatchObject({ segment: 1, blocked: [] })
  })

  it('passes a look by itself in auto-approve mode, but never a decision or an action', () => {
    for (const type of ['human-verify', 'decision', 'human-action'] as const) {
      const { history, spec } = planning(autoApprove)
      history.planned(spec, { strategy: type === 'human-verify' ? 'segmented' : 'decision-dependent', segments: [{ title: 'one', checkpoint: checkpoint('c1', type) }, { title: 'two', checkpoint: null }] })
      history.executed(spec, 0)
      expect(history.codes('a')).toEqual(type === 'human-verify' ? [] : ['plan-checkpoint'])
    }
  })

  it('goes on where it stood after a crash in the middle of a segment', () => {
    const { history, spec } = planning(withoutValidation)
    history.planned(spec, { strategy: 'segmented', segments: [{ title: 'one', checkpoint: null }, { title: 'two', checkpoint: checkpoint('c1', 'human-verify') }, { title: 'three', checkpoint: null }] })
    history.executed(spec, 0)
    const run = history.claim('execute', 'builder', { spec, segment: 1 })
    expect(history.candidate('a')).toMatchObject({ dispatch: 'execute', segment: 1 })
    history.event('run.abandoned', { why: 'gone' }, { item: history.state.runs.live[run]!.item, run })
    expect(history.dispatchable()).toEqual(['execute a'])
    expect(history.candidate('a')).toMatchObject({ segment: 1 })
  })
})
