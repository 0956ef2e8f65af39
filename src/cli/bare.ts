/** `factory` alone: in a workspace on a terminal the board, elsewhere on a terminal the welcome, otherwise help and exit code 64. */
import { lookForWorkspace } from '../workspace/find.ts'
import type { CommandSpec } from './command.ts'
import { parseOptions } from './option-parser.ts'
import { isTerminal } from './output.ts'
import { commandNamed } from './registry.ts'

/** The command to run instead, or null for help. */
export async function bare(rest: readonly string[]): Promise<CommandSpec | null> {
  const values = parseOptions({ name: '' }, rest)
  if (values === 'help' || !(await isTerminal(1)) || !(await isTerminal(0))) return null
  const { workspace } = values.options
  const found = lookForWorkspace({ explicit: typeof workspace === 'string' ? workspace : undefined, cwd: process.cwd(), env: process.env })
  return commandNamed(found === null ? 'welcome' : 'status') ?? null
}
