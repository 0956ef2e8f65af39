/**
 * Leases of runs as the dispatchers judge them: by the process that owns them, on the clone that claimed them. The lease file itself
 * is held and renewed by whoever executes the run.
 */
import { readLease } from '../agents/lease-file.ts'
import type { LiveRun } from '../../reducers/runs.ts'
import type { Workspace } from '../workspace/session.ts'

/** Whether the process that holds a run of this clone still lives; a run without a lease file has none. */
export const ownerAlive = (place: Pick<Workspace, 'local'>) => (run: LiveRun): boolean => {
  const lease = readLease(place, run.id)
  if (lease === null || lease.liveness === 'gone') return false
  // Another machine or container on the same files cannot be asked: there only renewal counts.
  return lease.liveness === 'alive' || Date.now() - lease.renewedAt.getTime() < run.leaseMs
}
