/** `factory compare A B`: what changed between two points of history, by item. */
import type { Workspace } from '../workspace/session.ts'
import { projectAll } from '../../projections/all.ts'
import type { State } from '../../reducers/state.ts'
import { hashOf } from '../workspace/projected-tree.ts'
import { pointOf } from './point.ts'
import { foldTo } from './replay.ts'

export interface ItemChange {
  readonly name: string
  readonly item: string
  readonly from: { readonly stage: string; readonly attempt: number } | null
  readonly to: { readonly stage: string; readonly attempt: number } | null
}

export interface Comparison {
  readonly from: { readonly point: string; readonly events: number }
  readonly to: { readonly point: string; readonly events: number }
  readonly items: readonly ItemChange[]
  readonly decisions: readonly { readonly entry: string; readonly from: string | null; readonly to: string }[]
  readonly files: { readonly added: readonly string[]; readonly changed: readonly string[]; readonly removed: readonly string[] }
  /** `usd` is null where no run's cost is known. */
  readonly spend: { readonly usd: number | null; readonly runs: number; readonly runsOfUnknownCost: number }
}

export async function compare(workspace: Workspace, a: string, b: string): Promise<Comparison> {
  const [from, to] = [await pointOf(workspace, a), await pointOf(workspace, b)]
  const [before, after] = [foldTo(workspace, from).state, foldTo(workspace, to).state]
  return {
    from: { point: from.label, events: before.events },
    to: { point: to.label, events: after.events },
    items: itemChanges(before, after),
    decisions: decisionChanges(before, after),
    files: fileChanges(workspace, before, after),
    spend: spent(before, after),
  }
}

function itemChanges(before: State, after: State): ItemChange[] {
  const ids = new Set([...Object.keys(before.specs.byId), ...Object.keys(after.specs.byId)])
  return [...ids].flatMap(id => {
    const [old, now] = [before.specs.byId[id as keyof typeof before.specs.byId], after.specs.byId[id as keyof typeof after.specs.byId]]
    if (old?.stage === now?.stage && old?.attempt === now?.attempt && old?.doc.sha256 === now?.doc.sha256) return []
    const brief = (spec: typeof old): ItemChange['from'] => (spec === undefined ? null : { stage: spec.stage, attempt: spec.attempt })
    return [{ name: now?.name ?? old?.name ?? id, item: id, from: brief(old), to: brief(now) }]
  })
}

function decisionChanges(before: State, after: State): { entry: string; from: string | null; to: string }[] {
  return Object.values(after.decisions.byId).flatMap(decision => {
    const old = before.decisions.byId[decision.id]
    const name = after.specs.byId[decision.spec]?.name ?? decision.spec
    return old?.status === decision.status && old.answer === decision.answer ? [] : [{ entry: `${name}/${decision.entry}`, from: old?.status ?? null, to: decision.status }]
  })
}

function fileChanges(workspace: Workspace, before: State, after: State): Comparison['files'] {
  const [old, now] = [before, after].map(state => new Map(projectAll(state).map(file => [file.path, hashOf(file, workspace.bytes)]))) as [Map<string, string>, Map<string, string>]
  return {
    added: [...now.keys()].filter(path => !old.has(path)),
    changed: [...now].filter(([path, hash]) => old.has(path) && old.get(path) !== hash).map(([path]) => path),
    removed: [...old.keys()].filter(path => !now.has(path)),
  }
}

function spent(before: State, after: State): Comparison['spend'] {
  const known = new Set(before.spending.entries.map(entry => entry.run))
  const fresh = after.spending.entries.filter(entry => !known.has(entry.run))
  const costs = fresh.flatMap(entry => entry.actualUsd ?? [])
  return { usd: costs.length === 0 && fresh.length > 0 ? null : costs.reduce((sum, cost) => sum + cost, 0), runs: fresh.length, runsOfUnknownCost: fresh.filter(entry => !entry.known).length }
}
