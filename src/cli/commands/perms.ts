/** `factory perms`: who may read and write what, and which rule says so. */
import type { CommandSpec } from '../command.ts'
import { usage } from '../usage.ts'

export const perms: CommandSpec = {
  name: 'perms',
  group: 'inspect',
  summary: 'who may read and write what, and which rule says so',
  details: ['The same function answers here, when a view is made, and when what an agent left is imported.'],
  arguments: [{ name: '[PATH]', summary: 'a path of the workspace; ./PATH is taken from this directory' }],
  options: [{ flags: '-a, --agent <name>', summary: 'this agent only' }],
  examples: [
    { command: 'factory perms', does: 'groups, rules, escalation' },
    { command: 'factory perms --agent builder', does: 'what one agent may do' },
    { command: 'factory perms --agent builder scenarios/shop', does: 'why it may not read that' },
  ],
  exits: [{ code: 1, when: 'no such agent' }],
  needs: 'workspace',
  run: async call => {
    const [{ permissionsOf, renderPermissions }, { workspacePath }] = await Promise.all([import('../render/permissions.ts'), import('../finding.ts')])
    const workspace = await call.open()
    const { config } = await workspace.look()
    const agent = call.option('agent')
    const given = call.argument('PATH')
    if (given === '') throw usage('usage', 'A path is empty.', 'factory perms --help')
    const answer = permissionsOf(config, agent ?? null, given === undefined ? null : workspacePath(given, workspace.root, call.cwd))
    return { json: answer, text: () => renderPermissions(answer) }
  },
}
