/**
 * Histories for planner tests: each call appends events as the deciders would and folds them. `given(yaml)` begins one; the clock goes
 * a second further with every event.
 */
import { loadConfig } from '../../src/config/load.ts'
import type { Config } from '../../src/config/model.ts'
import type { DataOf, Doc, EventType, FactoryEvent, ItemId, SpecFields } from '../../src/events/types.ts'
import { initialState, reduce } from '../../reducers/state.ts'
import type { State } from '../../reducers/state.ts'
import { plan } from '../../src/dispatch/plan.ts'
import type { Local, Plan } from '../../src/dispatch/plan.ts'
import type { Candidate } from '../../src/dispatch/candidate.ts'

export const doc: Doc = { sha256: 'a'.repeat(64), bytes: 1 }
export const fieldsOf = (fields: Partial<SpecFields> = {}): SpecFields => ({ project: null, app: null, scope: [], priority: null, due: null, criteria: [], ...fields })

const minimal = `version: 1
backends:
  mine: { kind: command, command: ["true"] }
defaults: { backend: mine }
`

/** A configuration from the text of agents.yaml behind the least that works. */
export function configOf(more = '', apps: readonly { path: string; text: string }[] = []): Config {
  const { config, problems } = loadConfig({ agents: minimal + more, permissions: null, apps: [...apps] }, { env: {} })
  if (config === null) throw new Error(JSON.stringify(problems))
  return config
}

export const here = (more: Partial<Local> = {}): Local => ({ writer: 'w1', backends: { mine: 'ok' }, trusted: () => true, ...more })

type Ended = 'run.finished' | 'run.failed' | 'run.timed-out'
const ended = { durationMs: 10, usage: null, costUsd: null, toolCalls: null, log: null }

export class History {
  readonly state: State = initialState()
  clock = Date.parse('2026-11-20T08:00:00.000Z')
  config: Config
  /** For tests of the loop: time passes by itself. */
  real = false
  readonly types: string[] = []
  private readonly seqs: Record<string, number> = {}
  private readonly streams: Record<ItemId, string> = {}

  constructor(config: Config) {
    this.config = config
    this.event('workspace.initialised', { name: 'factory' }, { stream: 'workspace/factory' })
  }

  get now(): string { return new Date(this.clock).toISOString() }
  later(ms: number): this { this.clock += ms; return this }

  event<Type extends EventType>(type: Type, data: DataOf<Type>, at: { item?: ItemId; stream?: string; writer?: string; actor?: string; run?: string; seen?: Record<string, number> } = {}): ItemId {
    const writer = at.writer ?? 'w1'
    const seq = this.seqs[writer] = (this.seqs[writer] ?? 0) + 1
    this.clock = this.real ? Math.max(this.clock + 1, Date.now()) : this.clock + 1000
    this.types.push(type)
    const id: ItemId = `${writer}:${seq}`
    const seen = at.seen ?? Object.fromEntries(Object.entries(this.seqs).filter(([name]) => name !== writer))
    const item = at.item ?? id
    const stream = at.stream ?? this.streams[item] ?? 'some/thing'
    this.streams[item] ??= stream
    reduce(this.state, { type, data, seq, writer, time: this.now, tick: 0, version: 1, item, stream, actor: at.actor ?? 'kernel', seen, prev: '', hash: `${writer}${seq}`, ...(at.run === undefined ? {} : { run: at.run }) } as unknown as FactoryEvent)
    return id
  }

  nextSeq(writer = 'w1'): number { return (this.seqs[writer] ?? 0) + 1 }

  intent(name: string, fields: Partial<SpecFields> = {}, revision = 1): ItemId {
    return this.event('spec.submitted', { name, title: name, revision, doc, fields: fieldsOf(fields), source: null, droppedAs: null }, { stream: `spec/${name}`, actor: 'human:ada' })
  }

  private fields(spec: ItemId): SpecFields { return this.state.specs.byId[spec]!.fields }
  drafted(spec: ItemId, run?: string): void { this.event('spec.drafted', { doc, fields: this.fields(spec) }, { item: spec, ...(run === undefined ? {} : { run }) }) }
  readied(spec: ItemId): void { this.event('spec.readied', { doc, fields: this.fields(spec) }, { item: spec }) }

  draft(name: string, fields: Partial<SpecFields> = {}): ItemId { const spec = this.intent(name, fields); this.drafted(spec); return spec }
  ready(name: string, fields: Partial<SpecFields> = {}): ItemId { const spec = this.draft(name, fields); this.readied(spec); return spec }

  claim(dispatch: string, agent: string, about: { spec?: ItemId; subject?: ItemId; project?: string; writer?: string; segment?: number } = {}): string {
    const writer = about.writer ?? 'w1'
    const run = `run-${writer}-${(this.seqs[writer] ?? 0) + 1}`
    const item = about.spec ?? about.subject
    this.event('run.claimed', {
      agent, dispatch, spec: about.spec ?? null, subject: about.subject ?? null, project: about.project ?? null,
      attempt: Math.max(1, about.spec === undefined ? 0 : this.state.specs.byId[about.spec]!.attempt), segment: about.segment ?? null, backend: 'mine', model: null,
      fence: 1 + (item === undefined ? 0 : this.state.runs.fences[item] ?? 0), leaseMs: 3_600_000, deadlineMs: 1_800_000, silenceMs: 600_000, trigger: 'start', config: 'c', base: null,
      wall: 'none', reserve: { usd: 1, tokens: 1000 }, message: null,
    }, { stream: `run/${run}`, run, writer })
    return run
  }

  ends(run: string, type: Ended, more: { progress?: boolean; fault?: DataOf<'run.failed'>['fault']; until?: string | null } = {}): void {
    const item = this.state.runs.live[run]!.item
    if (type === 'run.finished') this.event(type, { ...ended, reply: null, quiet: false, progress: more.progress ?? true }, { item, run })
    else if (type === 'run.failed') this.event(type, { ...ended, fault: more.fault ?? 'agent', message: 'no', exitCode: 1, until: more.until ?? null }, { item, run })
    else this.event(type, { ...ended, deadline: 'wall-clock' }, { item, run })
  }

  built(spec: ItemId): void {
    const run = this.claim('build', 'builder', { spec })
    this.event('build.submitted', { attempt: this.state.specs.byId[spec]!.attempt, report: doc, notes: null, commit: null, base: null }, { item: spec, run })
    this.ends(run, 'run.finished')
  }

  judged(spec: ItemId, verdict: 'verified' | 'failed'): void {
    const run = this.claim('verify', 'verifier', { spec })
    const attempt = this.state.specs.byId[spec]!.attempt
    if (verdict === 'verified') this.event('spec.verified', { attempt, doc, score: 9, commit: null }, { item: spec, run })
    else this.event('spec.failed', { attempt, doc, score: 3, by: 'verifier', failedCriteria: [] }, { item: spec, run })
    this.ends(run, 'run.finished')
  }

  rebuilt(spec: ItemId, override = false): void {
    this.event('rebuild.queued', { attempt: this.state.specs.byId[spec]!.attempt + 1, brief: doc, reason: 'failed', override }, { item: spec })
  }

  planned(spec: ItemId, more: Partial<DataOf<'plan.written'>> = {}): void {
    this.event('plan.written', { doc, round: (this.state.specs.byId[spec]!.plan?.round ?? 0) + 1, strategy: 'autonomous', segments: [{ title: 'all', checkpoint: null }], problems: [], ...more }, { item: spec })
  }

  executed(spec: ItemId, index: number): void {
    const run = this.claim('execute', 'builder', { spec, segment: index })
    this.event('segment.finished', { index, doc: null, commit: null }, { item: spec, run })
    this.ends(run, 'run.finished')
  }

  asked(spec: ItemId, entry: string): ItemId {
    return this.event('decision.opened', { spec, entry, question: 'Which?', options: [{ id: 'a', text: 'one' }], recommendation: null, reversibility: 'low', impact: 'governance', context: '', origin: 'spec' }, { stream: `decision/${entry}` })
  }

  answered(decision: ItemId, answer: string): void { this.event('decision.answered', { answer }, { item: decision, actor: 'human:ada' }) }
  question(name: string, blocks: readonly ItemId[]): ItemId { return this.event('research.requested', { name, blocks: [...blocks], doc }, { stream: `research/${name}` }) }
  briefed(research: ItemId): void { this.event('research.answered', { doc }, { item: research }) }

  observed(slug: string, severity: 'critical' | 'high' | 'low', stops: readonly string[] = []): ItemId {
    return this.event('observation.recorded', { file: `2026-11-20T0800-${severity}-${slug}.md`, slug, severity, agent: 'builder', text: slug, context: '', stops: [...stops], fingerprint: slug }, { stream: `observation/${slug}` })
  }

  plan(local: Local = here()): Plan { return plan(this.state, this.config, this.now, local) }
  candidate(name: string, local?: Local): Candidate | undefined { return this.plan(local).candidates.find(candidate => candidate.name === name) }
  codes(name: string, local?: Local): readonly string[] { return (this.candidate(name, local)?.blocked ?? []).map(({ code }) => code) }
  dispatchable(local?: Local): readonly string[] { return this.plan(local).candidates.filter(({ blocked }) => blocked.length === 0).map(({ dispatch, name }) => `${dispatch} ${name}`) }
}

export const given = (more = '', apps: readonly { path: string; text: string }[] = []): History => new History(configOf(more, apps))
