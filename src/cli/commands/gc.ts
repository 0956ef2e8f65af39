/** `factory gc`, its parts `cleanup-…`, and `restore`: taking what is stale out of view, and back. */
import { dryRun } from '../command.ts'
import type { CommandSpec } from '../command.ts'
import { say } from '../messages.ts'

const collecting = (name: string, rules: readonly string[] | null, summary: string, details: readonly string[]): CommandSpec => ({
  name,
  group: 'gc',
  summary,
  details,
  options: [dryRun],
  examples: [{ command: `factory ${name} --dry-run`, does: 'what would leave view, and why' }],
  needs: 'workspace',
  run: async call => {
    const [{ collect }, { renderCollected }] = await Promise.all([import('../../gc/collect.ts'), import('../render/collected.ts')])
    const taken = await collect(await call.open(), { ...(rules === null ? {} : { rules }), dryRun: call.flag('dryRun'), actor: call.actor })
    return { json: { dryRun: call.flag('dryRun'), collected: taken }, text: () => renderCollected(taken, call.flag('dryRun')) }
  },
})

const undone = 'Only files leave view: content and history stay, every removal is an event, and factory restore PATH undoes it.'
const one = (name: string, what: string): CommandSpec => collecting(name, [name], `take stale ${what} out of view`, [undone])

export const gcCommands: readonly CommandSpec[] = [
  collecting('gc', null, 'take everything stale out of view, and remove old runs, views, branches and quarantine', [undone, 'It also runs after every agent run.']),
  one('cleanup-specs', 'copies of specs'),
  one('cleanup-tasks', 'reports'),
  one('cleanup-research', 'research requests'),
  one('cleanup-planning', 'plans'),
  one('cleanup-decisions', 'decision files'),
  one('cleanup-research-done', 'research briefs'),
  one('cleanup-factory-internal', 'observations'),
]

export const restore: CommandSpec = {
  name: 'restore',
  group: 'gc',
  summary: 'bring back files that were taken out of view',
  arguments: [{ name: 'PATH...', summary: 'paths of the workspace; ./PATH is taken from this directory' }],
  options: [dryRun],
  examples: [{ command: 'factory restore tasks/decisions/login-page.md', does: 'one file' }],
  exits: [{ code: 1, when: 'that path was not taken out of view' }],
  needs: 'workspace',
  run: async call => {
    const [{ restore: bringBack }, { workspacePath }] = await Promise.all([import('../../gc/collect.ts'), import('../finding.ts')])
    const workspace = await call.open()
    const paths = call.list('PATH').map(path => workspacePath(path, workspace.root, call.cwd))
    const restored = await bringBack(workspace, paths, { dryRun: call.flag('dryRun'), actor: call.actor })
    return { json: { dryRun: call.flag('dryRun'), restored }, text: restored.map(path => say('restore.done', { path })).join('\n') }
  },
}
