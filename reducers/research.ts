/** Research: questions that block specs, and their briefs. */
import { idOf, wallTime } from '../src/events/types.ts'
import type { Doc, FactoryEvent, ItemId } from '../src/events/types.ts'
import { isTry } from './faults.ts'
import { own, put } from './reducing.ts'
import type { FoldContext, Reducer } from './reducing.ts'

export interface Research {
  readonly id: ItemId
  name: string
  blocks: readonly ItemId[]
  question: Doc
  brief: Doc | null
  status: 'requested' | 'answered' | 'withdrawn'
  readonly createdAt: string
  readonly by: string
  answeredAt: string | null
  run: string | null
  tries: number
  paused: boolean
  raised: string[]
  last: ItemId
}

export interface ResearchSlice {
  byId: Record<ItemId, Research>
  byName: Record<string, ItemId>
}

export const initialResearch = (): ResearchSlice => ({ byId: {}, byName: {} })

export const reduceResearch: Reducer<ResearchSlice> = (research, event, context) => {
  if (event.type === 'research.requested') {
    const id = idOf(event)
    const { name, blocks, doc } = event.data
    const earlier = own(research.byName, name)
    const shown = earlier !== undefined && !context.saw(earlier) ? `${name}~${event.writer}` : name
    research.byId[id] = { id, name: shown, blocks, question: doc, brief: null, status: 'requested', createdAt: wallTime(event), by: event.actor, answeredAt: null, run: null, tries: 0, paused: false, raised: [], last: id }
    put(research.byName, shown, id)
    return
  }
  const id = event.type === 'run.claimed' ? event.data.subject : event.item
  const request = id === null ? undefined : own(research.byId, id)
  if (request !== undefined) reduceOne(request, event, context)
  if (event.type.startsWith('run.') && event.type !== 'run.claimed') endRun(research, event)
}

function reduceOne(request: Research, event: FactoryEvent, context: FoldContext): void {
  switch (event.type) {
    case 'research.answered':
      if (!context.saw(request.last) && request.status !== 'requested') { context.lost(request.last); return }
      request.brief = event.data.doc
      request.status = 'answered'
      request.answeredAt = wallTime(event)
      break
    case 'research.edited':
      if (event.data.part === 'question') request.question = event.data.doc
      else request.brief = event.data.doc
      break
    case 'research.withdrawn':
      if (request.status !== 'requested') { if (!context.saw(request.last)) context.lost(request.last); return }
      request.status = 'withdrawn'
      break
    case 'item.paused': request.paused = true; return
    case 'item.resumed': request.paused = false; return
    case 'gate.raised': if (!request.raised.includes(event.data.kind)) request.raised.push(event.data.kind); return
    case 'gate.lifted': request.raised = []; request.tries = 0; return
    case 'run.claimed': request.run = event.run ?? null; return
    default: return
  }
  request.last = idOf(event)
  request.tries = 0
  request.raised = []
}

function endRun(research: ResearchSlice, event: FactoryEvent): void {
  if (event.type !== 'run.finished' && event.type !== 'run.failed' && event.type !== 'run.timed-out' && event.type !== 'run.cancelled' && event.type !== 'run.abandoned') return
  for (const request of Object.values(research.byId)) {
    if (request.run === null || request.run !== event.run) continue
    request.run = null
    if (request.status === 'requested' && (event.type === 'run.finished' ? !event.data.progress : isTry(event))) request.tries += 1
  }
}
