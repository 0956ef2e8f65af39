/** The loop: what runs, in which order, until when, and what a stop leaves behind. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { start } from '../../src/dispatch/start.ts'
import type { StartOptions, StartProgress } from '../../src/dispatch/start.ts'
import { takeTurn } from '../../src/dispatch/turn.ts'
import { defaultGsdYaml } from '../../src/config/defaults/gsd-yaml.ts'
import { dispatched, diligent, fakePort, fakeWorkspace, neverSatisfied } from './fake-workspace.ts'
import type { Script } from './fake-workspace.ts'
import { given } from './given.ts'
import type { History } from './given.ts'

let root: string
beforeEach(() => { root = mkdtempSync(join(tmpdir(), 'factory-start-')) })
afterEach(() => { rmSync(root, { recursive: true, force: true }) })

const going = (history: History, script: Script, options: Partial<StartOptions> = {}, local = {}) => {
  const fake = fakeWorkspace(history, root)
  const port = fakePort(fake, script, local)
  const events: StartProgress[] = []
  const run = () => start(fake.workspace, { actor: 'human:ada', port, onProgress: event => { events.push(event) }, ...options })
  return { fake, port, events, run }
}

describe('start', () => {
  it('takes an intent through every stage, in order, and ends idle', async () => {
    const history = given()
    const spec = history.intent('a')
    const { port, run } = going(history, diligent)
    expect(await run()).toMatchObject({ outcome: 'idle', exitCode: 0, steps: 4, failures: [] })
    expect(dispatched(port)).toEqual(['draft a', 'build a', 'verify a', 'document a'])
    expect(history.state.specs.byId[spec]?.stage).toBe('documented')
  })

  it('plans, validates and executes segment by segment with an app, passing soft checkpoints by policy', async () => {
    const history = given('apps: { default: gsd }\n', [{ path: 'apps/gsd.yaml', text: defaultGsdYaml.replace('default: interactive', 'default: auto-approve') }])
    history.intent('a')
    const { port, run } = going(history, diligent)
    expect(await run()).toMatchObject({ outcome: 'idle', exitCode: 0 })
    expect(dispatched(port)).toEqual(['draft a', 'plan a', 'validate a', 'execute a', 'execute a', 'verify a', 'document a'])
    expect(port.claims.map(({ segment }) => segment)).toEqual([null, null, null, 0, 1, null, null])
    expect(history.types.filter(type => type === 'checkpoint.cleared')).toHaveLength(1)
  })

  it('stops at a checkpoint, says so once, and goes on from there when it was cleared', async () => {
    const history = given('apps: { default: gsd }\n', [{ path: 'apps/gsd.yaml', text: defaultGsdYaml }])
    const spec = history.intent('a')
    const { run } = going(history, diligent)
    expect(await run()).toMatchObject({ outcome: 'gated', exitCode: 3, gates: [{ kind: 'plan-checkpoint', item: 'spec/a' }] })
    expect(history.state.specs.byId[spec]?.plan?.standing?.id).toBe('c1')
    await run()
    expect(history.types.filter(type => type === 'gate.raised' || type === 'checkpoint.reached')).toEqual(['checkpoint.reached', 'gate.raised'])
    history.event('checkpoint.cleared', { id: 'c1', answer: 'fine' }, { item: spec, actor: 'human:ada' })
    expect(await run()).toMatchObject({ outcome: 'idle', exitCode: 0 })
    expect(history.state.specs.byId[spec]?.stage).toBe('documented')
  })

  it('stops after the given number of steps, and says whether anything is left', async () => {
    const history = given()
    history.intent('a')
    const { port, run } = going(history, diligent, { maxSteps: 2 })
    expect(await run()).toMatchObject({ outcome: 'max-steps', steps: 2, exitCode: 0 })
    expect(dispatched(port)).toEqual(['draft a', 'build a'])
    expect(await run()).toMatchObject({ outcome: 'idle', steps: 2 })
    expect(await run()).toMatchObject({ outcome: 'idle', steps: 0, exitCode: 0 })
  })

  it('counts promotions as steps', async () => {
    const history = given('policy: { promoteLowObservations: on }\n')
    history.observed('one', 'low')
    history.observed('two', 'low')
    const { port, run } = going(history, diligent, { maxSteps: 1 })
    expect(await run()).toMatchObject({ outcome: 'max-steps', steps: 1 })
    expect(dispatched(port)).toEqual([])
    expect(history.types.filter(type => type === 'observation.promoted')).toHaveLength(1)
  })

  it('builds once and rebuilds three times what never satisfies, then asks a person, and meanwhile does the rest', async () => {
    const history = given()
    history.ready('foo')
    history.ready('other')
    const { port, run } = going(history, neverSatisfied('foo'))
    expect(await run()).toMatchObject({ outcome: 'gated', exitCode: 3, gates: [{ kind: 'retry-limit', item: 'spec/foo' }] })
    expect(dispatched(port).filter(entry => entry === 'build foo')).toHaveLength(4)
    expect(history.types.filter(type => type === 'rebuild.queued')).toHaveLength(3)
    expect(Object.values(history.state.specs.byId).find(({ name }) => name === 'other')?.stage).toBe('documented')
    await run()
    expect(history.types.filter(type => type === 'gate.raised')).toHaveLength(1)
  })

  it('goes on with a free spec while another waits for an answer, and ends gated', async () => {
    const history = given()
    history.asked(history.draft('a'), '7.1')
    history.ready('b')
    const { port, run } = going(history, diligent)
    expect(await run()).toMatchObject({ outcome: 'gated', exitCode: 3 })
    expect(dispatched(port)).toEqual(['build b', 'verify b', 'document b'])
  })

  it('gives up on an agent that changes nothing, and terminates', async () => {
    const history = given()
    history.intent('a')
    history.ready('b')
    const { port, run } = going(history, () => ({ idle: true }))
    expect(await run()).toMatchObject({ outcome: 'gated', exitCode: 3, steps: 6 })
    expect(dispatched(port).filter(entry => entry === 'build b')).toHaveLength(3)
  })

  it('ends with 4 when the last run of an item failed, and with 0 when it was made good', async () => {
    const history = given('limits: { noProgress: 2 }\n')
    history.intent('a')
    let calls = 0
    const once = going(history, (claim, tools) => (calls++ === 0 ? { fail: 'agent' } : diligent(claim, tools)))
    expect(await once.run()).toMatchObject({ outcome: 'idle', exitCode: 0 })
    history.intent('b')
    const limited = going(history, () => ({ fail: 'agent' }), { maxSteps: 1 })
    expect(await limited.run()).toMatchObject({ exitCode: 4, failures: [{ outcome: 'failed' }] })
  })

  it('runs as many at once as there are slots, so that four agents can wait for each other', async () => {
    const history = given()
    for (const name of ['a', 'b', 'c', 'd']) history.ready(name)
    let arrived = 0
    let open = (): void => {}
    const everybody = new Promise<void>(resolve => { open = resolve })
    const { port, run } = going(history, async (claim, tools) => {
      if (claim.dispatch === 'build') { if (++arrived === 4) open(); await everybody }
      await diligent(claim, tools)
    }, { slots: 4 })
    expect(await run()).toMatchObject({ outcome: 'idle', exitCode: 0, steps: 12 })
    expect(new Set(port.claims.map(({ run: id }) => id)).size).toBe(12)
  })

  it('never puts two runs on one project, unless their specs declare disjoint scopes', async () => {
    const history = given()
    history.ready('a', { project: 'shop', scope: ['src/a/**'] })
    history.ready('b', { project: 'shop', scope: ['src/b/**'] })
    history.ready('c', { project: 'shop' })
    const inside = new Map<string, number>()
    let most = 0
    const { run } = going(history, async (claim, tools) => {
      const weight = claim.spec?.name === 'c' ? 10 : 1
      if (claim.dispatch !== 'document') inside.set(claim.run, weight)
      most = Math.max(most, [...inside.values()].reduce((sum, each) => sum + each, 0))
      await new Promise(resolve => setImmediate(resolve))
      await diligent(claim, tools)
      inside.delete(claim.run)
    }, { slots: 3 })
    expect(await run()).toMatchObject({ outcome: 'idle' })
    expect(most).toBe(10)
  })

  it('never claims the second spec when the budget is for one', async () => {
    const history = given('limits: { slots: 2, reserveUsd: 1, budgets: [{ scope: workspace, window: 1d, runs: 1 }] }\n')
    history.ready('a')
    history.ready('b')
    const { port, run } = going(history, diligent)
    expect(await run()).toMatchObject({ outcome: 'gated', exitCode: 3 })
    expect(port.claims).toHaveLength(1)
    expect(history.types.filter(type => type === 'gate.raised').length).toBeGreaterThan(0)
  })

  it('dispatches one ready spec once when two start at the same time, and the other leaves it alone and names it', async () => {
    const history = given()
    history.ready('a')
    const fake = fakeWorkspace(history, root)
    let release = (): void => {}
    const held = new Promise<void>(resolve => { release = resolve })
    const port = fakePort(fake, async (claim, tools) => { await held; await diligent(claim, tools) })
    const first = start(fake.workspace, { actor: 'human:ada', port })
    const second = await start(fake.workspace, { actor: 'human:bea', port })
    expect(second).toMatchObject({ steps: 0, outcome: 'idle', exitCode: 0 })
    expect(second.busy).toHaveLength(1)
    release()
    expect(await first).toMatchObject({ outcome: 'idle', exitCode: 0, steps: 3 })
    expect(dispatched(port)).toEqual(['build a', 'verify a', 'document a'])
  })

  it('goes on with an item whose run was wound up while a turn was taken that had to leave it alone', async () => {
    const history = given('limits: { slots: 2 }\n')
    const paused = history.ready('a')
    const spec = history.ready('b')
    let wound = (): void => {}
    const windingUp = new Promise<void>(resolve => { wound = resolve })
    const fake = fakeWorkspace(history, root)
    const port = fakePort(fake, async (claim, tools) => {
      if (claim.spec?.name === 'a') history.event('item.paused', {}, { item: paused, actor: 'human:ada' })
      await diligent(claim, tools)
    })
    // The second turn finds `b` recorded and its run not wound up yet; it is before that turn is over.
    const transact: typeof fake.workspace.transact = async (options, work) => {
      const done = await fake.workspace.transact(options, work)
      if (options.command === 'start' && history.state.specs.byId[spec]?.stage === 'review') wound()
      await new Promise(resolve => setImmediate(resolve))
      return done
    }
    const result = await start({ ...fake.workspace, transact }, {
      actor: 'human:ada', port, afterRun: async ({ item, dispatch }) => { if (item === spec && dispatch === 'build') await windingUp },
    })
    expect(result).toMatchObject({ outcome: 'gated' })
    expect(dispatched(port)).toEqual(['build a', 'build b', 'verify b', 'document b'])
  })

  it('takes back what a dead process left, and leaves alone what a living one holds', async () => {
    const history = given()
    const spec = history.ready('a')
    const run = history.claim('build', 'builder', { spec, project: 'a' })
    expect(await going(history, diligent, {}, { ownerAlive: () => true }).run()).toMatchObject({ steps: 0 })
    const { events, port, run: again } = going(history, diligent, {}, { ownerAlive: (live: { id: string }) => live.id !== run })
    expect(await again()).toMatchObject({ outcome: 'idle', exitCode: 0, steps: 3 })
    expect(events[0]).toEqual({ kind: 'recovered', runs: [run] })
    expect(dispatched(port)).toEqual(['build a', 'verify a', 'document a'])
  })

  it('cancels its runs at an interrupt, and leaves a log from which the next start goes on', async () => {
    const history = given()
    const spec = history.ready('a')
    const interrupt = new AbortController()
    const { run } = going(history, (_claim, { signal }) => new Promise(resolve => {
      signal.addEventListener('abort', () => resolve(), { once: true })
      interrupt.abort()
    }), { signal: interrupt.signal })
    expect(await run()).toMatchObject({ outcome: 'interrupted', exitCode: 130, steps: 1 })
    expect(history.state.runs.live).toEqual({})
    expect(history.state.specs.byId[spec]).toMatchObject({ stage: 'ready', tries: null })
    expect(await going(history, diligent).run()).toMatchObject({ outcome: 'idle', exitCode: 0 })
  })

  it('waits out the rest of a backend that faulted, and counts no try', async () => {
    const history = given('limits: { noProgress: 1 }\n')
    history.intent('a')
    let calls = 0
    const { events, run } = going(history, (claim, tools) => (calls++ === 0 ? { fail: 'infrastructure' } : diligent(claim, tools)))
    expect(await run()).toMatchObject({ outcome: 'idle', exitCode: 0, steps: 5 })
    expect(events.some(({ kind }) => kind === 'resting')).toBe(true)
  })

  it('does not sit out a rest of an hour', async () => {
    const history = given()
    const spec = history.intent('a')
    history.clock = Date.now()
    history.ends(history.claim('draft', 'spec', { spec }), 'run.failed', { fault: 'quota', until: new Date(Date.now() + 3_600_000).toISOString() })
    expect(await going(history, diligent).run()).toMatchObject({ outcome: 'idle', steps: 0 })
  })

  it('records the end of a run whose execution broke, as nobody\'s try', async () => {
    const history = given()
    const spec = history.intent('a')
    const { run } = going(history, () => { throw new Error('the disk is gone') }, { maxSteps: 1 })
    expect(await run()).toMatchObject({ exitCode: 4, failures: [{ fault: 'infrastructure', message: 'the disk is gone' }] })
    expect(history.state.runs.live).toEqual({})
    expect(history.state.specs.byId[spec]?.tries).toBeNull()
  })

  it('takes up nothing of an item while its last run is still being wound up', async () => {
    const history = given()
    const spec = history.ready('a')
    history.ready('b')
    const fake = fakeWorkspace(history, root)
    const port = fakePort(fake, diligent)
    let winding = false
    const seen: string[] = []
    const slow = { ...port, execute: async (...call: Parameters<typeof port.execute>) => {
      const outcome = await port.execute(...call)
      if (outcome.item === spec && outcome.dispatch === 'verify') {
        winding = true
        for (let turns = 0; turns < 50; turns += 1) await new Promise(resolve => setImmediate(resolve))
        winding = false
      }
      if (winding) seen.push(`${outcome.dispatch} ${history.state.specs.byId[spec]!.stage}`)
      return outcome
    } }
    expect(await start(fake.workspace, { actor: 'human:ada', port: slow, slots: 2 })).toMatchObject({ outcome: 'idle', steps: 6 })
    expect(seen.length).toBeGreaterThan(0)
    expect(seen.every(entry => entry.endsWith('verified'))).toBe(true)
  })

  it('tries open deliveries before it plans, and goes on when they fail', async () => {
    const history = given()
    history.ready('a')
    const fake = fakeWorkspace(history, root)
    const port = fakePort(fake, diligent)
    const order: string[] = []
    const delivering = { ...port, deliver: () => { order.push(`deliver ${port.claims.length}`); return Promise.reject(new Error('dirty')) } }
    expect(await start(fake.workspace, { actor: 'human:ada', port: delivering })).toMatchObject({ outcome: 'idle', exitCode: 0, steps: 3 })
    expect(order).toEqual(['deliver 0'])
  })

  it('lets nothing that follows a run break the loop', async () => {
    const history = given()
    history.intent('a')
    const { run } = going(history, diligent, { afterRun: () => Promise.reject(new Error('no disk')) })
    expect(await run()).toMatchObject({ outcome: 'idle', exitCode: 0, steps: 4 })
  })
})

describe('start --watch', () => {
  it('stays, takes up what arrives, and ends at an interrupt', async () => {
    const history = given('agents: { researcher: { heartbeat: null }, spec: { heartbeat: null }, builder: { heartbeat: null }, verifier: { heartbeat: null }, librarian: { heartbeat: null }, operator: { heartbeat: null }, reviewer: { heartbeat: null } }\n')
    const interrupt = new AbortController()
    const { fake, port, run } = going(history, async (claim, tools) => {
      await diligent(claim, tools)
      if (claim.dispatch === 'document') setImmediate(() => interrupt.abort())
    }, { watch: true, signal: interrupt.signal, onProgress: event => { if (event.kind === 'watching' && history.types.at(-1) === 'workspace.initialised') history.intent('a') } })
    expect(await run()).toMatchObject({ outcome: 'interrupted', exitCode: 130, steps: 4 })
    expect(fake.history).toBe(history)
    expect(dispatched(port)).toEqual(['draft a', 'build a', 'verify a', 'document a'])
  })

  it('fires a schedule once for one due time, however many look', async () => {
    const history = given('agents: { ops: { heartbeat: "* * * * *" } }\n')
    const fake = fakeWorkspace(history, root)
    const port = fakePort(fake, diligent)
    const since = new Date(Date.now() - 3 * 60_000).toISOString()
    const look = () => takeTurn(fake.workspace, port, { actor: 'human:ada', slots: 9, running: new Map(), stepsLeft: 9, schedulesSince: since })
    const turns = await Promise.all([look(), look()])
    const beats = turns.flatMap(({ claims }) => claims).filter(({ agent }) => agent.name === 'ops')
    expect(beats).toHaveLength(1)
    expect(beats[0]).toMatchObject({ dispatch: 'heartbeat', trigger: 'schedule' })
    expect(history.types.filter(type => type === 'schedule.fired').length).toBe(turns.flatMap(({ claims }) => claims).length)
  })
})
