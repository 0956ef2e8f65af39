/** Which item a path stands for. Names in paths are shown names; what is not there is a refusal that says how to get it. */
import { Refusal } from '../error.ts'
import type { ItemId } from '../events/types.ts'
import { requestNamed } from '../../projections/research.ts'
import { inboxOf } from '../../projections/specs.ts'
import type { Research } from '../../reducers/research.ts'
import { findSpec, revisionsOf } from '../../reducers/spec-names.ts'
import type { Spec } from '../../reducers/spec.ts'
import type { Request } from './routing.ts'

/** The revision that a path in the inbox shows, if any. */
export function shownInInbox({ state, change }: Request, path = change.path): Spec | undefined {
  const stem = path.slice(path.lastIndexOf('/') + 1).replace(/\.md$/, '')
  for (const name of new Set([stem, stem.replace(/\.r\d+$/, '')])) {
    const current = Object.hasOwn(state.specs.byName, name) ? findSpec(state.specs, name) : undefined
    const shown = current === undefined ? undefined : inboxOf(current, revisionsOf(state.specs, name)).find(one => one.path === path)
    if (shown !== undefined) return shown.spec
  }
  return undefined
}

/** The current revision of the name in the path. */
export function specOf({ state, part }: Request): Spec {
  const name = part('N')
  const spec = Object.hasOwn(state.specs.byName, name) ? findSpec(state.specs, name) : undefined
  if (spec === undefined) throw new Refusal('spec-not-found', `There is no spec named ${name}.`, 'drop the text in specs/inbox/, or: factory submit FILE')
  return spec
}

/** The same, for an agent: only the item that its run is for, only in a dispatch that hands this over. */
export function ownSpec(request: Request, dispatches: readonly string[]): Spec {
  const { mover, change } = request
  const spec = request.state.specs.byId[mover.item ?? (':0' as ItemId)]
  if (spec === undefined || spec.name !== request.part('N')) throw denied(`the run is not for the spec of ${change.path}`)
  if (!dispatches.includes(mover.dispatch ?? '')) throw denied(`a run of ${mover.dispatch ?? 'no dispatch'} does not hand over ${change.path}`)
  return spec
}

/** The newest question of the name in the path. */
export function researchOf({ state, part }: Request): Research {
  const request = requestNamed(state, part('Q'))
  if (request === undefined) throw new Refusal('research-not-found', `There is no question named ${part('Q')}.`, 'put it into tasks/research/ first')
  return request
}

export function ownResearch(request: Request): Research {
  const { mover, change } = request
  const research = request.state.research.byId[mover.item ?? (':0' as ItemId)]
  if (research === undefined || research.name !== request.part('Q')) throw denied(`the run is not for the question of ${change.path}`)
  if (mover.dispatch !== 'research') throw denied(`a run of ${mover.dispatch ?? 'no dispatch'} does not hand over ${change.path}`)
  return research
}

/** Refuses an agent's change. */
export const denied = (why: string): Refusal => new Refusal('access-denied', `Not imported: ${why}.`, 'hand over what the dispatch names; ask for anything else in needs.md')
