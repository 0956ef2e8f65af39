/**
 * `factory fire-drill`: exercises the failure path for real, on a workspace in the temporary folder with a scripted agent of its own,
 * which passes its criterion only through what it reads in the rebuild brief. Leaves nothing behind and touches no other workspace.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { start } from '../dispatch/start.ts'
import { messageOf } from '../error.ts'
import type { FactoryEvent } from '../events/types.ts'
import { initWorkspace } from '../workspace/init.ts'
import { openWorkspace } from '../workspace/open-workspace.ts'
import type { Workspace } from '../workspace/session.ts'
import { drillAgent, drillConfig, drillIntent } from './drill-agent.ts'

export interface DrillStep {
  readonly number: number
  readonly what: string
  readonly status: 'ok' | 'failed' | 'skipped'
  readonly detail: string | null
}

export interface Drill {
  readonly ok: boolean
  readonly steps: readonly DrillStep[]
}

export interface DrillOptions {
  readonly env: NodeJS.ProcessEnv
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: (step: DrillStep) => void
}

const actor = 'human:drill'

/** What the log must show, in this order. Each returns what it found, or null. */
const checks: readonly (readonly [string, (events: readonly FactoryEvent[], workspace: Workspace) => string | null])[] = [
  ['a failure is reported', events => told(events, 'spec.failed')],
  ['a lesson is extracted from it', events => told(events, 'learning.recorded')],
  ['a rebuild is queued with a brief', (events, workspace) => {
    const queued = events.find(event => event.type === 'rebuild.queued')
    return queued?.type === 'rebuild.queued' && workspace.text(queued.data.brief).includes('canary') ? `build ${queued.data.attempt}` : null
  }],
  ['it is built again and verified', events => {
    const verified = events.find(event => event.type === 'spec.verified')
    return verified?.type === 'spec.verified' && verified.data.attempt === 2 ? 'build 2' : null
  }],
  ['the earlier report is closed', events => told(events, 'spec.documented')],
]

function told(events: readonly FactoryEvent[], type: FactoryEvent['type']): string | null {
  const event = events.find(one => one.type === type)
  return event === undefined ? null : `${event.writer}:${event.seq}`
}

/** Runs the drill. Never throws: what goes wrong is the step that failed. */
export async function fireDrill({ env, signal, onProgress }: DrillOptions): Promise<Drill> {
  const home = mkdtempSync(join(tmpdir(), 'factory-drill-'))
  const steps: DrillStep[] = []
  const note = (what: string, status: DrillStep['status'], detail: string | null): void => {
    const step = { number: steps.length + 1, what, status, detail }
    steps.push(step)
    onProgress?.(step)
  }
  try {
    const { workspace, stopped } = await exercise(home, env, signal)
    const events = [...workspace.events()]
    for (const [what, check] of checks) {
      const failed = steps.some(step => step.status === 'failed')
      const found = failed ? null : check(events, workspace)
      note(what, failed ? 'skipped' : found === null ? 'failed' : 'ok', failed || found !== null ? found : stopped)
    }
  } catch (error) {
    for (const [what] of checks.slice(steps.length)) note(what, steps.some(step => step.status === 'failed') ? 'skipped' : 'failed', messageOf(error))
  }
  try {
    rmSync(home, { recursive: true, force: true })
    note('everything is cleaned up', 'ok', null)
  } catch (error) {
    note('everything is cleaned up', 'failed', messageOf(error))
  }
  return { ok: steps.every(step => step.status === 'ok'), steps }
}

async function exercise(home: string, outer: NodeJS.ProcessEnv, signal: AbortSignal | undefined): Promise<{ workspace: Workspace; stopped: string }> {
  const root = join(home, 'workspace')
  const factoryHome = join(home, 'home', '.factory')
  mkdirSync(join(home, 'home'), { recursive: true })
  writeFileSync(join(home, 'agent.mjs'), drillAgent)
  // Only the way to programs comes from outside; nothing of a real workspace, and no run that this one lies in.
  const env: NodeJS.ProcessEnv = { PATH: outer['PATH'], HOME: join(home, 'home'), FACTORY_HOME: factoryHome, ...(outer['TMPDIR'] === undefined ? {} : { TMPDIR: outer['TMPDIR'] }) }
  await initWorkspace(root, { env, actor, person: actor })
  const workspace = openWorkspace(root, { env, person: actor })
  writeFileSync(join(root, 'agents.yaml'), drillConfig(process.execPath))
  writeFileSync(join(root, 'specs/inbox/canary.md'), drillIntent)
  const { outcome, failures, gates } = await start(workspace, { actor, env, factoryHome, ...(signal === undefined ? {} : { signal }) })
  const why = [...failures.map(run => `${run.dispatch}: ${run.message}`), ...gates.map(gate => gate.reason)].join('; ')
  return { workspace, stopped: `the drill ended ${outcome}${why === '' ? '' : `: ${why}`}` }
}
