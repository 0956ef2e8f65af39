/**
 * The lease of a run on this clone: a small file that says which process owns it. Renewal is a touch, not an event; whoever plans
 * the next step judges a run by it. Written by `executeRun`, read by the dispatchers.
 */
import { mkdirSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FactoryError } from '../error.ts'
import { readRegularFile } from '../log/durable-file.ts'
import { livenessOf, thisProcess } from '../log/process-identity.ts'
import type { Liveness, ProcessIdentity } from '../log/process-identity.ts'

export interface Lease {
  readonly renew: () => void
  readonly release: () => void
}

export interface LeaseOwner extends ProcessIdentity { readonly run: string }
export interface HeldLease { readonly owner: LeaseOwner; readonly renewedAt: Date; readonly liveness: Liveness }

const folder = (local: string): string => join(local, 'leases')
const legal = /^[A-Za-z0-9._-]+$/

function leasePath(local: string, run: string): string {
  if (!legal.test(run)) throw new FactoryError('run-invalid', `"${run.slice(0, 80)}" is not the name of a run`)
  return join(folder(local), `${run}.json`)
}

/** Takes the lease file of a run that this process has claimed. */
export function holdLease(workspace: { readonly local: string }, run: string): Lease {
  const path = leasePath(workspace.local, run)
  mkdirSync(folder(workspace.local), { recursive: true })
  const owner: LeaseOwner = { run, ...thisProcess() }
  writeFileSync(path, `${JSON.stringify(owner)}\n`, { mode: 0o600 })
  return {
    renew: () => { try { const now = new Date(); utimesSync(path, now, now) } catch { writeFileSync(path, `${JSON.stringify(owner)}\n`, { mode: 0o600 }) } },
    release: () => rmSync(path, { force: true }),
  }
}

/** Who holds a run here and whether that process lives; null: nobody says so. */
export function readLease(workspace: { readonly local: string }, run: string): HeldLease | null {
  const path = leasePath(workspace.local, run)
  const owner = parse(path)
  if (owner === null) return null
  return { owner, renewedAt: statSync(path, { throwIfNoEntry: false })?.mtime ?? new Date(0), liveness: livenessOf(owner) }
}

/** Runs with a lease file here. */
export function leasedRuns(workspace: { readonly local: string }): readonly string[] {
  try {
    return readdirSync(folder(workspace.local)).filter(name => name.endsWith('.json')).map(name => name.slice(0, -'.json'.length)).sort()
  } catch {
    return []
  }
}

/** Takes away the lease of a run that is over. */
export const clearLease = (workspace: { readonly local: string }, run: string): void => rmSync(leasePath(workspace.local, run), { force: true })

/** A torn or foreign file names no owner. */
function parse(path: string): LeaseOwner | null {
  try {
    const read = readRegularFile(path, { maxBytes: 4096 })
    const value: unknown = read === undefined ? null : JSON.parse(read.bytes.toString('utf8'))
    return isOwner(value) ? value : null
  } catch {
    return null
  }
}

const isOwner = (value: unknown): value is LeaseOwner => {
  if (typeof value !== 'object' || value === null) return false
  const { run, pid, started, boot, host, pidSpace } = value as Record<string, unknown>
  return [run, started, boot, host, pidSpace].every(part => typeof part === 'string') && Number.isInteger(pid)
}
