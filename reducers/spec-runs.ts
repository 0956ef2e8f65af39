/** What runs do to their spec: a build run puts it in `building`; a run that ends without handing over puts it back and counts a try. */
import { idOf, wallTime } from '../src/events/types.ts'
import type { EventOf, FactoryEvent } from '../src/events/types.ts'
import { own, put } from './reducing.ts'
import type { FoldContext } from './reducing.ts'
import { isTry } from './faults.ts'
import type { Spec, Specs } from './spec.ts'
import { move } from './stage-moves.ts'

export function reduceSpecRuns(specs: Specs, event: FactoryEvent, context: FoldContext): void {
  if (event.type === 'run.claimed') return claim(specs, event, context)
  const spec = ownerOf(specs, event)
  if (spec === undefined) return
  switch (event.type) {
    case 'run.finished':
      end(specs, spec, event, !event.data.progress || stands(spec, event.run))
      return
    case 'run.failed':
    case 'run.timed-out':
    case 'run.cancelled':
    case 'run.abandoned':
      end(specs, spec, event, isTry(event))
      return
    default:
  }
}

function claim(specs: Specs, event: EventOf<'run.claimed'>, context: FoldContext): void {
  const spec = event.data.spec === null ? undefined : own(specs.byId, event.data.spec)
  if (spec === undefined || event.run === undefined) return
  put(specs.byRun, event.run, spec.id)
  put(spec.running, event.run, event.data.dispatch)
  spec.fence = Math.max(spec.fence, event.data.fence)
  if (event.data.dispatch !== 'build' && event.data.dispatch !== 'execute') return
  const tries = spec.tries
  const from = spec.stage === 'planning' ? 'planning' : 'ready'
  if (!move(spec, event, context, 'building', Math.max(1, event.data.attempt))) return
  spec.tries = tries
  spec.attempt = Math.max(spec.attempt, event.data.attempt, 1)
  spec.buildingFrom = from
  spec.builder = { run: event.run, agent: event.data.agent, since: wallTime(event) }
}

function ownerOf(specs: Specs, event: FactoryEvent): Spec | undefined {
  const id = event.run === undefined ? undefined : own(specs.byRun, event.run)
  return id === undefined ? undefined : specs.byId[id]
}

function end(specs: Specs, spec: Spec, event: FactoryEvent, fruitless: boolean): void {
  countTry(spec, event.run, fruitless)
  putBack(spec, event)
  if (event.run !== undefined) delete specs.byRun[event.run]
}

/** Drafting may go round and round (another draft, another question): only leaving the stage is progress of these two. */
function stands(spec: Spec, run: string | undefined): boolean {
  const dispatch = run === undefined ? undefined : own(spec.running, run)
  return (dispatch === 'draft' && spec.stage === 'inbox') || (dispatch === 'advance' && spec.stage === 'drafting')
}

function countTry(spec: Spec, run: string | undefined, fruitless: boolean): void {
  const dispatch = run === undefined ? undefined : own(spec.running, run)
  if (dispatch === undefined || run === undefined) return
  delete spec.running[run]
  if (!fruitless) return
  spec.tries = { dispatch, count: spec.tries?.dispatch === dispatch ? spec.tries.count + 1 : 1 }
}

function putBack(spec: Spec, event: FactoryEvent): void {
  if (spec.stage !== 'building' || spec.builder?.run !== event.run) return
  spec.stage = spec.buildingFrom ?? 'ready'
  spec.stageSince = wallTime(event)
  spec.buildingFrom = null
  spec.builder = null
  spec.last = idOf(event)
}
