/**
 * The entry of the directory protocol for intake (`routeChange`) and import (`routeImport`). With the readers in hand both are plain
 * functions; without them the parsers are loaded first, only when there is something to route.
 */
import type { FileChange, Mover, Routed } from '../workspace/change.ts'
import { loadReaders } from './readers.ts'
import { routeChange as one } from './route-change.ts'
import { routeImport as all } from './route-import.ts'
import type { ImportedChanges } from './route-import.ts'
import type { RouteDeps } from './routing.ts'

/** Dependencies without the readers; `env` is what `${VAR}` in the configuration is read from. */
export type LazyDeps = Omit<RouteDeps, 'parse'> & { readonly parse?: undefined; readonly env?: Readonly<Record<string, string | undefined>> }

export function routeChange(change: FileChange, mover: Mover, deps: RouteDeps): Routed
export function routeChange(change: FileChange, mover: Mover, deps: LazyDeps): Promise<Routed>
export function routeChange(change: FileChange, mover: Mover, deps: RouteDeps | LazyDeps): Routed | Promise<Routed> {
  return deps.parse === undefined ? withReaders(deps, full => one(change, mover, full)) : one(change, mover, deps)
}

export function routeImport(changes: readonly FileChange[], mover: Mover, deps: RouteDeps): ImportedChanges
export function routeImport(changes: readonly FileChange[], mover: Mover, deps: LazyDeps): Promise<ImportedChanges>
export function routeImport(changes: readonly FileChange[], mover: Mover, deps: RouteDeps | LazyDeps): ImportedChanges | Promise<ImportedChanges> {
  return deps.parse === undefined ? withReaders(deps, full => all(changes, mover, full)) : all(changes, mover, deps)
}

async function withReaders<Result>({ env, ...deps }: LazyDeps, route: (deps: RouteDeps) => Result): Promise<Result> {
  return route({ ...deps, parse: await loadReaders(env ?? process.env) })
}

export { confirmHeld, heldNeeds } from './confirm.ts'
export { heldChange } from './held.ts'
export { loadReaders } from './readers.ts'
export type { Readers } from './readers.ts'
export type { RouteDeps } from './routing.ts'
