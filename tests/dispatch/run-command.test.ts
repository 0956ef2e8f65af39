/** One run that a person asks for: what is chosen, what may be passed, what is refused. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { advance, cancel, docs, reflect, runAgent } from '../../src/dispatch/run-command.ts'
import { start } from '../../src/dispatch/start.ts'
import { dispatched, diligent, fakePort, fakeWorkspace } from './fake-workspace.ts'
import type { Script } from './fake-workspace.ts'
import { given } from './given.ts'
import type { History } from './given.ts'

let root: string
beforeEach(() => { root = mkdtempSync(join(tmpdir(), 'factory-run-')) })
afterEach(() => { rmSync(root, { recursive: true, force: true }) })

const using = (history: History, script: Script = diligent, actor = 'human:ada') => {
  const fake = fakeWorkspace(history, root)
  const port = fakePort(fake, script)
  return { fake, port, workspace: fake.workspace, options: { actor, port } }
}

describe('run', () => {
  it('does what the planner would do with the spec for that agent', async () => {
    const history = given()
    history.intent('a')
    const { workspace, port, options } = using(history)
    for (const agent of ['spec', 'builder', 'verifier', 'librarian']) expect((await runAgent(workspace, { agent, spec: 'a' }, options)).exitCode).toBe(0)
    expect(dispatched(port)).toEqual(['draft a', 'build a', 'verify a', 'document a'])
  })

  it('says what is next', async () => {
    const history = given()
    history.intent('a')
    const { workspace, options } = using(history)
    expect((await runAgent(workspace, { agent: 'spec', spec: 'a.md' }, options)).next).toEqual([{ command: 'factory run builder a', item: 'spec/a', ready: true, blockedBy: [] }])
  })

  it('is a heartbeat without an item, and drops neither message nor task', async () => {
    const history = given()
    history.ready('a')
    const { workspace, port, options } = using(history)
    await runAgent(workspace, { agent: 'builder' }, options)
    await runAgent(workspace, { agent: 'builder', message: 'hi' }, options)
    await runAgent(workspace, { agent: 'builder', spec: 'a', message: 'hi', taskText: 'the task' }, options)
    expect(port.claims.map(({ dispatch, message, taskFile }) => [dispatch, message, taskFile])).toEqual([['heartbeat', null, null], ['reflect', 'hi', null], ['build', 'hi', 'the task']])
  })

  it('moves nothing when the spec is not at that agent\'s stage', async () => {
    const history = given()
    const spec = history.ready('a')
    const { workspace, port, options } = using(history)
    await runAgent(workspace, { agent: 'librarian', spec: 'a', message: 'look at this' }, options)
    expect(port.claims[0]).toMatchObject({ dispatch: 'reflect', spec: { name: 'a' } })
    expect(history.state.specs.byId[spec]?.stage).toBe('ready')
  })

  it('answers research by its name', async () => {
    const history = given()
    history.question('q', [history.draft('a')])
    const { workspace, port, options } = using(history)
    await runAgent(workspace, { agent: 'researcher', spec: 'q' }, options)
    expect(dispatched(port)).toEqual(['research q'])
  })

  it('refuses agents and specs that are not there, without a run', async () => {
    const { workspace, port, options } = using(given())
    await expect(runAgent(workspace, { agent: 'nobody' }, options)).rejects.toMatchObject({ code: 'agent-not-found', exitCode: 1 })
    await expect(runAgent(workspace, { agent: 'spec', spec: 'missing' }, options)).rejects.toMatchObject({ code: 'spec-not-found', exitCode: 1 })
    await expect(docs(workspace, { spec: 'ghost' }, options)).rejects.toMatchObject({ code: 'spec-not-found', exitCode: 1 })
    expect(port.claims).toEqual([])
  })

  it('has no way around a question, a pause or a run in progress', async () => {
    const history = given()
    history.asked(history.draft('asked'), '7.1')
    const held = history.intent('held')
    history.event('item.paused', {}, { item: held, actor: 'human:ada' })
    history.claim('build', 'builder', { spec: history.ready('busy') })
    const { workspace, options } = using(history)
    await expect(runAgent(workspace, { agent: 'spec', spec: 'asked' }, options)).rejects.toMatchObject({ code: 'decision', exitCode: 3, mend: 'factory decide asked' })
    await expect(runAgent(workspace, { agent: 'spec', spec: 'held' }, options)).rejects.toMatchObject({ code: 'paused', exitCode: 3 })
    await expect(runAgent(workspace, { agent: 'builder', spec: 'busy' }, options)).rejects.toMatchObject({ code: 'running', exitCode: 1 })
  })

  it('lets a person pass fruitless runs and open research, with a warning, but nobody else', async () => {
    const history = given('limits: { noProgress: 1 }\n')
    const spec = history.draft('a')
    history.question('q', [spec])
    history.ends(history.claim('advance', 'spec', { spec }), 'run.failed')
    await expect(runAgent(using(history).workspace, { agent: 'spec', spec: 'a' }, using(history, diligent, 'agent:operator').options)).rejects.toMatchObject({ code: 'research' })
    const { workspace, port, options } = using(history)
    const { warnings } = await runAgent(workspace, { agent: 'spec', spec: 'a' }, options)
    expect(warnings).toHaveLength(2)
    expect(dispatched(port)).toEqual(['advance a'])
    expect(history.types).toContain('gate.lifted')
  })

  it('is how a backend that faulted too often is tried again', async () => {
    const history = given()
    const spec = history.intent('a')
    for (let faults = 0; faults < 5; faults += 1) history.ends(history.claim('draft', 'spec', { spec }), 'run.failed', { fault: 'infrastructure' })
    const { workspace, options, port } = using(history)
    expect(await start(workspace, { actor: 'human:ada', port })).toMatchObject({ steps: 0 })
    expect((await runAgent(workspace, { agent: 'spec', spec: 'a' }, options)).outcome.outcome).toBe('finished')
    expect(await start(workspace, { actor: 'human:ada', port })).toMatchObject({ outcome: 'idle', exitCode: 0, steps: 3 })
  })

  it('tells failures and time-outs by exit code', async () => {
    const history = given()
    history.intent('a')
    expect((await runAgent(using(history).workspace, { agent: 'spec', spec: 'a' }, using(history, () => ({ fail: 'agent' })).options)).exitCode).toBe(4)
    expect((await runAgent(using(history).workspace, { agent: 'spec', spec: 'a' }, using(history, () => ({ timeout: true })).options)).exitCode).toBe(5)
  })
})

describe('advance and docs', () => {
  it('take a spec one step, and refuse where there is none', async () => {
    const history = given()
    history.draft('a')
    const { workspace, port, options } = using(history)
    await advance(workspace, { spec: 'a' }, options)
    await advance(workspace, { spec: 'a' }, options)
    await expect(advance(workspace, { spec: 'a' }, options)).rejects.toMatchObject({ code: 'not-legal-now', exitCode: 1 })
    await expect(docs(workspace, { spec: 'a' }, options)).rejects.toMatchObject({ code: 'not-legal-now', exitCode: 1 })
    expect(dispatched(port)).toEqual(['advance a', 'build a'])
  })
})

describe('reflect', () => {
  it('asks every agent once, and counts what is new', async () => {
    const history = given()
    const { workspace, port, options } = using(history, (claim, { append }) => {
      if (claim.agent.name === 'spec') append({ type: 'need.opened', stream: 'need/spec/x', run: claim.run, data: { id: 'x', agent: 'spec', category: 'approval', blocked: 'b', context: 'c', change: null, held: null } })
    })
    expect(await reflect(workspace, {}, options)).toMatchObject({ failed: [], observations: 1, exitCode: 0 })
    expect(port.claims.map(({ agent }) => agent.name)).toEqual(['researcher', 'spec', 'builder', 'verifier', 'librarian', 'operator', 'reviewer'])
    expect(port.claims.every(({ dispatch, trigger }) => dispatch === 'reflect' && trigger === 'reflection')).toBe(true)
  })

  it('ends with 2 when every agent failed, and refuses an unknown one', async () => {
    const { workspace, options } = using(given(), () => ({ fail: 'agent' }))
    expect(await reflect(workspace, {}, options)).toMatchObject({ exitCode: 2, failed: { length: 7 } })
    await expect(reflect(workspace, { agent: 'zzz' }, options)).rejects.toMatchObject({ code: 'agent-not-found', exitCode: 1 })
  })
})

describe('cancel', () => {
  it('ends a run whoever executes it, so that nothing of it is taken in, and refuses one that is not in progress', async () => {
    const history = given()
    const spec = history.ready('a')
    let release = (): void => {}
    const held = new Promise<void>(resolve => { release = resolve })
    const { workspace, port, options } = using(history, async (claim, tools) => { await held; await diligent(claim, tools) })
    const running = runAgent(workspace, { agent: 'builder', spec: 'a' }, options)
    while (port.claims.length === 0) await new Promise(resolve => setImmediate(resolve))
    const run = port.claims[0]!.run
    await cancel(workspace, { run }, { actor: 'human:ada' })
    expect(history.state.runs.live).toEqual({})
    release()
    await running
    expect(history.state.specs.byId[spec]).toMatchObject({ stage: 'ready', tries: null })
    expect(history.types.filter(type => type.startsWith('run.'))).toEqual(['run.claimed', 'run.cancelled'])
    await expect(cancel(workspace, { run }, { actor: 'human:ada' })).rejects.toMatchObject({ code: 'run-not-found' })
  })
})
