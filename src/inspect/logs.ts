/** `factory logs`: runs, newest first, with trigger, outcome, cost and what was said; one run with its prompt and log. */
import { FactoryError } from '../error.ts'
import { isCostedEnd, isRunEnd } from '../events/run-ends.ts'
import type { RunEnd } from '../events/run-ends.ts'
import { wallTime } from '../events/types.ts'
import type { Doc, EventOf } from '../events/types.ts'
import type { Workspace } from '../workspace/session.ts'

export interface RunLog {
  readonly id: string
  readonly agent: string
  readonly dispatch: string
  readonly item: string | null
  readonly attempt: number
  readonly trigger: string
  readonly backend: string
  readonly model: string | null
  readonly wall: string
  readonly since: string
  readonly outcome: 'running' | 'finished' | 'failed' | 'timed-out' | 'cancelled' | 'abandoned'
  readonly fault: string | null
  readonly durationMs: number | null
  readonly toolCalls: number | null
  readonly costUsd: number | null
  readonly inputTokens: number | null
  readonly outputTokens: number | null
  readonly reply: string | null
  readonly denied: number
  /** Only for a single run. */
  readonly prompt?: string | null
  readonly log?: string | null
}

export interface RunFilter {
  /** An agent's name or a run's id. */
  readonly of?: string | undefined
  readonly limit: number
}

interface Gathered { readonly claim: EventOf<'run.claimed'>; started: EventOf<'run.started'> | null; end: RunEnd | null; denied: number; spec: string | null }

export async function runLogs(workspace: Workspace, { of, limit }: RunFilter): Promise<readonly RunLog[]> {
  const { state, config } = await workspace.look({ pending: false })
  const single = of !== undefined && /^run-[a-z0-9]+-\d+$/.test(of)
  if (of !== undefined && !single && !config.agents.some(agent => agent.name === of) && state.runs.last[of] === undefined) {
    throw new FactoryError('agent-not-found', `There is no agent and no run named ${of}.`, { mend: `the agents are ${config.agents.map(agent => agent.name).join(', ')}` })
  }
  const runs = [...gather(workspace).values()].filter(run => of === undefined || (single ? run.claim.run === of : run.claim.data.agent === of))
  if (single && runs.length === 0) throw new FactoryError('run-not-found', `There is no run ${of}.`, { mend: 'factory logs lists runs' })
  return runs.slice(-limit).reverse().map(run => describe(workspace, run, single))
}

function gather(workspace: Workspace): Map<string, Gathered> {
  const runs = new Map<string, Gathered>()
  const names = new Map<string, string>()
  for (const event of workspace.events()) {
    if (event.type === 'spec.submitted' || event.type === 'research.requested') names.set(`${event.writer}:${event.seq}`, event.data.name)
    if (event.run === undefined) continue
    if (event.type === 'run.claimed') runs.set(event.run, { claim: event, started: null, end: null, denied: 0, spec: names.get(event.data.spec ?? event.data.subject ?? '') ?? null })
    const run = runs.get(event.run)
    if (run === undefined) continue
    if (event.type === 'run.started') run.started = event
    if (event.type === 'access.denied') run.denied += 1
    if (isRunEnd(event)) run.end = event
  }
  return runs
}

function describe(workspace: Workspace, { claim, started, end, denied, spec }: Gathered, single: boolean): RunLog {
  const ended = end !== null && isCostedEnd(end) ? end.data : null
  return {
    id: claim.run ?? '', agent: claim.data.agent, dispatch: claim.data.dispatch, item: spec, attempt: claim.data.attempt, trigger: claim.data.trigger, backend: claim.data.backend,
    model: claim.data.model, wall: claim.data.wall, since: wallTime(claim), outcome: end === null ? 'running' : end.type.slice('run.'.length) as RunLog['outcome'],
    fault: end?.type === 'run.failed' ? end.data.fault : null, durationMs: ended?.durationMs ?? null, toolCalls: ended?.toolCalls ?? null, costUsd: ended?.costUsd ?? null,
    inputTokens: ended?.usage?.inputTokens ?? null, outputTokens: ended?.usage?.outputTokens ?? null, reply: saying(workspace, end), denied,
    ...(single ? { prompt: textOf(workspace, started?.data.prompt ?? null), log: textOf(workspace, ended?.log ?? null) } : {}),
  }
}

function saying(workspace: Workspace, end: RunEnd | null): string | null {
  if (end?.type === 'run.finished') return textOf(workspace, end.data.reply)
  if (end?.type === 'run.failed') return end.data.message
  return end?.type === 'run.cancelled' || end?.type === 'run.abandoned' ? end.data.why : null
}

function textOf(workspace: Workspace, doc: Doc | null): string | null {
  if (doc === null) return null
  try {
    return workspace.text(doc)
  } catch {
    return null
  }
}
