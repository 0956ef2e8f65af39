import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkBackend } from '../../src/agents/backends.ts'
import { isQuiet } from '../../src/agents/command-backend.ts'
import { holdLease, leasedRuns, readLease } from '../../src/agents/lease-file.ts'
import { backendTrust, criteriaTrust } from '../../src/agents/trust.ts'
import { World, executable, readied, specText } from './harness.ts'

describe('the executable backend', () => {
  let world: World
  beforeEach(async () => { world = await World.make({ project: false }) })
  afterEach(() => world.dispose())

  const agentSays = async (text: string, config = ''): Promise<void> => {
    executable(join(world.root, 'agent.sh'), `#!/bin/sh\n${text}\n`)
    world.put('agents.yaml', `version: 1\nbackends: { mine: { kind: command, command: ["./agent.sh", "two words", "$HOME"], env: { GIVEN: yes-please } } }\ndefaults: { backend: mine, timeout: 30s, silence: 20s }\npolicy: { git: off }\n${config}`)
    await world.settle()
  }

  it('gets its arguments without a shell, the prompt on stdin and its own variables only', async () => {
    await agentSays('cat > /dev/null; echo "$# $1 $2 $GIVEN $(basename "$PWD") ${MY_API_KEY:-none}"; echo log >&2')
    const outcome = await world.run('spec', 'heartbeat')
    expect(outcome.reply).toBe(`2 two words $HOME yes-please ${outcome.run} none`)
    const [ended] = world.events('run.finished')
    expect(ended?.type === 'run.finished' && ended.data.log !== null && world.workspace.text(ended.data.log)).toBe('log\n')
    expect(ended?.type === 'run.finished' && ended.data.costUsd).toBeNull()
  })

  it('reads reply, usage and cost from FACTORY_RESULT', async () => {
    await agentSays('cat > /dev/null; echo noise; echo \'{"reply":"said","usage":{"inputTokens":10,"outputTokens":5},"cost":0.25}\' > "$FACTORY_RESULT"')
    expect((await world.run('spec', 'heartbeat')).reply).toBe('said')
    expect(world.events('run.finished')[0]?.data).toMatchObject({ costUsd: 0.25, usage: { inputTokens: 10, outputTokens: 5, cachedTokens: null } })
  })

  it('takes a result that is no JSON, or a link, as unknown', async () => {
    await agentSays('cat > /dev/null; echo plain; ln -s /etc/passwd "$FACTORY_RESULT"')
    expect((await world.run('spec', 'heartbeat')).reply).toBe('plain')
    expect(JSON.stringify(world.events('run.finished'))).not.toContain('root:')
  })

  it('fails with any exit code but 0, and imports nothing then', async () => {
    await agentSays('cat > /dev/null; echo mine > memory/spec/MEMORY.md; echo "went wrong" >&2; exit 3')
    expect(await world.run('spec', 'heartbeat')).toMatchObject({ outcome: 'failed', fault: 'agent', message: 'exit code 3: went wrong' })
    expect(existsSync(join(world.root, 'memory/spec/MEMORY.md'))).toBe(false)
    expect(world.events('run.failed')[0]?.data).toMatchObject({ exitCode: 3 })
  })

  it('ends at its wall-clock deadline with its whole process group', async () => {
    await agentSays('echo started; sleep 60 & sleep 60', 'agents: { spec: { timeout: 1s } }')
    const outcome = await world.run('spec', 'heartbeat')
    expect(outcome).toMatchObject({ outcome: 'timed-out', fault: 'timeout' })
    expect(outcome.durationMs).toBeLessThan(6000)
    expect(world.events('run.timed-out')[0]?.data).toMatchObject({ deadline: 'wall-clock' })
  })

  it('ends when it is silent for too long', async () => {
    await agentSays('echo started; sleep 60', 'agents: { spec: { silence: 1s } }')
    expect((await world.run('spec', 'heartbeat')).outcome).toBe('timed-out')
    expect(world.events('run.timed-out')[0]?.data).toMatchObject({ deadline: 'silence' })
  })

  it('that cannot be started is a fault of the world, not of the agent', async () => {
    await agentSays('true')
    writeFileSync(join(world.root, 'agent.sh'), 'not a program', { mode: 0o644 })
    const { chmodSync } = await import('node:fs')
    chmodSync(join(world.root, 'agent.sh'), 0o644)
    expect(await world.run('spec', 'heartbeat')).toMatchObject({ outcome: 'failed', fault: 'infrastructure' })
  })

  it('is checked without being started', async () => {
    expect(checkBackend({ name: 'm', kind: 'command', command: ['./nobody.mjs'] }, world.root, process.env)).toMatchObject({ ok: false })
    expect(checkBackend({ name: 'm', kind: 'command', command: ['no-such-program-here'] }, world.root, process.env)).toMatchObject({ ok: false })
    expect(checkBackend({ name: 'm', kind: 'command', command: ['sh', '-c', 'exit 1'] }, world.root, process.env)).toMatchObject({ ok: true })
    expect(checkBackend({ name: 'm', kind: 'telepathy' }, world.root, process.env)).toMatchObject({ ok: false })
  })

  it('is quiet when the reply is NO_REPLY, however it is written, and only then', () => {
    expect([' no_reply \n', 'NO_REPLY', 'NO_REPLY.', 'I have NO_REPLY'].map(isQuiet)).toEqual([true, true, false, false])
  })
})

describe('a claim', () => {
  let world: World
  beforeEach(async () => { world = await World.make() })
  afterEach(() => world.dispose())

  it('refuses an agent, a backend and a dispatch that nobody knows', async () => {
    await expect(world.claim({ agent: 'nobody', dispatch: 'heartbeat' })).rejects.toMatchObject({ code: 'agent-not-found' })
    await expect(world.claim({ agent: 'spec', dispatch: 'deploy' })).rejects.toMatchObject({ code: 'dispatch-unknown' })
    world.put('agents.yaml', world.read('agents.yaml').replace('defaults: { backend: scripted,', 'defaults: {'))
    await world.settle()
    await expect(world.claim({ agent: 'spec', dispatch: 'heartbeat' })).rejects.toMatchObject({ code: 'backend-missing' })
  })

  it('records agent, backend, base and configuration before anything runs, and holds the item alone', async () => {
    await readied(world, 'hello', specText('Hello'))
    const claim = await world.claim({ agent: 'builder', dispatch: 'build', spec: 'hello' })
    expect(claim.project).toMatchObject({ name: 'shop', base: world.git('rev-parse', 'HEAD'), target: 'main' })
    expect(world.events('run.claimed').at(-1)?.data).toMatchObject({ agent: 'builder', dispatch: 'build', attempt: 1, backend: 'scripted', base: claim.project?.base, project: 'shop', fence: 1 })
    expect((await world.spec('hello')).stage).toBe('building')
    await expect(world.claim({ agent: 'builder', dispatch: 'build', spec: 'hello' })).rejects.toMatchObject({ code: 'claimed-already' })
    expect(JSON.stringify(world.events('run.claimed'))).not.toContain(world.folder)
  })

  it('refuses a project that is not linked when others are', async () => {
    await readied(world, 'hello', specText('Hello', [], '---\nproject: shpo\n---\n'))
    await expect(world.claim({ agent: 'builder', dispatch: 'build', spec: 'hello' })).rejects.toMatchObject({ code: 'project-unknown' })
  })

  it('of a backend that another writer brought is refused until exactly that is trusted', async () => {
    const { state, config } = await world.workspace.look()
    const backend = config.backends['scripted']!
    const writer = world.workspace.writer()
    expect(backendTrust(state, writer, backend).trusted).toBe(true)
    const { trusted, subject, hash } = backendTrust(state, 'other1', backend)
    expect(trusted).toBe(false)
    state.settings.trust[`other1|${subject}`] = hash
    expect(backendTrust(state, 'other1', backend).trusted).toBe(true)
    expect(backendTrust(state, 'other1', { ...backend, command: ['rm'] }).trusted).toBe(false)
  })

  it('trusts criteria of this clone, and those of another one by their text', async () => {
    await readied(world, 'hello', specText('Hello', ['true']))
    const { state } = await world.workspace.look()
    const spec = await world.spec('hello')
    expect(criteriaTrust(state, world.workspace.writer(), spec, null).trusted).toBe(true)
    expect(criteriaTrust(state, 'other1', spec, null).trusted).toBe(false)
  })
})

describe('a lease', () => {
  it('names its living owner, and nobody when the file is torn or gone', async () => {
    const world = await World.make({ project: false })
    try {
      const lease = holdLease(world.workspace, 'run-abc-1')
      expect(readLease(world.workspace, 'run-abc-1')).toMatchObject({ liveness: 'alive', owner: { pid: process.pid } })
      expect(leasedRuns(world.workspace)).toEqual(['run-abc-1'])
      writeFileSync(join(world.workspace.local, 'leases/run-abc-1.json'), '{"pid":')
      expect(readLease(world.workspace, 'run-abc-1')).toBeNull()
      lease.release()
      expect(readLease(world.workspace, 'run-abc-1')).toBeNull()
      expect(() => holdLease(world.workspace, '../../evil')).toThrow(expect.objectContaining({ code: 'run-invalid' }))
    } finally { world.dispose() }
  })
})
