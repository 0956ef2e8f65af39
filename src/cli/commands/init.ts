/** `factory init`: makes a complete, working workspace. Harmless where there is one. */
import { resolve } from 'node:path'
import { dryRun } from '../command.ts'
import type { CommandSpec } from '../command.ts'
import { say } from '../messages.ts'

export const init: CommandSpec = {
  name: 'init',
  group: 'configure',
  summary: 'make a complete, working workspace',
  details: [
    'An empty or new directory becomes the workspace itself; a directory that holds something, such as a project, gets an embedded one in .factory/. Running it again adds what is missing and touches nothing else.',
  ],
  arguments: [{ name: '[DIR]', summary: 'the directory; without it, this one' }],
  options: [dryRun],
  examples: [{ command: 'factory init', does: 'here' }, { command: 'factory init ~/factory', does: 'there' }],
  needs: 'none',
  run: async call => {
    const directory = resolve(call.cwd, call.argument('DIR') ?? call.workspaceDir ?? '.')
    if (call.flag('dryRun')) {
      const { missingFiles } = await import('../missing-files.ts')
      const files = await missingFiles(directory, call)
      return { json: { dir: directory, dryRun: true, files }, text: files.length === 0 ? say('init.same', { dir: directory }) : [say('dry-run'), ...files.map(file => `  ${file}`)].join('\n') }
    }
    const { initWorkspace } = await import('../../workspace/init.ts')
    const made = await initWorkspace(directory, { env: call.env, clock: call.now, warn: call.warn, person: call.actor, actor: call.actor })
    const text = made.changed ? `${say('init.made', { dir: made.root })}\n${say('init.next')}` : say('init.same', { dir: made.root })
    return { json: { workspace: made.root, changed: made.changed, embedded: made.embedded }, text }
  },
}
