/** `factory status`: agents, pipeline, gates, runs, spend, and what to type next; for the path of a project, that project. */
import type { CommandSpec } from '../command.ts'

export const status: CommandSpec = {
  name: 'status',
  group: 'operate',
  summary: 'agents, pipeline, gates, runs in progress, spend, next actions',
  details: ['Reads only. Changes of files that no command has recorded yet are taken into account and listed.'],
  arguments: [{ name: '[PATH]', summary: 'a project: only what belongs to it' }],
  options: [{ flags: '--watch', summary: 'stay, and show it again whenever it changes' }],
  examples: [
    { command: 'factory status', does: 'the board' },
    { command: 'factory status ./shop', does: 'one project' },
    { command: 'factory status --json', does: 'for a script' },
  ],
  needs: 'workspace',
  run: async call => {
    const { board, follow } = await import('../board.ts')
    return call.flag('watch') ? follow(call) : board(call)
  },
}
