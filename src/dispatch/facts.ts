/** What several filters look up of the same state, gathered once for a plan: live runs by item, research by spec, critical observations. Pure. */
import type { ItemId } from '../events/types.ts'
import type { Observation } from '../../reducers/feedback.ts'
import type { Research } from '../../reducers/research.ts'
import type { LiveRun } from '../../reducers/runs.ts'
import type { BudgetBlock } from '../deciders/budgets.ts'
import type { Look } from './look.ts'

export interface Facts {
  readonly live: readonly LiveRun[]
  readonly runsOf: ReadonlyMap<ItemId, readonly LiveRun[]>
  /** Unanswered requests by the spec they block. */
  readonly researchOf: ReadonlyMap<ItemId, readonly Research[]>
  readonly critical: readonly Observation[]
  /** Answers of the budgets so far, by what they depend on. */
  readonly budgets: Map<string, BudgetBlock | null>
}

const known = new WeakMap<Look, Facts>()

/** A look is made for one plan, on a state that does not change meanwhile. */
export function factsOf(look: Look): Facts {
  const facts = known.get(look) ?? gather(look)
  known.set(look, facts)
  return facts
}

function gather({ state }: Look): Facts {
  const live = Object.values(state.runs.live)
  const open = Object.values(state.research.byId).filter(({ status }) => status === 'requested')
  return {
    live,
    runsOf: grouped(live.flatMap(run => [run.spec, run.subject].flatMap(item => (item === null ? [] : [[item, run] as const])))),
    researchOf: grouped(open.flatMap(request => request.blocks.map(spec => [spec, request] as const))),
    critical: Object.values(state.feedback.observations).filter(({ status, severity }) => status === 'open' && severity === 'critical'),
    budgets: new Map(),
  }
}

function grouped<Value>(pairs: readonly (readonly [ItemId, Value])[]): ReadonlyMap<ItemId, readonly Value[]> {
  const groups = new Map<ItemId, Value[]>()
  for (const [item, value] of pairs) groups.set(item, [...groups.get(item) ?? [], value])
  return groups
}
