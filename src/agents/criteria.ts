/**
 * Runs the verification criteria of a spec, as the kernel: a fresh clone of the submitted commit, the project's set-up command, then each
 * script by `sh -e` with a deadline and a limit on output. What already passes on the base proves nothing, and is marked so. Called
 * before a verifier's run and by delivery.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tmpdir } from 'node:os'
import type { DataOf, SpecFields } from '../events/types.ts'
import { runProcess } from '../processes/run-process.ts'
import type { ProcessResult } from '../processes/run-process.ts'
import { privateClone } from '../projects/clone.ts'
import { filteredEnvironment, openRoom } from './run-environment.ts'

export interface CriteriaRequest {
  readonly project: string
  readonly commit: string
  /** Where the change began; null: nothing to compare with. */
  readonly base: string | null
  readonly criteria: SpecFields['criteria']
  readonly setup: string | null
  readonly criterionMs: number
  /** The run that they are part of: what they leave running ends with it, also after a crash. */
  readonly mark?: string
  readonly env: NodeJS.ProcessEnv
  readonly signal?: AbortSignal
  readonly onProgress?: (line: string) => void
}

/** A result without attempt and output document: `data` of `criterion.checked` once the output is stored. */
export interface CriterionResult extends Omit<DataOf<'criterion.checked'>, 'attempt' | 'output' | 'commit'> {
  readonly commit: string
  readonly output: string
}

const setupFactor = 4
const keepBytes = 64 * 1024

/** One result per criterion, in order. Stops early only when it is cancelled. */
export async function runCriteria(request: CriteriaRequest): Promise<readonly CriterionResult[]> {
  if (request.criteria.length === 0) return []
  const results = await inClone(request, request.commit, async (ready, run) => {
    const all: CriterionResult[] = []
    for (const criterion of request.criteria) {
      const result = ready === null ? await run(criterion.script) : ready
      const ok = result.reason === 'exited' && result.exitCode === 0 && ready === null
      all.push({ id: criterion.id, commit: request.commit, ok, exitCode: result.exitCode, reason: ready === null ? reasonOf(result) : `set-up failed: ${reasonOf(result)}`, durationMs: result.durationMs, output: outputOf(result), provesNothing: false })
      request.onProgress?.(`criterion ${criterion.id}: ${ok ? 'passed' : 'failed'}`)
    }
    return all
  })
  const passing = new Set(results.filter(result => result.ok).map(result => result.id))
  const idle = request.base === null || request.base === request.commit || passing.size === 0 ? new Set<string>() : await passingOnBase(request, request.base, passing)
  // Nothing was changed: what passes, passes without the change.
  return results.map(result => ({ ...result, provesNothing: idle.has(result.id) || (result.ok && request.base === request.commit) }))
}

async function passingOnBase(request: CriteriaRequest, base: string, passing: ReadonlySet<string>): Promise<ReadonlySet<string>> {
  return inClone(request, base, async (ready, run) => {
    const found = new Set<string>()
    if (ready !== null) return found
    for (const { id, script } of request.criteria) {
      if (!passing.has(id)) continue
      const result = await run(script)
      if (result.reason === 'exited' && result.exitCode === 0) found.add(id)
    }
    return found
  })
}

type Work<T> = (failedSetup: ProcessResult | null, run: (script: string) => Promise<ProcessResult>) => Promise<T>

/** A clone that nobody else sees, with a home of its own; gone afterwards. */
async function inClone<T>(request: CriteriaRequest, commit: string, work: Work<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'factory-criteria-'))
  try {
    const room = openRoom(join(folder, 'room'))
    const dest = join(folder, 'project')
    await privateClone({ source: request.project, commit, dest })
    const env = { ...filteredEnvironment(request.env, room), CI: '1' }
    const file = join(room.path, 'script.sh')
    const sh = (script: string, timeoutMs: number): Promise<ProcessResult> => (writeFileSync(file, `${script}\n`), runProcess({
      argv: ['sh', '-e', file], ...(request.mark === undefined ? {} : { mark: request.mark }), cwd: dest, env, timeoutMs, keepBytes, ...(request.signal === undefined ? {} : { signal: request.signal }),
    }))
    const setup = request.setup === null ? null : await sh(request.setup, request.criterionMs * setupFactor)
    const failed = setup === null || (setup.reason === 'exited' && setup.exitCode === 0) ? null : setup
    return await work(failed, script => sh(script, request.criterionMs))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function reasonOf(result: ProcessResult): string {
  switch (result.reason) {
    case 'exited': return result.exitCode === 0 ? 'passed' : result.exitCode === null ? `ended by ${result.signal ?? 'a signal'}` : 'failed'
    case 'timed-out': return 'ran longer than limits.criterion'
    case 'silent': return 'was silent for too long'
    case 'cancelled': return 'was cancelled'
    case 'spawn-failed': return `could not be started: ${result.error ?? ''}`
  }
}

const outputOf = ({ stdout, stderr, truncatedBytes }: ProcessResult): string =>
  [stdout, stderr, truncatedBytes > 0 ? `[${truncatedBytes} bytes of output were not kept]\n` : ''].filter(part => part !== '').join(stdout.endsWith('\n') || stdout === '' ? '' : '\n')
