/**
 * Leases of runs as the dispatchers judge them, and the mark by which one process asks another to end a run. The lease file itself is
 * held and renewed by whoever executes the run. Everything here is local to this clone.
 */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readLease } from '../agents/lease-file.ts'
import type { LiveRun } from '../../reducers/runs.ts'
import type { Workspace } from '../workspace/session.ts'

type Place = Pick<Workspace, 'local'>

/** Whether the process that holds a run of this clone still lives; a run without a lease file has none. */
export const ownerAlive = (place: Place) => (run: LiveRun): boolean => {
  const lease = readLease(place, run.id)
  if (lease === null || lease.liveness === 'gone') return false
  // Another machine or container on the same files cannot be asked: there only renewal counts.
  return lease.liveness === 'alive' || Date.now() - lease.renewedAt.getTime() < run.leaseMs
}

const markPath = (place: Place, run: string): string => join(place.local, 'leases', `${run.replace(/[^A-Za-z0-9._-]/g, '_')}.cancel`)

/** Asks the process that executes a run to end it now. */
export function askToEnd(place: Place, run: string): void {
  mkdirSync(join(place.local, 'leases'), { recursive: true })
  writeFileSync(markPath(place, run), '')
}

export const isAskedToEnd = (place: Place, run: string): boolean => existsSync(markPath(place, run))
export const forgetAsking = (place: Place, run: string): void => rmSync(markPath(place, run), { force: true })

const lookMs = 250

/** A signal for one run: it fires with `outer`, or when another process asks for the end of this run. Call `done` afterwards. */
export function endSignal(place: Place, run: string, outer: AbortSignal | undefined): { readonly signal: AbortSignal; readonly done: () => void } {
  const controller = new AbortController()
  const abort = (): void => controller.abort()
  if (outer?.aborted === true) abort()
  outer?.addEventListener('abort', abort, { once: true })
  const timer = setInterval(() => { if (isAskedToEnd(place, run)) abort() }, lookMs)
  timer.unref()
  const done = (): void => {
    clearInterval(timer)
    outer?.removeEventListener('abort', abort)
    forgetAsking(place, run)
  }
  return { signal: controller.signal, done }
}
