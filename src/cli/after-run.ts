/** What follows every agent run, also a failed one: taking what is stale out of view. Handed to `start` and the commands that run one agent. */
import { collect } from '../gc/collect.ts'
import type { Workspace } from '../workspace/session.ts'

export const afterRun = (workspace: Workspace) => async (): Promise<void> => {
  const stale = await collect(workspace, { dryRun: true, actor: 'gc' })
  if (stale.length > 0) await collect(workspace, { actor: 'gc' })
}
