/**
 * The texts of the configuration as the log has them, for whoever checks what a change would make of them. Pure; the texts are read by
 * the function given.
 */
import type { ConfigSources } from '../config/load.ts'
import type { Doc } from '../events/types.ts'
import type { State } from '../../reducers/state.ts'

const isApp = (path: string): boolean => /^apps\/[^/]+\.yaml$/.test(path)

export function configSources(state: State, text: (doc: Doc) => string): ConfigSources {
  const at = (path: string): string | null => {
    const shelved = Object.hasOwn(state.library.byPath, path) ? state.library.byPath[path] : undefined
    return shelved === undefined || shelved.removed ? null : text(shelved.doc)
  }
  const apps = Object.keys(state.library.byPath).filter(isApp).sort()
  return { agents: at('agents.yaml'), permissions: at('permissions.yaml'), apps: apps.flatMap(path => { const found = at(path); return found === null ? [] : [{ path, text: found }] }) }
}

/** The same with another text at one path. */
export function withText(sources: ConfigSources, path: string, text: string): ConfigSources {
  if (path === 'agents.yaml') return { ...sources, agents: text }
  if (path === 'permissions.yaml') return { ...sources, permissions: text }
  return { ...sources, apps: [...sources.apps.filter(app => app.path !== path), { path, text }] }
}
