/**
 * Executes a claimed run: view, prompt, `run.started`, the backend without any lock, then one transaction that ends the run with
 * everything it handed over, or with its failure alone. Called by `start` and by the commands that run one agent. However it ends, its
 * end is recorded; a run that was ended by somebody else meanwhile imports nothing.
 */
import { writeFileSync } from 'node:fs'
import { FactoryError, isFactoryError, messageOf } from '../error.ts'
import type { Doc, Draft, ItemId } from '../events/types.ts'
import type { Transaction, Workspace } from '../workspace/session.ts'
import type { Backend, BackendResult, Fault } from './backends.ts'
import { backendOf } from './backends.ts'
import { checkCriteria } from './check-criteria.ts'
import type { Claim } from './claim.ts'
import { endRun } from './run-end.ts'
import { guardRun } from './run-guard.ts'
import type { RunGuard } from './run-guard.ts'
import { assemblePrompt } from './prompt.ts'
import { promptParts } from './prompt-parts.ts'
import { filteredEnvironment } from './run-environment.ts'
import { openTranscript } from './transcript.ts'
import { materialiseView } from './views.ts'
import type { View } from './views.ts'

export interface ExecuteOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (line: string) => void
  readonly env: NodeJS.ProcessEnv
  /** Where views are made. */
  readonly factoryHome: string
}

export interface RunOutcome {
  readonly run: string
  readonly agent: string
  readonly dispatch: string
  /** The spec or research request. */
  readonly item: ItemId | null
  readonly outcome: 'finished' | 'failed' | 'timed-out' | 'cancelled'
  readonly quiet: boolean
  readonly progress: boolean
  readonly fault: Fault | null
  readonly message: string
  readonly durationMs: number
  readonly reply: string
}

/** What the steps of one execution share. */
export interface Execution {
  readonly workspace: Workspace
  readonly claim: Claim
  readonly options: ExecuteOptions
  readonly guard: RunGuard
  readonly elapsedMs: () => number
}

/** Runs it to its recorded end. */
export async function executeRun(workspace: Workspace, claim: Claim, options: ExecuteOptions): Promise<RunOutcome> {
  const started = performance.now()
  const guard = guardRun(workspace, claim.run, options.signal)
  const execution: Execution = { workspace, claim, options, guard, elapsedMs: () => Math.round(performance.now() - started) }
  let view: View | null = null
  try {
    if (claim.dispatch === 'verify') await checkCriteria(execution)
    view = await prepareView(execution)
    const prompt = await begin(execution, view)
    const result = await call(execution, view, prompt)
    return await endRun(execution, view, result)
  } catch (error) {
    return await endRun(execution, view, faultOf(error, guard))
  } finally {
    guard.release()
  }
}

async function prepareView({ workspace, claim, options }: Execution): Promise<View> {
  const { state, config } = await workspace.look({ pending: false })
  requireLive(state.runs.live, claim)
  return materialiseView({ workspace, state, config, factoryHome: options.factoryHome }, claim)
}

/** A run that a person cancelled, or that was taken back, goes no further. */
export function requireLive(live: Transaction['state']['runs']['live'], claim: Pick<Claim, 'run' | 'fence'>): void {
  if (live[claim.run]?.fence === claim.fence) return
  throw new FactoryError('run-over', `${claim.run} was ended before it was done.`, { mend: 'factory why tells by whom' })
}

/** Writes the prompt and records `run.started`: what the agent was told and shown, by content. */
async function begin({ workspace, claim, options }: Execution, view: View): Promise<string> {
  const { state, config } = await workspace.look({ pending: false })
  const prompt = assemblePrompt(await promptParts({ workspace, state, config, now: new Date().toISOString(), view }, claim))
  for (const line of prompt.left) options.onProgress?.(`the prompt is cut: ${line}`)
  writeFileSync(view.room.prompt, prompt.text, { mode: 0o600 })
  await workspace.transact({ command: `run ${claim.agent.name}`, actor: 'kernel' }, transaction => {
    requireLive(transaction.state.runs.live, claim)
    transaction.append([startedDraft(transaction, claim, view, prompt)], { actor: 'kernel', run: claim.run })
  })
  return prompt.text
}

function startedDraft(transaction: Transaction, claim: Claim, view: View, prompt: { readonly text: string; readonly left: readonly string[]; readonly files: readonly string[] }): Draft {
  const docs = new Map<string, Doc>([...view.files.values()].map(file => [file.path, file.doc ?? transaction.store(file.text ?? '')]))
  const manifest = Object.fromEntries([...docs].sort(([a], [b]) => (a < b ? -1 : 1)))
  const context = prompt.files.flatMap(path => { const doc = docs.get(path); return doc === undefined ? [] : [{ path, doc }] })
  return {
    type: 'run.started', item: claim.item, stream: claim.stream, run: claim.run,
    data: {
      prompt: transaction.take(prompt.text), view: transaction.store(`${JSON.stringify({ files: manifest, project: view.clone === null ? null : { name: view.clone.name, commit: view.clone.commit } }, null, 2)}\n`),
      context, left: prompt.left.map(line => line.slice(0, 500)), pid: process.pid,
    },
  }
}

async function call({ workspace, claim, options, guard }: Execution, view: View, prompt: string): Promise<BackendResult> {
  const backend: Backend | undefined = backendOf(claim.backend)
  if (backend === undefined) throw new FactoryError('backend-unknown', `no backend of the kind ${claim.backend.kind}`, { mend: 'factory doctor' })
  const transcript = openTranscript(workspace, claim.run, prompt)
  return backend.run({
    claim, view: view.path, room: view.room.path, promptPath: view.room.prompt, prompt, workspaceRoot: workspace.root, env: filteredEnvironment(options.env, view.room),
    deadlineMs: claim.deadlineMs, silenceMs: claim.silenceMs, session: null, signal: guard.signal,
    onEvent: event => { for (const line of transcript.note(event)) options.onProgress?.(line) },
  })
}

/** What went wrong on this side is no fault of the agent; what it left in its project may be. */
function faultOf(error: unknown, guard: RunGuard): BackendResult {
  const over = isFactoryError(error) && error.code === 'run-over'
  const agents = isFactoryError(error) && error.code === 'project-unfit'
  return {
    ok: false, fault: over || guard.signal.aborted ? 'cancelled' : agents ? 'agent' : 'infrastructure', deadline: null, message: messageOf(error), reply: '',
    usage: null, costUsd: null, toolCalls: null, exitCode: null, log: '', sessionId: null, until: null,
  }
}
