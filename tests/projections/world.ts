/** A workspace without disk: texts by content, events folded as they are added, in the words of the catalogue. */
import { createHash } from 'node:crypto'
import { loadConfig } from '../../src/config/load.ts'
import { defaultAgentsYaml, defaultPermissionsYaml } from '../../src/config/defaults/index.ts'
import type { Config } from '../../src/config/model.ts'
import type { DecidingContext } from '../../src/deciders/deciding.ts'
import { dataProblem } from '../../src/events/catalogue.ts'
import type { Doc, Draft, FactoryEvent, ItemId, SpecFields } from '../../src/events/types.ts'
import { idOf } from '../../src/events/types.ts'
import { initialState, reduce } from '../../reducers/state.ts'
import type { State } from '../../reducers/state.ts'

const loaded = loadConfig({ agents: defaultAgentsYaml, permissions: defaultPermissionsYaml, apps: [] }, { env: {} })
if (loaded.config === null) throw new Error(JSON.stringify(loaded.problems))
export const config: Config = loaded.config

export const noFields: SpecFields = { project: null, app: null, scope: [], priority: null, due: null, criteria: [] }
export const reserve = { usd: 1, tokens: 1000 }

export interface World {
  readonly state: State
  readonly events: FactoryEvent[]
  readonly store: (text: string) => Doc
  readonly text: (doc: Doc) => string
  readonly context: (actor: string) => DecidingContext
  /** Adds events as one command; gives their ids. */
  readonly add: (drafts: readonly Draft[], by?: { readonly actor?: string; readonly run?: string; readonly writer?: string }) => readonly ItemId[]
  readonly submit: (name: string, text?: string) => ItemId
  readonly drafted: (name: string, text?: string) => ItemId
  readonly readied: (name: string, text?: string, fields?: SpecFields) => ItemId
  readonly claim: (run: string, agent: string, dispatch: string, item: ItemId | null, options?: { readonly attempt?: number; readonly subject?: ItemId; readonly segment?: number }) => ItemId
  readonly finish: (run: string, progress?: boolean) => void
  readonly building: (name: string) => ItemId
  readonly inReview: (name: string) => ItemId
  readonly failed: (name: string) => ItemId
  readonly research: (name: string, blocks?: readonly ItemId[]) => ItemId
  readonly decision: (spec: ItemId, entry: string, options?: { readonly soft?: boolean }) => ItemId
}

export function emptyWorld(): World {
  const state = initialState()
  const events: FactoryEvent[] = []
  const texts = new Map<string, string>()
  const seqs: Record<string, number> = {}
  let clock = Date.parse('2026-11-20T10:00:00.000Z')
  const store = (text: string): Doc => {
    const sha256 = createHash('sha256').update(text).digest('hex')
    texts.set(sha256, text)
    return { sha256, bytes: Buffer.byteLength(text) }
  }
  const add: World['add'] = (drafts, { actor = 'human:ada', run, writer = 'w1' } = {}) => drafts.map((draft, index) => {
    const problem = dataProblem(draft.type, 1, draft.data)
    if (problem !== null) throw new Error(problem)
    seqs[writer] = (seqs[writer] ?? 0) + 1
    clock += 1000
    const seq = seqs[writer]
    const seen = Object.fromEntries(Object.entries(state.heads).filter(([other]) => other !== writer))
    const event = {
      seq, writer, time: new Date(clock).toISOString(), tick: 0, version: 1, item: draft.item ?? `${writer}:${seq}`, stream: draft.stream, actor,
      ...(draft.run ?? run) === undefined ? {} : { run: draft.run ?? run }, ...(index === 0 && Object.keys(seen).length > 0 ? { seen } : {}),
      prev: '', hash: '', type: draft.type, data: draft.data,
    } as FactoryEvent
    events.push(event)
    reduce(state, event)
    return idOf(event)
  })
  const world: World = {
    state, events, store, add,
    text: doc => texts.get(doc.sha256) ?? (() => { throw new Error(`no text ${doc.sha256}`) })(),
    context: actor => ({ now: new Date(clock).toISOString(), actor, config, writer: 'w1', nextId: offset => `w1:${(seqs['w1'] ?? 0) + 1 + offset}` }),
    submit: (name, text = `# ${name}\n\nSome wish.\n`) => one(add([{ type: 'spec.submitted', stream: `spec/${name}`, data: { name, title: name, revision: 1 + (state.specs.byName[name]?.length ?? 0), doc: store(text), fields: noFields, source: null, droppedAs: null } }])),
    drafted: (name, text = `# ${name}\n\nA draft.\n`) => {
      const item = world.submit(name)
      add([{ type: 'spec.drafted', item, stream: `spec/${name}`, data: { doc: store(text), fields: noFields } }], { actor: 'agent:spec' })
      return item
    },
    readied: (name, text = `# ${name}\n\nA spec.\n`, fields = noFields) => {
      const item = world.drafted(name)
      add([{ type: 'spec.readied', item, stream: `spec/${name}`, data: { doc: store(text), fields } }], { actor: 'agent:spec' })
      return item
    },
    claim: (run, agent, dispatch, item, { attempt = 0, subject, segment } = {}) => one(add([{ type: 'run.claimed', stream: `run/${run}`, run, data: {
      agent, dispatch, spec: item, subject: subject ?? null, project: null, attempt, segment: segment ?? null, backend: 'mine', model: null, fence: 1, leaseMs: 1, deadlineMs: 1, silenceMs: 1,
      trigger: 'start', config: '', base: null, wall: 'none', reserve, message: null,
    } }], { actor: 'kernel' })),
    finish: (run, progress = true) => { add([{ type: 'run.finished', stream: `run/${run}`, run, ...(state.runs.live[run] === undefined ? {} : { item: state.runs.live[run].item }), data: { durationMs: 1, usage: null, costUsd: null, toolCalls: null, log: null, reply: null, quiet: false, progress } }], { actor: 'agent:x' }) },
    building: name => { const item = world.readied(name); world.claim(`run-${name}-1`, 'builder', 'build', item, { attempt: 1 }); return item },
    inReview: name => {
      const item = world.building(name)
      add([{ type: 'build.submitted', item, stream: `spec/${name}`, data: { attempt: 1, report: store(`# ${name}: built\n`), notes: store('# Notes\n'), commit: null, base: null } }], { actor: 'agent:builder', run: `run-${name}-1` })
      world.finish(`run-${name}-1`)
      return item
    },
    failed: name => {
      const item = world.inReview(name)
      add([{ type: 'spec.failed', item, stream: `spec/${name}`, data: { attempt: 1, doc: store('verdict: NOT SATISFIED (3/10)\n'), score: 3, by: 'verifier', failedCriteria: [] } }], { actor: 'agent:verifier' })
      return item
    },
    research: (name, blocks = []) => one(add([{ type: 'research.requested', stream: `research/${name}`, data: { name, blocks: [...blocks], doc: store(`# ${name}?\n`) } }])),
    decision: (spec, entry, { soft = false } = {}) => one(add([{ type: 'decision.opened', stream: `decision/x/${entry}`, data: {
      spec, entry, question: `Question ${entry}?`, options: [{ id: 'a', text: 'one' }, { id: 'b', text: 'two' }], recommendation: 'b',
      reversibility: soft ? 'high' : 'low', impact: 'implementation', context: 'Because.', origin: 'spec',
    } }])),
  }
  return world
}

function one(ids: readonly ItemId[]): ItemId {
  const [id] = ids
  if (id === undefined) throw new Error('nothing was added')
  return id
}
