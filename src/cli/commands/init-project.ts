/** `factory init-project`: links the project in this directory to a workspace that lies elsewhere. */
import { join } from 'node:path'
import { dryRun } from '../command.ts'
import type { CommandSpec } from '../command.ts'
import { say } from '../messages.ts'

export const initProject: CommandSpec = {
  name: 'init-project',
  group: 'configure',
  summary: 'link the project in this directory to a workspace',
  details: ['Writes the file .factory here, which points to the workspace, and hides it from the git of the project.'],
  options: [dryRun],
  examples: [{ command: 'factory init-project --workspace ~/factory', does: 'link this project' }],
  exits: [{ code: 1, when: 'there is no such workspace' }],
  needs: 'none',
  run: async call => {
    if (call.flag('dryRun')) {
      const { findFor } = await import('../opening.ts')
      const { root } = findFor(call)
      return { json: { workspace: root, dryRun: true, files: ['.factory'] }, text: `${say('dry-run')}\n  ${join(call.cwd, '.factory')} -> ${root}` }
    }
    const { initProject: link } = await import('../../workspace/init.ts')
    const linked = await link(call.cwd, { env: call.env, clock: call.now, warn: call.warn, person: call.actor, actor: call.actor, workspace: call.workspaceDir })
    const done = say('init-project.done', { project: linked.name, dir: linked.root })
    return { json: { workspace: linked.root, project: linked.name, changed: linked.changed }, text: linked.changed ? done : `${say('already-so')} ${done}` }
  },
}
