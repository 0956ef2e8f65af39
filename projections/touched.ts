/**
 * Which units an event may change. Called after every command, so that only those are projected again; must never miss one (the
 * property test compares with projecting everything). Where an event no longer tells its spec, all specs are named.
 */
import type { FactoryEvent, ItemId } from '../src/events/types.ts'
import type { State } from '../reducers/state.ts'
import { agentOfNeeds } from './needs.ts'
import { observationPath } from './observations.ts'

export function touchedBy(state: State, events: Iterable<FactoryEvent>): ReadonlySet<string> {
  const touched = new Set<string>()
  for (const event of events) for (const unit of unitsOf(state, event)) touched.add(unit)
  return touched
}

function unitsOf(state: State, event: FactoryEvent): readonly string[] {
  const id: ItemId = `${event.writer}:${event.seq}`
  const items = [event.item, id]
  return [
    ...items.flatMap(item => itemUnits(state, item)),
    ...feedbackUnits(state, event),
    ...libraryUnits(event),
    ...runUnits(state, event),
    ...(event.type === 'item.collected' || event.type === 'item.restored' ? event.data.paths.flatMap(path => unitsOfPath(state, path)) : []),
  ]
}

/** Units of the thing an item id stands for, whatever it is. */
function itemUnits(state: State, item: ItemId): readonly string[] {
  const spec = state.specs.byId[item] ?? state.specs.byId[state.decisions.byId[item]?.spec ?? item]
  const request = state.research.byId[item]
  const need = state.feedback.needs[item]
  const observation = state.feedback.observations[item]
  return [
    ...(spec === undefined ? [] : [`spec/${spec.name}`]),
    ...(request === undefined ? [] : [`research/${request.name}`]),
    ...(need === undefined ? [] : [`needs/${need.agent}`]),
    ...(observation === undefined ? [] : [`observation/${item}`, `needs/${observation.agent}`]),
    ...(state.effects.byId[item] === undefined ? [] : [`notification/${item}`]),
  ]
}

function feedbackUnits(state: State, event: FactoryEvent): readonly string[] {
  switch (event.type) {
    case 'request.unparsed':
      return sourceUnits(event.data.source)
    case 'spec.drafted':
    case 'spec.readied':
      return sourceUnits(event.stream)
    case 'change.applied':
    case 'change.refused':
      return itemUnits(state, event.data.need)
    default:
      return []
  }
}

function sourceUnits(source: string): readonly string[] {
  const agent = agentOfNeeds(source)
  if (agent !== null) return [`needs/${agent}`]
  return source.startsWith('spec/') ? [source] : []
}

function libraryUnits(event: FactoryEvent): readonly string[] {
  const { data } = event
  const paths = ['path' in data ? data.path : null, 'from' in data && event.type === 'skill.promoted' ? event.data.from : null]
  return paths.flatMap(path => (typeof path === 'string' ? [`library/${path}`, ...sourceUnits(path)] : []))
}

function runUnits(state: State, event: FactoryEvent): readonly string[] {
  switch (event.type) {
    case 'run.claimed':
      return event.data.spec === null ? [] : itemUnits(state, event.data.spec)
    case 'run.finished':
    case 'run.failed':
    case 'run.timed-out':
    case 'run.cancelled':
    case 'run.abandoned': {
      const expense = state.spending.entries.findLast(entry => entry.run === event.run)
      if (expense === undefined) return Object.keys(state.specs.byName).map(name => `spec/${name}`)
      return expense.spec === null ? [] : itemUnits(state, expense.spec)
    }
    default:
      return []
  }
}

const named = /^(?:specs\/(?:inbox|drafting|ready|archive)|tasks\/(?:building|review|verified|failed|resolved|decisions|research|research-done))\/([^/]+)\.md$/

/** The units that may show a path. */
export function unitsOfPath(state: State, path: string): readonly string[] {
  if (path.endsWith('.gitkeep') || path.startsWith('.git')) return ['fixed/files']
  const stem = named.exec(path)?.[1] ?? /^tasks\/planning\/([^/]+)\//.exec(path)?.[1]
  if (stem !== undefined) return path.startsWith('tasks/research') ? [`research/${stem}`] : [`spec/${stem}`, `spec/${stem.replace(/\.(?:rebuild|builder-notes|v\d+|r\d+)$/, '')}`]
  const agent = agentOfNeeds(path)
  if (agent !== null) return [`needs/${agent}`]
  if (path.startsWith('specs/factory-internal/')) return Object.values(state.feedback.observations).filter(one => path.startsWith(observationPath(one).replace(/\.md$/, ''))).map(one => `observation/${one.id}`)
  const notification = /^notifications\/(.+)-(\d+)\.json$/.exec(path)
  return notification === null ? [`library/${path}`] : [`notification/${notification[1] ?? ''}:${notification[2] ?? ''}`]
}
