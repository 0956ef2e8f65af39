/**
 * The texts a configuration is made of, and their hash. Apart from `load.ts`, so that a caller who keeps the last configuration can see that
 * nothing changed without loading a parser. The environment is no part of it.
 */
import { createHash } from 'node:crypto'

export interface ConfigSources {
  /** null: the file is not there, its defaults hold. */
  readonly agents: string | null
  readonly permissions: string | null
  /** Paths relative to the workspace. */
  readonly apps: readonly { readonly path: string; readonly text: string }[]
}

/** SHA-256 over the texts as written; the order of the apps does not matter. */
export const configHash = (sources: ConfigSources): string => {
  const apps = sources.apps.map(({ path, text }) => [path, text]).sort(([a = ''], [b = '']) => (a < b ? -1 : a > b ? 1 : 0))
  return createHash('sha256').update(JSON.stringify([sources.agents, sources.permissions, apps])).digest('hex')
}
