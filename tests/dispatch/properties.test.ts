/** What must hold for any history whatsoever. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defaultGsdYaml } from '../../src/config/defaults/gsd-yaml.ts'
import { dispatchers } from '../../src/dispatch/dispatchers.ts'
import { inOrder } from '../../src/dispatch/order.ts'
import type { ItemId } from '../../src/events/types.ts'
import { given, here } from './given.ts'
import type { History } from './given.ts'

type Step = readonly [kind: number, which: number, detail: number]
const names = ['a', 'b', 'c']
const dispatches = ['draft', 'advance', 'plan', 'validate', 'build', 'execute', 'verify', 'document'] as const

/** Any event on any item, legal or not: merges may bring all of them. */
function apply(history: History, [kind, which, detail]: Step): void {
  const specs = Object.keys(history.state.specs.byId) as ItemId[]
  const spec = specs[which % Math.max(1, specs.length)]
  const live = Object.keys(history.state.runs.live)
  const run = live[which % Math.max(1, live.length)]
  if (spec === undefined || kind === 0) { history.intent(names[which % 3]!, { app: detail % 2 === 0 ? 'gsd' : null, priority: detail % 4 || null, project: detail % 3 === 0 ? 'shop' : null }, 1 + (detail % 2)); return }
  const actions: readonly (() => void)[] = [
    () => history.drafted(spec), () => history.readied(spec), () => history.built(spec),
    () => history.judged(spec, detail % 2 === 0 ? 'verified' : 'failed'), () => history.rebuilt(spec),
    () => history.planned(spec, { strategy: 'segmented', segments: [{ title: 'x', checkpoint: { id: 'c1', type: 'human-verify', title: 't' } }, { title: 'y', checkpoint: null }] }),
    () => history.executed(spec, detail % 2),
    () => { history.claim(dispatches[detail % dispatches.length]!, 'builder', { spec, writer: detail % 5 === 0 ? 'w2' : 'w1' }) },
    () => { if (run !== undefined) history.ends(run, detail % 2 === 0 ? 'run.finished' : 'run.failed', { progress: detail % 3 === 0, fault: detail % 5 === 0 ? 'quota' : 'agent' }) },
    () => { history.asked(spec, String(detail % 3)) },
    () => { history.question(names[detail % 3]!, [spec]) },
    () => { history.observed(names[detail % 3]!, detail % 5 === 0 ? 'critical' : 'low', detail % 2 === 0 ? [names[which % 3]!] : []) },
    () => { history.event('item.paused', {}, { item: spec }) }, () => { history.event('item.resumed', {}, { item: spec }) },
    () => { history.event('spec.withdrawn', { reason: '' }, { item: spec }) }, () => { history.event('spec.documented', {}, { item: spec }) },
    () => { history.event('plan.rejected', { round: 1, by: 'x', doc: history.state.specs.byId[spec]!.doc }, { item: spec }) },
  ]
  actions[kind % actions.length]?.()
}

const steps = fc.array(fc.tuple(fc.nat(30), fc.nat(20), fc.nat(60)), { maxLength: 40 })
const world = (): History => given('apps: {}\npolicy: { promoteLowObservations: on }\n', [{ path: 'apps/gsd.yaml', text: defaultGsdYaml }])

describe('the planner', () => {
  it('never has two ready candidates for one item, and gives every candidate a command and every block a mend', () => {
    fc.assert(fc.property(steps, all => {
      const history = world()
      for (const step of all) apply(history, step)
      const { candidates, gates } = history.plan()
      const ready = candidates.filter(({ blocked }) => blocked.length === 0).map(({ item }) => item)
      expect(new Set(ready).size).toBe(ready.length)
      for (const { command, blocked } of candidates) expect([command, ...blocked.flatMap(({ mend, reason }) => [mend, reason])].every(text => text.trim() !== '')).toBe(true)
      expect(new Set(gates.map(({ kind, item, mend }) => `${kind} ${item} ${mend}`)).size).toBe(gates.length)
    }), { numRuns: 1000 })
  })

  it('offers nothing that is in work, held or over', () => {
    fc.assert(fc.property(steps, all => {
      const history = world()
      for (const step of all) apply(history, step)
      for (const { spec: id, blocked } of history.plan().candidates) {
        const spec = id === null ? undefined : history.state.specs.byId[id]
        if (spec === undefined || blocked.length > 0) continue
        expect(Object.values(history.state.runs.live).filter(run => run.spec === id)).toEqual([])
        expect([spec.paused, spec.conflict]).toEqual([false, null])
        expect(['documented', 'resolved', 'withdrawn']).not.toContain(spec.stage)
      }
    }), { numRuns: 200 })
  })

  it('says the same for the same state, and orders totally', () => {
    fc.assert(fc.property(steps, all => {
      const history = world()
      for (const step of all) apply(history, step)
      expect(JSON.stringify(history.plan())).toBe(JSON.stringify(history.plan()))
      const offers = dispatchers.flatMap(dispatcher => dispatcher.offer(history.state, history.config))
      for (const a of offers) for (const b of offers) expect(Math.sign(inOrder(a, b)) + Math.sign(inOrder(b, a))).toBe(0)
    }), { numRuns: 100 })
  })

  it('offers more, never less, when an owner of this clone is known to be gone', () => {
    fc.assert(fc.property(steps, all => {
      const history = world()
      for (const step of all) apply(history, step)
      const gone = new Set(history.dispatchable(here({ ownerAlive: () => false })))
      for (const entry of history.dispatchable()) expect(gone.has(entry)).toBe(true)
    }), { numRuns: 100 })
  })
})
