/**
 * The configuration in force, from the texts in the log. Parsing costs more than everything else a read-only command does, so the
 * result is cached in `.factory-local/`, keyed by the texts and by the environment variables that they name.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ConfigProblem } from '../config/load.ts'
import type { Config } from '../config/model.ts'
import { writeDurably } from '../log/durable-file.ts'
import { configSources } from '../deciders/config-texts.ts'
import type { Turn } from '../../reducers/library.ts'
import type { State } from '../../reducers/state.ts'
import { originsOf } from './config-origins.ts'

export interface LoadedConfig {
  readonly config: Config
  readonly problems: readonly ConfigProblem[]
}

export interface ConfigReader {
  readonly root: string
  readonly local: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly text: (sha256: string) => string
}

/** Loads what the state says, falling back to the last good text of each file, and to the built-in defaults. */
export async function configOf(state: State, reader: ConfigReader, mayWrite: boolean): Promise<LoadedConfig> {
  const sources = configPaths(state)
  const raw = [...sources.map(({ path, sha256 }) => `${path} ${sha256}`), ...turnsOf(state).map(({ writer, doc }) => `${writer} ${doc.sha256}`)].join('\n')
  const cached = readCache(reader)
  if (cached !== null && cached.raw === raw && Object.entries(cached.env).every(([name, value]) => (reader.env[name] ?? null) === value)) return cached.loaded
  const loaded = await load(state, reader)
  const env = Object.fromEntries([...new Set(sources.flatMap(({ sha256 }) => variablesIn(textOf(reader, sha256))))].map(name => [name, reader.env[name] ?? null]))
  if (mayWrite) writeDurably(cachePath(reader.local), JSON.stringify({ format: cacheFormat, raw, env, loaded }), { root: reader.root, sync: false })
  return loaded
}

interface Cached { readonly raw: string; readonly env: Record<string, string | null>; readonly loaded: LoadedConfig }

const cacheFormat = 2
const cachePath = (local: string): string => join(local, 'config.json')

function readCache(reader: ConfigReader): Cached | null {
  try {
    const parsed = JSON.parse(readFileSync(cachePath(reader.local), 'utf8')) as Cached & { format: number }
    return parsed.format === cacheFormat ? parsed : null
  } catch {
    return null
  }
}

const turnsOf = (state: State): readonly Turn[] => state.library.byPath['agents.yaml']?.turns ?? []

const isConfigPath = (path: string): boolean => path === 'agents.yaml' || path === 'permissions.yaml' || path.startsWith('apps/') && /^apps\/[^/]+\.yaml$/.test(path)

function configPaths(state: State): { path: string; sha256: string }[] {
  const { byPath } = state.library
  return Object.keys(byPath).filter(isConfigPath).sort().flatMap(path => {
    const shelved = byPath[path]
    return shelved === undefined || shelved.removed ? [] : [{ path, sha256: shelved.doc.sha256 }]
  })
}

const variablesIn = (text: string): string[] => [...text.matchAll(/\$\{([A-Za-z_][A-Za-z0-9_]*)/g)].flatMap(match => match[1] ?? [])

function textOf(reader: ConfigReader, sha256: string): string {
  try {
    return reader.text(sha256)
  } catch {
    return ''
  }
}

async function load(state: State, reader: ConfigReader): Promise<LoadedConfig> {
  const { loadConfig } = await import('../config/load.ts')
  const textAt = (path: string, which: 'doc' | 'before'): string | null => {
    const shelved = state.library.byPath[path]
    const doc = shelved === undefined || shelved.removed ? null : shelved[which]
    return doc === null ? null : textOf(reader, doc.sha256)
  }
  const attempt = (agents: 'doc' | 'before' | null, permissions: 'doc' | 'before' | null, withApps: boolean): ReturnType<typeof loadConfig> => loadConfig({
    agents: agents === null ? null : textAt('agents.yaml', agents),
    permissions: permissions === null ? null : textAt('permissions.yaml', permissions),
    apps: withApps ? configPaths(state).filter(({ path }) => path.startsWith('apps/')).map(({ path, sha256 }) => ({ path, text: textOf(reader, sha256) })) : [],
  }, { env: reader.env })
  const first = attempt('doc', 'doc', true)
  const definitions = (turn: Turn): Config | null => loadConfig({ ...configSources(state, doc => textOf(reader, doc.sha256)), agents: textOf(reader, turn.doc.sha256) }, { env: reader.env }).config
  for (const result of [first, attempt('before', 'doc', true), attempt('doc', 'before', true), attempt('before', 'before', false), attempt(null, null, false)]) {
    if (result.config !== null) return { config: { ...result.config, origins: originsOf(result.config, turnsOf(state), definitions) }, problems: first.problems }
  }
  throw new Error('the built-in configuration does not load')
}
