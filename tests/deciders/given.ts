/**
 * Given a history, when a command comes, then events or a refusal. One `Clone` is one writer with its own log in memory, folded by the
 * real reducers; every draft is validated by the catalogue. Clones meet by `meet`, as two people do by `sync`.
 */
import { createHash } from 'node:crypto'
import type { Config, LimitsConfig, PolicyConfig } from '../../src/config/model.ts'
import type { Decider, DecidingContext } from '../../src/deciders/deciding.ts'
import { Refusal } from '../../src/error.ts'
import { dataProblem } from '../../src/events/catalogue.ts'
import type { DataOf, Doc, Draft, FactoryEvent, ItemId, SpecFields } from '../../src/events/types.ts'
import { compareOrder } from '../../src/log/order.ts'
import type { Spec } from '../../reducers/spec.ts'
import { findSpec } from '../../reducers/spec-names.ts'
import { foldEvents, initialState } from '../../reducers/state.ts'
import type { State } from '../../reducers/state.ts'
import { submitBuild, recordCriteria, verifySpec, failSpec } from '../../src/deciders/builds.ts'
import { claimRun, finishRun } from '../../src/deciders/runs.ts'
import type { ClaimRun } from '../../src/deciders/runs.ts'
import { readySpec, submitIntent } from '../../src/deciders/specs.ts'

export const person = 'human:ada'
export const doc = (text: string): Doc => ({ sha256: createHash('sha256').update(text).digest('hex'), bytes: Buffer.byteLength(text) })
export const fields = (more: Partial<SpecFields> = {}): SpecFields => ({ project: null, app: null, scope: [], priority: null, due: null, criteria: [], ...more })
export const criterion = (id: string) => ({ id, script: 'true', line: 1 })
export const intent = (name: string, text = `about ${name}`) => ({ name, title: `Title of ${name}`, doc: doc(text), fields: fields(), source: null, droppedAs: null })

export function configOf(limits: Partial<LimitsConfig> = {}, more: { policy?: Partial<PolicyConfig>; permissions?: Config['permissions'] } = {}): Config {
  return {
    backends: {}, agents: [], projects: {}, apps: [], defaultApp: null, notifications: { recipient: null }, hash: 'h',
    limits: {
      slots: 1, rebuilds: 3, noProgress: 3, planRounds: 3, reserveUsd: 1, reserveTokens: 1000, fileBytes: 1e6, viewFiles: 1000, promotePerDay: 3, leaseMs: 1000, criterionMs: 1000,
      keepRunsMs: 1000, budgets: [], ...limits,
    } as LimitsConfig,
    policy: { promoteLowObservations: false, deliver: 'merge', wall: 'auto', git: 'commit', ...more.policy },
    permissions: more.permissions ?? { groups: {}, resources: [], escalation: {} },
  }
}

export const aClaim = (more: Partial<ClaimRun>): ClaimRun => ({
  agent: 'builder', dispatch: 'build', spec: null, subject: null, project: null, attempt: 0, segment: null, backend: 'mine', model: null, leaseMs: 1000, deadlineMs: 1000, silenceMs: 1000,
  trigger: 'start', config: 'h', base: null, wall: 'none', reserve: { usd: 1, tokens: 1000 }, message: null, ...more,
})

export const ended = { durationMs: 1000, usage: null, costUsd: 0.5, toolCalls: null, log: null }
export const ending: Omit<DataOf<'run.finished'>, 'progress'> = { ...ended, reply: null, quiet: false }
export const passed = (id: string, ok = true) => ({ id, commit: 'c1', ok, exitCode: ok ? 0 : 1, reason: 'exit', durationMs: 5, output: null, provesNothing: false })

export class Clone {
  readonly writer: string
  config: Config
  events: FactoryEvent[] = []
  state: State = initialState()
  private time = Date.parse('2026-11-20T10:00:00.000Z')
  private seen: Record<string, number> = {}

  constructor(writer = 'aa', config = configOf()) {
    this.writer = writer
    this.config = config
    this.record([{ type: 'workspace.initialised', stream: 'workspace/w', data: { name: 'w' } }], person)
  }

  get now(): string { return new Date(this.time).toISOString() }
  pass(ms: number): this { this.time += ms; return this }

  context(actor: string): DecidingContext {
    const next = (this.state.heads[this.writer] ?? 0) + 1
    return { now: this.now, actor, config: this.config, writer: this.writer, nextId: offset => `${this.writer}:${next + offset}` }
  }

  /** Decides without recording. */
  decide<Command>(decider: Decider<Command>, command: Command, actor = person): readonly Draft[] {
    return decider(this.state, command, this.context(actor))
  }

  /** Decides, records and folds; returns the types of what was recorded. */
  did<Command>(decider: Decider<Command>, command: Command, actor = person): string[] {
    return this.record(this.decide(decider, command, actor), actor).map(event => event.type)
  }

  /** The code of the refusal; a command that is not refused is an error. */
  refusal<Command>(decider: Decider<Command>, command: Command, actor = person): string {
    return this.refused(decider, command, actor).code
  }

  refused<Command>(decider: Decider<Command>, command: Command, actor = person): Refusal {
    try {
      const drafts = this.decide(decider, command, actor)
      throw new Error(`not refused: ${drafts.map(draft => draft.type).join(', ') || 'already so'}`)
    } catch (error) {
      if (error instanceof Refusal) return error
      throw error
    }
  }

  record(drafts: readonly Draft[], actor: string): FactoryEvent[] {
    const recorded = drafts.map((draft, index) => this.stored(draft, actor, index, drafts.length))
    this.events.push(...recorded)
    foldEvents(this.state, recorded)
    return recorded
  }

  private stored(draft: Draft, actor: string, index: number, count: number): FactoryEvent {
    const problem = dataProblem(draft.type, 1, draft.data)
    if (problem !== null) throw new Error(`invalid draft: ${problem}`)
    const seq = this.events.filter(event => event.writer === this.writer).length + 1 + index
    const others = Object.entries(this.state.heads).filter(([writer]) => writer !== this.writer)
    const unseen = others.some(([writer, head]) => (this.seen[writer] ?? 0) < head)
    if (index === 0 && unseen) this.seen = Object.fromEntries(others)
    this.time += 1
    const item = draft.item ?? `${this.writer}:${seq}`
    return {
      ...draft, item: item as ItemId, seq, writer: this.writer, time: this.now, tick: 0, version: 1, actor, prev: '', hash: `${this.writer}${seq}`.padStart(8, '0'),
      ...(index === 0 && unseen ? { seen: Object.fromEntries(others) } : {}), ...(count > 1 ? { batch: [index + 1, count] } : {}),
    } as FactoryEvent
  }

  /** A second clone of the same history, under its own writer. */
  cloned(writer: string): Clone {
    const other = new Clone(writer, this.config)
    other.events = []
    other.state = initialState()
    other.take(this.events, this.time)
    return other
  }

  /** Both know afterwards what either knew. */
  meet(other: Clone): void {
    const mine = [...this.events]
    const [here, there] = [this.time, other.time]
    this.take(other.events, there)
    other.take(mine, here)
  }

  private take(events: readonly FactoryEvent[], time: number): void {
    const known = new Set(this.events.map(event => `${event.writer}:${event.seq}`))
    this.events = [...this.events, ...events.filter(event => !known.has(`${event.writer}:${event.seq}`))].sort(compareOrder)
    this.state = foldEvents(initialState(), this.events)
    this.time = Math.max(this.time, time)
  }

  spec(name: string): Spec {
    const spec = findSpec(this.state.specs, name)
    if (spec === undefined) throw new Error(`no spec ${name}`)
    return spec
  }

  /** The one run in progress on the spec. */
  live(name: string): string {
    const [run] = Object.values(this.state.runs.live).filter(one => one.spec === this.spec(name).id)
    if (run === undefined) throw new Error(`no run on ${name}`)
    return run.id
  }

  submitted(name: string, text?: string): this { this.did(submitIntent, intent(name, text)); return this }

  ready(name: string, more: Partial<SpecFields> = {}): this {
    this.submitted(name)
    this.did(readySpec, { spec: this.spec(name).id, doc: doc(`spec ${name}`), fields: fields(more) })
    return this
  }

  claimed(name: string, dispatch: string, agent = 'builder'): this {
    const spec = this.spec(name)
    const attempt = dispatch === 'build' || dispatch === 'execute' ? Math.max(1, spec.attempt) : spec.attempt
    this.did(claimRun, aClaim({ agent, dispatch, spec: spec.id, attempt }), 'kernel')
    return this
  }

  finished(name: string, progress = true): this { this.did(finishRun, { run: this.live(name), ...ending, progress }, 'kernel'); return this }

  inReview(name: string): this {
    this.claimed(name, 'build')
    const { id, attempt } = this.spec(name)
    this.did(submitBuild, { spec: id, attempt, report: doc(`report ${attempt}`), notes: null, commit: `c${attempt}`, base: 'b' }, 'agent:builder')
    return this.finished(name)
  }

  judged(name: string, verdict: 'verified' | 'failed'): this {
    const { id, attempt, fields: { criteria } } = this.spec(name)
    this.claimed(name, 'verify', 'verifier')
    if (criteria.length > 0) this.did(recordCriteria, { spec: id, results: criteria.map(one => passed(one.id)) }, 'kernel')
    if (verdict === 'verified') this.did(verifySpec, { spec: id, attempt, doc: doc('good'), score: 9, commit: `c${attempt}`, by: { dispatch: 'verify' } }, 'agent:verifier')
    else this.did(failSpec, { spec: id, attempt, doc: doc(`bad ${attempt}`), score: 4, by: 'verifier', failedCriteria: [] }, 'agent:verifier')
    return this.finished(name)
  }

  failed(name: string): this { return this.ready(name).inReview(name).judged(name, 'failed') }
}

export const given = (config?: Config): Clone => new Clone('aa', config)
