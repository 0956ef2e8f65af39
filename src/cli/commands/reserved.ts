/** Names that later versions use. They refuse clearly, so that no script mistakes them for something else. */
import { Refusal } from '../../error.ts'
import type { CommandSpec } from '../command.ts'
import { say } from '../messages.ts'

const names = [
  'ceo', 'discover', 'eval', 'guard', 'precheck', 'begin', 'finalize', 'history', 'diff', 'explain', 'study', 'insights',
  'backlog', 'backlog-list', 'backlog-add', 'backlog-remove', 'agent', 'refine-status', 'refine-begin', 'refine-complete', 'leakage-check',
  'validate-research', 'ace', 'ace-stats', 'clean-pr', 'resume', 'checkpoint', 'report', 'registry', 'tmux', 'tmux-ls', 'tmux-stop', 'message',
  'dashboard', 'serve-mcp', 'notify', 'install', 'uninstall',
  'exec', 'chat', 'dash', 'service', 'check', 'annotate', 'item', 'schedule', 'memory', 'pr', 'team', 'hud',
] as const

export const notInThisVersion = (command: string): Refusal => new Refusal('not-in-this-version', say('reserved', { command: `factory ${command}` }), say('reserved-mend'))

export const reserved: readonly CommandSpec[] = names.map(name => ({
  name,
  group: 'improve',
  summary: 'not in this version',
  examples: [],
  needs: 'none',
  hidden: true,
  reserved: true,
  run: () => Promise.reject(notInThisVersion(name)),
}))
