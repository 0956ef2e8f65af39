/** `factory sync`: how two people meet: fetch, unite the logs, project, commit the merge, push. */
import type { CommandSpec } from '../command.ts'
import { say } from '../messages.ts'

export const sync: CommandSpec = {
  name: 'sync',
  group: 'configure',
  summary: 'unite this workspace with another clone of it',
  details: ['Also heals what a plain git merge or pull left behind. Conflicting decisions are reported; the items they concern wait for a person.'],
  arguments: [{ name: '[REMOTE]', summary: 'a git remote of the workspace; without it, origin' }],
  options: [{ flags: '--continue', summary: 'finish a merge that git stopped in' }],
  examples: [{ command: 'factory sync', does: 'with origin' }, { command: 'factory sync --continue', does: 'after a plain git merge that stopped' }],
  exits: [{ code: 1, when: 'there is no such remote, or its history is another workspace' }],
  needs: 'workspace',
  run: async call => {
    const { sync: unite } = await import('../../workspace/sync.ts')
    const done = await unite(await call.open(), { remote: call.argument('REMOTE') ?? null, continue: call.flag('continue'), onProgress: call.progress, actor: call.actor })
    for (const warning of done.warnings) call.warn(warning)
    return { json: done, text: say('sync.done', { remote: done.remote ?? 'git', n: done.received }) }
  },
}
