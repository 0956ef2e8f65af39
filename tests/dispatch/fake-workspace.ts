/**
 * A workspace in memory with agents that are functions, for tests of the loop: real planner, real deciders, real reducers. Several
 * `start`s may share one; a transaction holds its lock as the real one does.
 */
import { createHash } from 'node:crypto'
import type { Claim, RunRequest } from '../../src/agents/claim.ts'
import type { RunOutcome } from '../../src/agents/run.ts'
import { claimRun } from '../../src/deciders/runs.ts'
import type { AgentPort } from '../../src/dispatch/agent-port.ts'
import type { Local } from '../../src/dispatch/plan.ts'
import { Refusal } from '../../src/error.ts'
import type { DataOf, Doc, Draft, FactoryEvent } from '../../src/events/types.ts'
import type { Transaction, Workspace } from '../../src/workspace/session.ts'
import type { History} from './given.ts';
import { here } from './given.ts'

export interface Fake { readonly history: History; readonly workspace: Workspace; readonly texts: Map<string, string> }

export function fakeWorkspace(history: History, root = '/nowhere'): Fake {
  history.real = true
  history.clock = Math.max(history.clock, Date.now())
  const texts = new Map<string, string>()
  let busy: Promise<unknown> = Promise.resolve()
  const store = (content: string | Buffer): Doc => {
    const sha256 = createHash('sha256').update(content).digest('hex')
    texts.set(sha256, content.toString())
    return { sha256, bytes: Buffer.byteLength(content) }
  }
  const text = (doc: Doc): string => texts.get(doc.sha256) ?? ''
  const transaction = (actor: string): Transaction => {
    const handed: Partial<Transaction> = {
    state: history.state, config: history.config, now: new Date(Math.max(Date.now(), history.clock)).toISOString(), writer: 'w1', actor, already: null,
    nextId: offset => `w1:${history.nextSeq() + offset}`,
    append: (drafts, by) => drafts.map(draft => record(history, draft, by?.actor ?? actor, by?.run)),
    store, text, bytes: (doc: Doc) => Buffer.from(text(doc)), warn: () => {},
    }
    return handed as Transaction
  }
  const workspace = {
    root, local: `${root}/.factory-local`, writer: () => 'w1',
    look: () => Promise.resolve({ state: history.state, config: history.config, configProblems: [], cursor: null, problems: [], unrecorded: [] }),
    events: () => [], text, bytes: (doc: Doc) => Buffer.from(text(doc)),
    transact: <T>(options: { actor: string }, work: (transaction: Transaction) => T | Promise<T>): Promise<T> => {
      const mine = busy.then(() => work(transaction(options.actor)))
      busy = mine.catch(() => {})
      return mine
    },
  } as unknown as Workspace
  return { history, workspace, texts }
}

function record(history: History, draft: Draft, actor: string, by?: string): FactoryEvent {
  const run = draft.run ?? by
  const id = history.event(draft.type, draft.data as never, { stream: draft.stream, actor, ...(draft.item === undefined ? {} : { item: draft.item }), ...(run === undefined ? {} : { run }) })
  return { type: draft.type, data: draft.data, item: draft.item ?? id, stream: draft.stream, run, writer: 'w1', seq: Number(id.slice(3)) } as unknown as FactoryEvent
}

/** What a scripted agent does: the events it brings about; throwing is a defect of the machine. */
export type Script = (claim: Claim, tools: { readonly append: (...drafts: Draft[]) => void; readonly signal: AbortSignal; readonly history: History }) => Promise<Ending | void> | Ending | void
export type Ending = { readonly fail: DataOf<'run.failed'>['fault'] } | { readonly timeout: true } | { readonly idle: true }

const ended = { durationMs: 1, usage: null, costUsd: null, toolCalls: null, log: null }

export function fakePort(fake: Fake, script: Script, local: Partial<Local> = {}): AgentPort & { readonly claims: Claim[] } {
  const claims: Claim[] = []
  return {
    claims,
    claim: (_workspace, transaction, request) => {
      const claim = claimOf(transaction, request)
      claims.push(claim)
      return claim
    },
    hold: () => {},
    local: () => here(local),
    execute: async (workspace, claim, { signal }) => {
      const pending: Draft[] = []
      const ending = await script(claim, { append: (...drafts) => { pending.push(...drafts) }, signal, history: fake.history })
      const drafts = signal.aborted ? [] : pending
      const last = endOf(claim, ending ?? undefined, signal.aborted, drafts.length > 0)
      await workspace.transact({ command: 'import', actor: `agent:${claim.agent.name}` }, transaction => transaction.state.runs.live[claim.run] === undefined ? [] : transaction.append([...drafts, last.draft], { run: claim.run }))
      return { run: claim.run, agent: claim.agent.name, dispatch: claim.dispatch, item: claim.spec?.id ?? claim.research?.id ?? null, outcome: last.outcome, quiet: false, progress: drafts.length > 0, fault: null, message: '', durationMs: 1, reply: '' }
    },
  }
}

function endOf(claim: Claim, ending: Ending | undefined, aborted: boolean, progress: boolean): { draft: Draft; outcome: RunOutcome['outcome'] } {
  const at = { item: claim.item, stream: claim.stream, run: claim.run }
  if (aborted) return { outcome: 'cancelled', draft: { ...at, type: 'run.cancelled', data: { ...ended, why: 'interrupted', kept: null } } }
  if (ending !== undefined && 'fail' in ending) return { outcome: 'failed', draft: { ...at, type: 'run.failed', data: { ...ended, fault: ending.fail, message: 'no', exitCode: 1, until: null } } }
  if (ending !== undefined && 'timeout' in ending) return { outcome: 'timed-out', draft: { ...at, type: 'run.timed-out', data: { ...ended, deadline: 'silence' } } }
  return { outcome: 'finished', draft: { ...at, type: 'run.finished', data: { ...ended, reply: null, quiet: false, progress } } }
}

/** As the real claim, without projects and backends. */
function claimOf(transaction: Transaction, request: RunRequest): Claim {
  const { state, config } = transaction
  const agent = config.agents.find(({ name }) => name === request.agent)
  if (agent === undefined) throw new Refusal('agent-not-found', request.agent)
  const spec = request.spec === undefined ? null : state.specs.byId[request.spec] ?? null
  const research = request.subject === undefined ? null : state.research.byId[request.subject] ?? null
  const attempt = spec === null ? 0 : Math.max(spec.attempt, request.dispatch === 'build' || request.dispatch === 'execute' ? 1 : 0)
  const works = ['build', 'execute', 'verify', 'plan'].includes(request.dispatch)
  const [event] = transaction.append(claimRun(state, {
    agent: agent.name, dispatch: request.dispatch, spec: spec?.id ?? null, subject: research?.id ?? null, project: works ? spec?.fields.project ?? spec?.name ?? null : null, attempt, segment: request.segment ?? null,
    backend: 'mine', model: null, leaseMs: 60_000, deadlineMs: 60_000, silenceMs: 60_000, trigger: request.trigger, config: config.hash, base: null, wall: 'none',
    reserve: { usd: config.limits.reserveUsd, tokens: config.limits.reserveTokens }, message: request.message ?? null,
  }, { now: transaction.now, actor: transaction.actor, config, writer: transaction.writer, nextId: transaction.nextId }))
  if (event?.run === undefined) throw new Refusal('claimed-already', 'nothing was claimed')
  return {
    run: event.run, item: event.item, stream: event.stream, agent, backend: { name: 'mine', kind: 'command' }, model: null, dispatch: request.dispatch,
    spec: spec === null ? null : { id: spec.id, name: spec.name }, research: research === null ? null : { id: research.id, name: research.name }, attempt, segment: request.segment ?? null,
    project: null, fence: 1, deadlineMs: 60_000, silenceMs: 60_000, trigger: request.trigger, message: request.message ?? null, taskFile: request.taskFile ?? null,
  } as Claim
}

/** An agent that does at each stage what is asked of it. */
export const diligent: Script = (claim, { append, history }) => {
  const spec = claim.spec === null ? undefined : history.state.specs.byId[claim.spec.id]
  if (spec === undefined) return
  const at = { item: spec.id, stream: `spec/${spec.name}`, run: claim.run }
  const { doc, fields } = spec
  switch (claim.dispatch) {
    case 'draft':
    case 'advance': return append({ ...at, type: 'spec.readied', data: { doc, fields } })
    case 'plan': return append({ ...at, type: 'plan.written', data: { doc, round: (spec.plan?.round ?? 0) + 1, strategy: 'segmented', problems: [], segments: [{ title: 'one', checkpoint: { id: 'c1', type: 'human-verify', title: 'look' } }, { title: 'two', checkpoint: null }] } })
    case 'validate': return append({ ...at, type: 'plan.validated', data: { round: spec.plan?.round ?? 1, by: 'agent:verifier' } })
    case 'execute':
      if (claim.segment === 0) return append({ ...at, type: 'segment.finished', data: { index: 0, doc: null, commit: null } })
      return append({ ...at, type: 'build.submitted', data: { attempt: spec.attempt, report: doc, notes: null, commit: null, base: null } })
    case 'build': return append({ ...at, type: 'build.submitted', data: { attempt: spec.attempt, report: doc, notes: null, commit: null, base: null } })
    case 'verify': return append({ ...at, type: 'spec.verified', data: { attempt: spec.attempt, doc, score: 9, commit: null } })
    case 'document': return append({ ...at, type: 'spec.documented', data: {} })
    default:
  }
}

/** The verifier finds fault, everybody else does their work. */
export const neverSatisfied = (name: string): Script => (claim, tools) => {
  if (claim.dispatch !== 'verify' || claim.spec?.name !== name) return diligent(claim, tools)
  const spec = tools.history.state.specs.byId[claim.spec.id]!
  tools.append({ item: spec.id, stream: `spec/${name}`, run: claim.run, type: 'spec.failed', data: { attempt: spec.attempt, doc: spec.doc, score: 3, by: 'verifier', failedCriteria: [] } })
}

export const dispatched = ({ claims }: { readonly claims: readonly Claim[] }): readonly string[] => claims.map(claim => `${claim.dispatch} ${claim.spec?.name ?? claim.research?.name ?? claim.agent.name}`)
