/** Specs: stage, attempts, plan, reports and gates of every revision, folded from `spec.*`, `plan.*`, `build.*` and the runs on them. */
import { idOf, wallTime } from '../src/events/types.ts'
import type { EventOf, FactoryEvent } from '../src/events/types.ts'
import { reduceDelivery } from './deliveries.ts'
import { reducePlan } from './plans.ts'
import { own, put } from './reducing.ts'
import type { FoldContext, Reducer } from './reducing.ts'
import { reduceSpecRuns } from './spec-runs.ts'
import type { Spec, Specs } from './spec.ts'
import { move } from './stage-moves.ts'

export const initialSpecs = (): Specs => ({ byId: {}, byName: {}, byRun: {} })

export const reduceSpecs: Reducer<Specs> = (specs, event, context) => {
  if (event.type === 'spec.submitted') return submit(specs, event, context)
  const spec = own(specs.byId, event.item)
  if (event.type.startsWith('run.')) return reduceSpecRuns(specs, event, context)
  if (spec === undefined) return
  reduceText(spec, event, context)
  reduceVerdict(spec, event, context)
  reducePlan(spec, event, context)
  reduceDelivery(spec, event)
  reduceHolds(spec, event)
}

function submit(specs: Specs, event: EventOf<'spec.submitted'>, context: FoldContext): void {
  const { name, title, revision, doc, fields, source } = event.data
  const id = idOf(event)
  // Also a later revision of a name that the writer believed its own: it belongs to the item that this writer made.
  const taken = (own(specs.byName, name) ?? []).some(other => !context.saw(other))
  const shown = taken ? `${name}~${event.writer}` : name
  specs.byId[id] = {
    id, name: shown, givenName: name, revision, title, stage: 'inbox', stageSince: wallTime(event), createdAt: wallTime(event), by: event.actor, source,
    doc, fields, textBy: event.writer, attempt: 0, buildingFrom: null, builder: null, plan: null, brief: null, report: null, notes: null, commit: null, base: null,
    criteria: [], attempts: [], tries: null, overrides: 0, fence: 0, running: {}, paused: false, conflict: null, disputes: [], raised: [], lifted: [], delivery: null, last: id,
  }
  put(specs.byName, shown, [...own(specs.byName, shown) ?? [], id])
}

function reduceText(spec: Spec, event: FactoryEvent, context: FoldContext): void {
  switch (event.type) {
    case 'spec.drafted':
    case 'spec.readied': {
      // One more draft by an agent is no step further: its tries go on.
      const tries = event.type === 'spec.drafted' && spec.stage === 'drafting' && event.run !== undefined ? spec.tries : null
      if (!move(spec, event, context, event.type === 'spec.drafted' ? 'drafting' : 'ready')) return
      spec.tries = tries
      spec.doc = event.data.doc
      spec.fields = event.data.fields
      spec.textBy = event.writer
      return
    }
    case 'spec.edited':
      if (!move(spec, event, context, spec.stage)) return
      spec.doc = event.data.doc
      spec.fields = event.data.fields
      spec.textBy = event.writer
      return
    case 'spec.withdrawn':
      move(spec, event, context, 'withdrawn')
      return
    default:
  }
}

function reduceVerdict(spec: Spec, event: FactoryEvent, context: FoldContext): void {
  switch (event.type) {
    case 'build.submitted':
      if (!move(spec, event, context, 'review', event.data.attempt)) return
      spec.attempt = Math.max(spec.attempt, event.data.attempt)
      spec.report = event.data.report
      spec.notes = event.data.notes
      spec.commit = event.data.commit
      spec.base = event.data.base
      spec.criteria = []
      spec.builder = null
      spec.buildingFrom = null
      return
    case 'criterion.checked': {
      const { attempt, id, ok, exitCode, reason, output, provesNothing } = event.data
      if (attempt !== spec.attempt) return
      spec.criteria = [...spec.criteria.filter(result => result.id !== id), { id, ok, exitCode, reason, output, provesNothing }]
      return
    }
    case 'spec.verified':
      if (!move(spec, event, context, 'verified', event.data.attempt)) return
      for (const earlier of spec.attempts) earlier.resolution ??= { by: 'rebuild', at: wallTime(event), reason: `attempt ${event.data.attempt} was verified` }
      spec.attempts.push({ attempt: event.data.attempt, verdict: 'verified', by: 'verifier', doc: event.data.doc, score: event.data.score, at: wallTime(event), failedCriteria: [], resolution: null })
      return
    case 'spec.failed': {
      const { attempt, by, doc, score, failedCriteria } = event.data
      if (!move(spec, event, context, 'failed', attempt)) return
      spec.builder = null
      spec.buildingFrom = null
      spec.attempts.push({ attempt, verdict: 'failed', by, doc, score, at: wallTime(event), failedCriteria, resolution: null })
      return
    }
    case 'rebuild.queued':
      if (!move(spec, event, context, 'ready', event.data.attempt)) return
      spec.attempt = Math.max(spec.attempt, event.data.attempt)
      spec.brief = event.data.brief
      spec.plan = null
      spec.delivery = spec.delivery === null ? null : { ...spec.delivery, status: 'superseded' }
      if (event.data.override) spec.overrides += 1
      return
    case 'spec.resolved':
      if (!move(spec, event, context, 'resolved')) return
      for (const report of spec.attempts) report.resolution ??= { by: 'manual', at: wallTime(event), reason: event.data.reason }
      return
    case 'spec.documented':
      move(spec, event, context, 'documented')
      return
    default:
  }
}

function reduceHolds(spec: Spec, event: FactoryEvent): void {
  switch (event.type) {
    case 'item.paused':
      spec.paused = true
      return
    case 'item.resumed':
      spec.paused = false
      return
    case 'gate.raised':
      if (!spec.raised.includes(event.data.kind)) spec.raised.push(event.data.kind)
      return
    case 'gate.lifted':
      spec.raised = spec.raised.filter(kind => kind !== event.data.kind)
      spec.lifted.push({ kind: event.data.kind, answer: event.data.answer })
      if (event.data.kind === 'conflict') { spec.conflict = null; spec.disputes = []; spec.last = idOf(event) }
      if (event.data.kind === 'no-progress') spec.tries = null
      if (event.data.kind === 'retry-limit') spec.overrides += 1
      return
    default:
  }
}
