/**
 * The seam to whatever runs an agent. A backend is called with a view and a prompt and answers once the agent has ended; what it
 * hears on the way it tells as events. Several turns, resumed sessions and terminals are a backend's own business.
 * A new kind is one file and one line in `backends`.
 */
import type { BackendConfig } from '../config/model.ts'
import type { DataOf } from '../events/types.ts'
import type { Claim } from './claim.ts'
import { commandBackend } from './command-backend.ts'

export type Fault = DataOf<'run.failed'>['fault']
export type Usage = NonNullable<DataOf<'run.finished'>['usage']>

/** What a backend tells while the agent works; for progress and transcripts, never for decisions. */
export type BackendEvent =
  | { readonly kind: 'output' | 'log'; readonly text: string }
  | { readonly kind: 'tool'; readonly name: string; readonly detail: string }
  | { readonly kind: 'turn'; readonly number: number }
  | { readonly kind: 'session'; readonly id: string }
  | { readonly kind: 'pid'; readonly pid: number }

export interface BackendInput {
  readonly claim: Claim
  /** Directory the agent works in. */
  readonly view: string
  /** Private to the run, outside the view: home, temporary files, the result. */
  readonly room: string
  /** The same text as `prompt`, as a file of mode 0600. */
  readonly promptPath: string
  readonly prompt: string
  /** Where `agents.yaml` lies; relative paths of a command are meant from here. */
  readonly workspaceRoot: string
  /** Filtered: what of the caller's environment a backend may pass on. */
  readonly env: Readonly<Record<string, string>>
  readonly deadlineMs: number
  readonly silenceMs: number
  /** Resume this session instead of beginning one. */
  readonly session: string | null
  readonly signal: AbortSignal
  readonly onEvent: (event: BackendEvent) => void
}

export interface BackendResult {
  readonly ok: boolean
  readonly fault: Fault | null
  /** Which deadline ended it, with fault `timeout`. */
  readonly deadline: 'wall-clock' | 'silence' | null
  /** Why it failed, in one line; '' when it did not. */
  readonly message: string
  readonly reply: string
  /** null: unknown. */
  readonly usage: Usage | null
  readonly costUsd: number | null
  readonly toolCalls: number | null
  readonly exitCode: number | null
  /** What the backend logged (standard error of a command). */
  readonly log: string
  readonly sessionId: string | null
  /** After a rate limit: when to try again, ISO 8601. */
  readonly until: string | null
}

export interface Availability { readonly ok: boolean; readonly why: string; readonly mend: string }

export interface Backend {
  readonly kind: string
  /** Whether it could run here; starts nothing. */
  readonly check: (config: BackendConfig, workspaceRoot: string, env: NodeJS.ProcessEnv) => Availability
  readonly run: (input: BackendInput) => Promise<BackendResult>
}

export const backends: Readonly<Record<string, Backend>> = { [commandBackend.kind]: commandBackend }

/** The adapter of a backend's kind; undefined for a kind this version does not know. */
export const backendOf = (config: Pick<BackendConfig, 'kind'>): Backend | undefined => (Object.hasOwn(backends, config.kind) ? backends[config.kind] : undefined)

/** Whether a configured backend could run here. */
export function checkBackend(config: BackendConfig, workspaceRoot: string, env: NodeJS.ProcessEnv): Availability {
  const backend = backendOf(config)
  if (backend !== undefined) return backend.check(config, workspaceRoot, env)
  return { ok: false, why: `backend ${config.name} is of the unknown kind "${config.kind}"`, mend: `set kind to one of ${Object.keys(backends).join(', ')} in agents.yaml` }
}
