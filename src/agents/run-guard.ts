/**
 * Watches over a run while its agent works: renews the lease, and ends the run when the caller is interrupted or when the log says
 * that the run is over (cancelled, or revoked by a person's change). Released when the run's end is recorded.
 */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { Workspace } from '../workspace/session.ts'
import { holdLease } from './lease-file.ts'

export interface RunGuard {
  readonly signal: AbortSignal
  readonly release: () => void
}

const lookMs = 1000
const renewLooks = 15

export function guardRun(workspace: Workspace, run: string, outer: AbortSignal | undefined): RunGuard {
  const lease = holdLease(workspace, run)
  const controller = new AbortController()
  const abort = (): void => controller.abort()
  if (outer?.aborted === true) abort()
  outer?.addEventListener('abort', abort, { once: true })
  const isOver = watchLog(workspace, run)
  let looks = 0
  const timer = setInterval(() => {
    looks += 1
    if (looks % renewLooks === 0) lease.renew()
    void isOver().then(over => { if (over) abort() })
  }, lookMs)
  timer.unref()
  return {
    signal: controller.signal,
    release: () => {
      clearInterval(timer)
      outer?.removeEventListener('abort', abort)
      lease.release()
    },
  }
}

/** Looks only when the log has changed since the last look, and never twice at once. */
function watchLog(workspace: Workspace, run: string): () => Promise<boolean> {
  const log = join(workspace.root, 'events.jsonl')
  let seen = stampOf(log)
  let looking = false
  return async () => {
    const now = stampOf(log)
    if (looking || now === seen) return false
    looking = true
    seen = now
    try {
      const { state } = await workspace.look({ pending: false })
      return state.runs.live[run] === undefined
    } catch {
      // The next look may succeed; the import checks again anyway.
      return false
    } finally {
      looking = false
    }
  }
}

function stampOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false })
  return stat === undefined ? '' : `${stat.ino}:${stat.size}:${stat.mtimeMs}`
}
