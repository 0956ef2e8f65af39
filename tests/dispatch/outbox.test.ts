/** The outbox and its worker on a real workspace: wanted once, taken on under a lease, tried a bounded number of times; and what is told. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RunOutcome } from '../../src/agents/run.ts'
import { claimEffect, requestEffect } from '../../src/deciders/effects.ts'
import { decide } from '../../src/dispatch/kernel-steps.ts'
import { noticeOfRun } from '../../src/dispatch/notifications.ts'
import { isWaiting, workOutbox } from '../../src/dispatch/outbox.ts'
import type { Deliverer } from '../../src/dispatch/outbox.ts'
import { collect } from '../../src/gc/collect.ts'
import { initWorkspace } from '../../src/workspace/init.ts'
import { openWorkspace } from '../../src/workspace/open-workspace.ts'
import type { Workspace } from '../../src/workspace/session.ts'
import { temporaryDirectory } from '../cli/factory.ts'

const actor = 'human:tester'
const env = { PATH: process.env['PATH'], HOME: temporaryDirectory() }

async function workspaceWith(dedupe: string, clock: () => Date = () => new Date()): Promise<Workspace> {
  const root = join(temporaryDirectory(), 'w')
  await initWorkspace(root, { env, actor, person: actor })
  const workspace = openWorkspace(root, { env, person: actor, clock })
  await want(workspace, dedupe)
  return workspace
}
const want = (workspace: Workspace, dedupe: string): Promise<void> => workspace.transact({ command: 'want', actor: 'kernel' }, transaction => {
  decide(transaction, requestEffect, { kind: 'notification', dedupe, payload: { type: 'message', text: dedupe } })
})
const typesOf = (workspace: Workspace): readonly string[] => [...workspace.events()].filter(({ type }) => type.startsWith('effect.')).map(({ type }) => type)
const broken: Deliverer = () => Promise.reject(new Error('nobody answers'))

describe('the outbox', () => {
  it('delivers what is wanted once, and wants nothing twice', async () => {
    const workspace = await workspaceWith('one')
    await want(workspace, 'one')
    expect(await workOutbox(workspace)).toBe(1)
    expect(await workOutbox(workspace)).toBe(0)
    expect(typesOf(workspace)).toEqual(['effect.requested', 'effect.claimed', 'effect.delivered'])
  })

  it('tries a delivery that fails three times and then gives it up', async () => {
    const workspace = await workspaceWith('one')
    for (let time = 0; time < 5; time += 1) expect(await workOutbox(workspace, undefined, { notification: broken })).toBe(0)
    expect(typesOf(workspace).filter(type => type === 'effect.claimed').length).toBe(3)
    const [effect] = Object.values((await workspace.look()).state.effects.byId)
    expect(effect).toMatchObject({ status: 'failed', attempts: 3, error: 'nobody answers' })
  })

  it('fails an attempt whose file cannot be seen', async () => {
    const workspace = await workspaceWith('one')
    const [effect] = Object.values((await workspace.look()).state.effects.byId)
    const hide: Deliverer = (on, one) => {
      rmSync(join(on.root, 'notifications', `${one.id.replace(':', '-')}.json`))
      return import('../../src/dispatch/outbox.ts').then(({ deliverers }) => deliverers['notification']!(on, one))
    }
    expect(await workOutbox(workspace, undefined, { notification: hide })).toBe(0)
    expect((await workspace.look()).state.effects.byId[effect!.id]).toMatchObject({ status: 'requested', attempts: 1 })
    // The next transaction puts the file back, so the next attempt succeeds.
    expect(await workOutbox(workspace)).toBe(1)
  })

  it('leaves alone what another worker has taken on, until its lease is over', async () => {
    let now = Date.parse('2026-11-20T10:00:00Z')
    const workspace = await workspaceWith('one', () => new Date(now))
    await workspace.transact({ command: 'take', actor: 'kernel' }, transaction => {
      for (const { id } of Object.values(transaction.state.effects.byId)) decide(transaction, claimEffect, { effect: id, leaseMs: 60_000 })
    })
    expect(await workOutbox(workspace)).toBe(0)
    now += 61_000
    expect(await workOutbox(workspace)).toBe(1)
    expect(typesOf(workspace)).toEqual(['effect.requested', 'effect.claimed', 'effect.claimed', 'effect.delivered'])
  })

  it('leaves kinds that are not its own to others', async () => {
    const workspace = await workspaceWith('one')
    await workspace.transact({ command: 'want', actor: 'kernel' }, transaction => { decide(transaction, requestEffect, { kind: 'pull-request', dedupe: 'pr', payload: {} }) })
    await workOutbox(workspace)
    const { state } = await workspace.look()
    expect(Object.values(state.effects.byId).map(({ kind, status }) => [kind, status]).sort()).toEqual([['notification', 'delivered'], ['pull-request', 'requested']])
    expect(Object.values(state.effects.byId).some(effect => isWaiting(effect, '2030-01-01T00:00:00Z'))).toBe(false)
  })

  it('keeps a delivered message in view for as long as the files of a run', async () => {
    let now = Date.parse('2026-11-20T10:00:00Z')
    const workspace = await workspaceWith('one', () => new Date(now))
    await workOutbox(workspace)
    now += 29 * 86_400_000
    expect(await collect(workspace, { actor: 'gc' })).toEqual([])
    now += 2 * 86_400_000
    expect((await collect(workspace, { actor: 'gc' })).map(({ path }) => path)).toEqual([expect.stringMatching(/^notifications\//)])
  })
})

describe('what is told of a run', () => {
  const outcome: RunOutcome = { run: 'run-w1-7', agent: 'builder', dispatch: 'build', item: null, outcome: 'finished', quiet: false, progress: true, fault: null, message: '', durationMs: 1, reply: 'Done.' }
  const hint = fc.record({ command: fc.string({ maxLength: 100 }), item: fc.constant('spec/a'), ready: fc.boolean(), blockedBy: fc.constant([]) })

  it('is never longer than 1,500 characters, with a summary of at most 500 and three next actions', () => {
    fc.assert(fc.property(fc.string({ maxLength: 5000 }), fc.string({ maxLength: 5000 }), fc.constantFrom('finished', 'failed', 'timed-out' as const), fc.array(hint, { maxLength: 9 }), (reply, message, how, next) => {
      const notice = noticeOfRun({ ...outcome, reply, message, outcome: how }, 'login', next)
      expect(notice?.text.length).toBeLessThanOrEqual(1500)
      const summary = (how === 'finished' ? reply : message).trim()
      if (summary.length > 500) expect(notice?.text).not.toContain(summary)
      expect(notice?.text.split('\n').filter(line => line.startsWith('-> ')).length).toBeLessThanOrEqual(3 + summary.split('\n').length)
    }))
  })

  it('says how it ended, and nothing of a quiet run or of one that a person ended', () => {
    const told = (more: Partial<RunOutcome>): string | undefined => noticeOfRun({ ...outcome, ...more }, 'login', [])?.text
    expect(told({})).toBe('builder finished: build login (run-w1-7)\n\nDone.\n\nNothing waits downstream.')
    expect(told({ outcome: 'failed', message: 'no disk' })).toBe('builder failed: build login (run-w1-7)\n\nno disk\n\nNothing waits downstream.')
    expect(told({ outcome: 'timed-out', message: 'too slow' })).toMatch(/^builder ran out of time/)
    expect([told({ quiet: true }), told({ outcome: 'cancelled' })]).toEqual([undefined, undefined])
  })
})
