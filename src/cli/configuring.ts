/** Reads the configuration files of a workspace as they lie there, checks them, and lets a person edit one without ever storing a broken text. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { formatConfigProblem, loadConfig } from '../config/load.ts'
import type { ConfigProblem, ConfigSources } from '../config/load.ts'
import { configSources, withText } from '../deciders/config-texts.ts'
import { Refusal } from '../error.ts'
import type { Transaction } from '../workspace/session.ts'
import type { Invocation } from './invocation.ts'

type Environment = Readonly<Record<string, string | undefined>>

export function checkFiles(root: string, env: Environment): { readonly problems: readonly ConfigProblem[]; readonly warnings: readonly ConfigProblem[] } {
  const { problems, warnings } = loadConfig(sourcesIn(root), { env })
  return { problems, warnings }
}

const textIn = (root: string, path: string): string | null => {
  try {
    return readFileSync(join(root, path), 'utf8')
  } catch {
    return null
  }
}

function sourcesIn(root: string): ConfigSources {
  const names = appFiles(root)
  return {
    agents: textIn(root, 'agents.yaml'), permissions: textIn(root, 'permissions.yaml'),
    apps: names.map(name => ({ path: `apps/${name}`, text: textIn(root, `apps/${name}`) ?? '' })),
  }
}

function appFiles(root: string): string[] {
  try {
    return readdirSync(join(root, 'apps')).filter(name => name.endsWith('.yaml')).sort()
  } catch {
    return []
  }
}

/** The new text, or null if it is as it was. Refuses what would not load. */
export async function editFile(root: string, path: string, call: Invocation): Promise<string | null> {
  if (path !== 'agents.yaml' && path !== 'permissions.yaml' && !/^apps\/[^/]+\.yaml$/.test(path)) {
    throw new Refusal('not-configuration', `${path} is no configuration file.`, 'agents.yaml, permissions.yaml or apps/NAME.yaml')
  }
  const before = textIn(root, path) ?? ''
  const after = edited(before, basename(path), call.env)
  if (after === before) return null
  const { problems } = loadConfig(withText(sourcesIn(root), path, after), { env: call.env })
  if (problems.length > 0) throw new Refusal('config-broken', `The new ${path} is broken and was not taken: ${problems.map(formatConfigProblem).join('; ')}`, 'edit it again')
  return after
}

/** Refuses a text that would not load with the rest of the recorded configuration. */
export function requireLoads({ state, text: read }: Pick<Transaction, 'state' | 'text'>, path: string, text: string, env: Environment): void {
  const { problems } = loadConfig(withText(configSources(state, read), path, text), { env })
  if (problems.length > 0) throw new Refusal('config-broken', `The earlier ${path} would not load any more: ${problems.map(formatConfigProblem).join('; ')}`, `factory config edit ${path}`)
}

function edited(text: string, name: string, env: NodeJS.ProcessEnv): string {
  const editor = [env['VISUAL'], env['EDITOR']].find(value => value !== undefined && value !== '')
  if (editor === undefined) throw new Refusal('no-editor', 'No editor is named.', 'set EDITOR, or edit the file itself: it is taken in by the next command')
  const directory = mkdtempSync(join(tmpdir(), 'factory-edit-'))
  try {
    const path = join(directory, name)
    writeFileSync(path, text)
    // EDITOR is a shell command by convention (`code --wait`); the file is its last argument.
    const { status } = spawnSync(`${editor} "$FACTORY_EDITED"`, { shell: true, stdio: 'inherit', env: { ...env, FACTORY_EDITED: path } })
    if (status !== 0) throw new Refusal('editor-failed', 'The editor ended with an error; nothing was changed.', 'check EDITOR')
    return readFileSync(path, 'utf8')
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
