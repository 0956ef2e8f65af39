/**
 * Runs the rules of GC in one transaction: every path that leaves view is named in an `item.collected` event, and `restore` brings it
 * back. Called by the `cleanup-*` and `gc` commands, and after every agent run.
 */
import { FactoryError } from '../error.ts'
import type { Draft } from '../events/types.ts'
import type { Transaction, Workspace } from '../workspace/session.ts'
import { allUnits, filesOf } from '../../projections/all.ts'
import type { Config } from '../config/model.ts'
import type { State } from '../../reducers/state.ts'
import { factoryHomeOf, findLeftovers } from './local-leftovers.ts'
import { gcRules } from './rules.ts'

export interface Collected {
  readonly rule: string
  readonly path: string
}

export interface CollectOptions {
  /** Commands of the rules to run; all by default, and then also what only lies on this machine. */
  readonly rules?: readonly string[]
  readonly dryRun?: boolean
  readonly actor: string
  /** For FACTORY_HOME; this process's own by default. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** The moment against which ages are measured; now by default. */
  readonly now?: string
}

/** At most this many paths in one event. */
const mostPaths = 5000

/** What the rules find stale and in view now. */
export function findStale(state: State, config: Config, now: string, rules?: readonly string[]): Collected[] {
  const chosen = gcRules.filter(rule => rules === undefined || rules.includes(rule.command))
  const found = chosen.flatMap(rule => rule.find(state, config, now).map(path => ({ rule: rule.command, path })))
    .filter(({ path }) => !Object.hasOwn(state.settings.collected, path))
  if (found.length === 0) return []
  const inView = new Set(allUnits(state).flatMap(unit => filesOf(state, unit).map(file => file.path)))
  return found.filter(({ path }) => inView.has(path))
}

export async function collect(workspace: Workspace, options: CollectOptions): Promise<readonly Collected[]> {
  const { rules, dryRun = false, actor, now } = options
  const collected = dryRun ? await lookForStale(workspace, options)
    : await workspace.transact({ command: rules?.length === 1 ? rules[0] ?? 'gc' : 'gc', actor }, transaction => collectIn(transaction, rules, now))
  return rules === undefined ? [...collected, ...await clearLeftovers(workspace, options)] : collected
}

async function lookForStale(workspace: Workspace, { rules, now }: CollectOptions): Promise<readonly Collected[]> {
  const { state, config } = await workspace.look()
  return findStale(state, config, now ?? new Date().toISOString(), rules)
}

async function clearLeftovers(workspace: Workspace, { dryRun = false, env, now }: CollectOptions): Promise<readonly Collected[]> {
  const { state, config } = await workspace.look({ pending: false })
  const found = await findLeftovers({ workspace, state, config, now: now ?? new Date().toISOString(), factoryHome: factoryHomeOf(env ?? process.env) })
  for (const leftover of found) if (!dryRun) await leftover.remove()
  return found.map(({ rule, path }) => ({ rule, path }))
}

/** The same inside a transaction that is under way. */
export function collectIn(transaction: Transaction, rules?: readonly string[], now = transaction.now): readonly Collected[] {
  const found = findStale(transaction.state, transaction.config, now, rules)
  for (const rule of new Set(found.map(one => one.rule))) {
    const paths = found.filter(one => one.rule === rule).map(one => one.path)
    for (let from = 0; from < paths.length; from += mostPaths) {
      transaction.append([{ type: 'item.collected', stream: `gc/${rule}`, data: { rule, paths: paths.slice(from, from + mostPaths) } }], { actor: 'gc' })
    }
  }
  return found
}

/** Puts collected files into view again. */
export async function restore(workspace: Workspace, paths: readonly string[], options: { readonly actor: string; readonly dryRun?: boolean }): Promise<readonly string[]> {
  const { state } = await workspace.look()
  for (const path of paths) requireCollected(state, path)
  if (options.dryRun === true) return paths
  return workspace.transact({ command: 'restore', actor: options.actor }, transaction => {
    const wanted = paths.filter(path => isCollected(transaction.state, path))
    const drafts: Draft[] = wanted.length === 0 ? [] : [{ type: 'item.restored', stream: 'gc/restore', data: { paths: wanted } }]
    transaction.append(drafts)
    return wanted
  })
}

const isCollected = (state: State, path: string): boolean => Object.hasOwn(state.settings.collected, path) && state.settings.collected[path] !== 'restored'

function requireCollected(state: State, path: string): void {
  if (isCollected(state, path)) return
  throw new FactoryError('not-collected', `${path} was not taken out of view by GC.`, { mend: 'factory log --type item.collected lists what was' })
}
