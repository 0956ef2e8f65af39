/** What is in work already: the item itself, here or on another clone, or its project. Pure. */
import { dispatchRow } from '../../agents/dispatch-table.ts'
import type { LiveRun } from '../../../reducers/runs.ts'
import type { Block } from '../candidate.ts'
import { factsOf } from '../facts.ts'
import { foreignLeaseMs } from '../../deciders/runs.ts'
import { holdingOf } from '../look.ts'
import type { Look } from '../look.ts'
import type { Offer } from '../offer.ts'
import { scopesOverlap } from '../scopes.ts'
import { block } from './holds.ts'

export function inWork(offer: Offer, look: Look): Block | null {
  for (const run of factsOf(look).runsOf.get(offer.item) ?? []) {
    const holding = holdingOf(run, look)
    if (holding === 'here') return block('running', `${run.agent} is at work on it (${run.id})`, `factory logs ${run.id}`)
    if (holding === 'elsewhere') return block('elsewhere', `${run.agent} is at work on it on the clone ${run.writer} (${run.id})`, 'factory sync', dayAfter(run.since))
  }
  return null
}

const dayAfter = (since: string): string => new Date(Date.parse(since) + foreignLeaseMs).toISOString()

/** Never two on one project, unless their specs declare scopes that cannot meet. */
export function projectBusy(offer: Offer, look: Look): Block | null {
  if (offer.project === null || !entersProject(offer.dispatch)) return null
  const other = factsOf(look).live.find(run => run.project === offer.project && run.spec !== offer.spec && entersProject(run.dispatch) && mayMeet(offer, run, look))
  return other === undefined ? null : block('project-busy', `${other.agent} is at work in project ${offer.project} (${other.id})`, 'factory status')
}

function mayMeet(offer: Offer, run: LiveRun, look: Look): boolean {
  if (holdingOf(run, look) !== 'here') return false
  const scope = run.spec === null ? [] : look.state.specs.byId[run.spec]?.fields.scope ?? []
  return scopesOverlap(offer.scope, scope)
}

function entersProject(dispatch: string): boolean {
  return kernelSteps.has(dispatch) ? false : dispatchRow(dispatch).project !== 'none'
}

const kernelSteps: ReadonlySet<string> = new Set(['rebuild', 'promote'])
