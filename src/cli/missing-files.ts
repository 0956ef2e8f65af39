/** What `init` would write into a directory, without writing. */
import { join } from 'node:path'
import { defaultFiles } from '../config/defaults/index.ts'
import { FactoryError } from '../error.ts'
import { lookForWorkspace } from '../workspace/find.ts'
import type { Invocation } from './invocation.ts'
import { openAt } from './opening.ts'

export async function missingFiles(directory: string, call: Invocation): Promise<readonly string[]> {
  const paths = defaultFiles.map(file => file.path)
  const root = existing(directory, call)
  if (root === null) return ['events.jsonl', ...paths]
  const { state } = await openAt(root, call).look()
  return paths.filter(path => state.library.byPath[path] === undefined).map(path => join(path))
}

function existing(directory: string, call: Invocation): string | null {
  try {
    return lookForWorkspace({ explicit: directory, cwd: call.cwd, env: {} })?.root ?? null
  } catch (error) {
    if (error instanceof FactoryError && error.code === 'no-workspace') return null
    throw error
  }
}
