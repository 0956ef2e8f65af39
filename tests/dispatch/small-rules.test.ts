/** The parts the planner is made of: scopes, schedules, outcomes. */
import fc from 'fast-check'
import picomatch from 'picomatch'
import { beforeAll, describe, expect, it } from 'vitest'
import { scopesOverlap } from '../../src/dispatch/scopes.ts'
import { failuresOf, resultOf } from '../../src/dispatch/outcome.ts'
import { dueSchedules } from '../../src/dispatch/schedules.ts'
import type { RunOutcome } from '../../src/agents/run.ts'
import { given } from './given.ts'

describe('scopes', () => {
  it('are disjoint only when their beginnings part ways', () => {
    expect(scopesOverlap(['src/a/**'], ['src/b/**'])).toBe(false)
    expect(scopesOverlap(['src/a/**'], ['src/**'])).toBe(true)
    expect(scopesOverlap(['**/*.css'], ['src/**'])).toBe(true)
    expect(scopesOverlap(['./docs/'], ['/docs/x.md'])).toBe(true)
    expect(scopesOverlap(['docs/../src'], ['docs/x'])).toBe(true)
    expect(scopesOverlap(['README.md'], ['readme.md'])).toBe(true)
    expect(scopesOverlap([], ['src/**'])).toBe(true)
  })

  it('are never called disjoint when one path matches both', () => {
    const part = fc.constantFrom('a', 'b', 'ab', '*', '**', 'a*', '{a,b}', '?', '[ab]', '!(a)', '+(a|b)')
    const glob = fc.array(part, { minLength: 1, maxLength: 4 }).map(parts => parts.join('/'))
    const path = fc.array(fc.constantFrom('a', 'b', 'ab'), { minLength: 1, maxLength: 4 }).map(parts => parts.join('/'))
    fc.assert(fc.property(glob, glob, path, (first, second, file) => {
      if (picomatch.isMatch(file, first) && picomatch.isMatch(file, second)) expect(scopesOverlap([first], [second])).toBe(true)
    }), { numRuns: 2000 })
  })
})

describe('schedules', () => {
  beforeAll(() => { process.env.TZ = 'UTC' })
  const hourly = 'agents: { ops: { heartbeat: "0 * * * *" } }\n'
  const only = (history: ReturnType<typeof given>, now: string, since: string) => dueSchedules(history.state, history.config, now, since).filter(({ agent }) => agent === 'ops')

  it('are due once for each time, however often one looks, and once for all that was missed', () => {
    const history = given(hourly)
    const since = '2026-11-20T09:30:00.000Z'
    expect(only(history, '2026-11-20T09:59:59.999Z', since)).toEqual([])
    expect(only(history, '2026-11-20T10:00:00.000Z', since)).toEqual([{ agent: 'ops', due: '2026-11-20T10:00:00.000Z' }])
    history.event('schedule.fired', { agent: 'ops', due: '2026-11-20T10:00:00.000Z' }, { stream: 'schedule/ops' })
    expect(only(history, '2026-11-20T10:00:00.500Z', since)).toEqual([])
    expect(only(history, '2026-11-20T14:20:00.000Z', since)).toEqual([{ agent: 'ops', due: '2026-11-20T14:00:00.000Z' }])
  })
})

describe('how a start ends', () => {
  const run = (item: RunOutcome['item'], outcome: RunOutcome['outcome']): RunOutcome => ({ run: 'r', agent: 'builder', dispatch: 'build', item, outcome, quiet: false, progress: true, fault: null, message: '', durationMs: 1, reply: '' })
  const ending = (more: Partial<Parameters<typeof resultOf>[0]>) => resultOf({ steps: 1, runs: [], gates: [], candidates: [], refused: [], busy: [], interrupted: false, limited: false, ...more })

  it('forgives a failure that a later run of the same item made good', () => {
    expect(failuresOf([run('w:1', 'failed'), run('w:1', 'finished')])).toEqual([])
    expect(ending({ runs: [run('w:1', 'finished'), run('w:2', 'failed')] }).exitCode).toBe(4)
    expect(ending({ runs: [run('w:2', 'timed-out')] }).exitCode).toBe(5)
    expect(ending({ runs: [run('w:1', 'finished')] })).toMatchObject({ exitCode: 0, outcome: 'idle' })
  })

  it('says that a person is needed before it says that a run failed', () => {
    const history = given()
    history.asked(history.draft('a'), '7.1')
    const { candidates, gates } = history.plan()
    expect(ending({ candidates, gates, runs: [run('w:2', 'failed')] })).toMatchObject({ outcome: 'gated', exitCode: 3 })
    expect(ending({ interrupted: true, candidates })).toMatchObject({ outcome: 'interrupted', exitCode: 130 })
  })

  it('does not call work of another process a gate', () => {
    const history = given()
    history.claim('draft', 'spec', { spec: history.intent('a') })
    const { candidates, gates } = history.plan()
    expect(ending({ steps: 0, candidates, gates, busy: ['run-w1-3'] })).toMatchObject({ outcome: 'idle', exitCode: 0, busy: ['run-w1-3'] })
  })
})
