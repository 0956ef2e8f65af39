/** Leases as this clone judges them: by the process that owns them. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { clearLease, holdLease } from '../../src/agents/lease-file.ts'
import { ownerAlive } from '../../src/dispatch/leases.ts'
import { given } from './given.ts'

let local: string
beforeEach(() => { local = mkdtempSync(join(tmpdir(), 'factory-leases-')) })
afterEach(() => { rmSync(local, { recursive: true, force: true }) })

describe('a run of this clone', () => {
  const claimed = () => {
    const history = given()
    const run = history.claim('draft', 'spec', { spec: history.intent('a') })
    return history.state.runs.live[run]!
  }
  const rewrite = (run: string, change: (owner: Record<string, unknown>) => object): void => {
    const path = join(local, 'leases', `${run}.json`)
    writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>)))
  }

  it('has an owner while its lease names a living process, and none without a lease', () => {
    const run = claimed()
    expect(ownerAlive({ local })(run)).toBe(false)
    holdLease({ local }, run.id)
    expect(ownerAlive({ local })(run)).toBe(true)
    clearLease({ local }, run.id)
    expect(ownerAlive({ local })(run)).toBe(false)
  })

  it('has none when the process has ended, or its number belongs to another by now', async () => {
    const run = claimed()
    holdLease({ local }, run.id)
    const child = spawn(process.execPath, ['-e', ''])
    await once(child, 'exit')
    rewrite(run.id, owner => ({ ...owner, pid: child.pid }))
    expect(ownerAlive({ local })(run)).toBe(false)
    rewrite(run.id, owner => ({ ...owner, pid: process.pid, started: '1' }))
    expect(ownerAlive({ local })(run)).toBe(false)
  })

  it('has none when the lease is torn', () => {
    const run = claimed()
    holdLease({ local }, run.id)
    writeFileSync(join(local, 'leases', `${run.id}.json`), '{"run":"')
    expect(ownerAlive({ local })(run)).toBe(false)
  })

  it('is judged by renewal where its process cannot be asked', () => {
    const run = claimed()
    holdLease({ local }, run.id)
    rewrite(run.id, owner => ({ ...owner, host: 'elsewhere', boot: 'another', pidSpace: 'another' }))
    expect(ownerAlive({ local })(run)).toBe(true)
    expect(ownerAlive({ local })({ ...run, leaseMs: -1 })).toBe(false)
  })
})
