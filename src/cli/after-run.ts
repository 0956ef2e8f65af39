/**
 * What follows every agent run, also a failed one: taking what is stale out of view, telling people.
 * Handed to `start` and the commands that run one agent; `afterStart` tells of gates that were met without a run.
 */
import type { RunOutcome } from '../agents/run.ts'
import { notify } from '../dispatch/notifications.ts'
import { collect } from '../gc/collect.ts'
import type { Workspace } from '../workspace/session.ts'

export const afterRun = (workspace: Workspace, env: NodeJS.ProcessEnv) => async (outcome: RunOutcome): Promise<void> => {
  const stale = await collect(workspace, { dryRun: true, actor: 'gc' })
  if (stale.length > 0) await collect(workspace, { actor: 'gc' })
  await notify(workspace, outcome, env)
}

export const afterStart = (workspace: Workspace, env: NodeJS.ProcessEnv): Promise<void> => notify(workspace, null, env)
