/**
 * The configuration as the rest of Factory sees it: plain data, every default filled in, durations in milliseconds.
 * Parsed from the texts of `agents.yaml`, `permissions.yaml` and `apps/*.yaml` (`load.ts`); text before ${VAR} substitution is what
 * the log keeps. Passed to planners and deciders as an argument; never read by reducers.
 */
export interface Config {
  readonly backends: Readonly<Record<string, BackendConfig>>
  readonly agents: readonly AgentConfig[]
  readonly limits: LimitsConfig
  readonly policy: PolicyConfig
  readonly projects: Readonly<Record<string, ProjectConfig>>
  readonly apps: readonly AppConfig[]
  /** The app of specs that name none; null: no app (build straight from ready). */
  readonly defaultApp: string | null
  readonly permissions: PermissionsConfig
  readonly notifications: { readonly recipient: string | null }
  /** SHA-256 over the source texts; recorded by every run. */
  readonly hash: string
  /** `backend:NAME` and `setup:PROJECT` to the writer who brought that definition; left out where nobody asked the log. */
  readonly origins?: Readonly<Record<string, string>>
}

/** `kind: command` is the executable backend; other kinds are registered adapters. */
export interface BackendConfig {
  readonly name: string
  readonly kind: string
  readonly command?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly options?: Readonly<Record<string, unknown>>
}

export interface AgentConfig {
  readonly name: string
  readonly role: string
  readonly backend: string | null
  readonly model: string | null
  readonly timeoutMs: number
  readonly silenceMs: number
  readonly skills: { readonly always: readonly string[]; readonly available: readonly string[] }
  /** Cron expression of the heartbeat, or null. */
  readonly heartbeat: string | null
  /** Flat per-agent rules (path prefixes, `*` = one segment); deny wins over everything. */
  readonly canRead: readonly string[]
  readonly canWrite: readonly string[]
  readonly cannotAccess: readonly string[]
  readonly shell: 'full' | 'read-only' | 'none'
}

export interface BudgetConfig {
  /** `workspace`, `agent:NAME`, `project:NAME` or `spec` (each spec on its own). */
  readonly scope: string
  readonly windowMs: number
  readonly runs: number | null
  readonly usd: number | null
  readonly tokens: number | null
}

export interface LimitsConfig {
  readonly slots: number
  readonly rebuilds: number
  readonly noProgress: number
  readonly planRounds: number
  /** Reserved at the claim when a run's cost is unknown beforehand. */
  readonly reserveUsd: number
  readonly reserveTokens: number
  readonly fileBytes: number
  readonly viewFiles: number
  readonly promotePerDay: number
  readonly leaseMs: number
  readonly criterionMs: number
  readonly keepRunsMs: number
  /** How long decisions, briefs and reports of a complete spec stay in view. */
  readonly keepRecordsMs: number
  /** The same for what was resolved or dismissed, and for older revisions. */
  readonly keepResolvedMs: number
  readonly budgets: readonly BudgetConfig[]
}

export interface PolicyConfig {
  readonly promoteLowObservations: boolean
  readonly deliver: 'merge' | 'pull-request' | 'none'
  readonly wall: 'auto' | 'required' | 'off'
  readonly git: 'commit' | 'off'
}

export interface ProjectConfig {
  readonly name: string
  /** Shell command run in a fresh clone before the criteria. */
  readonly setup: string | null
  readonly target: string | null
  readonly deliver: PolicyConfig['deliver'] | null
}

export interface AppConfig {
  readonly name: string
  readonly description: string
  readonly path: string
  readonly stages: readonly { readonly name: string; readonly directory: string; readonly producer: string; readonly consumer: string }[]
  readonly steps: readonly AppStep[]
  readonly checkpoints: readonly { readonly type: CheckpointType; readonly mapsTo: string; readonly gate: 'soft' | 'hard'; readonly description: string }[]
  readonly strategies: readonly { readonly name: StrategyName; readonly condition: string; readonly dispatch: string; readonly pauseAt: readonly CheckpointType[] }[]
  readonly options: readonly { readonly name: string; readonly type: string; readonly default: string | boolean | number; readonly values: readonly string[] }[]
  readonly profile: 'quality' | 'balanced' | 'budget'
  readonly profiles: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly planValidation: boolean
  readonly checkpointMode: 'interactive' | 'auto-approve'
}

/** One node of the app's graph; `rounds` bounds the loop back to it. */
export interface AppStep {
  readonly name: string
  readonly dispatch: 'plan' | 'validate' | 'execute' | 'build' | 'verify'
  readonly agent: string
  readonly input: string
  readonly output: string
  readonly validation: { readonly agent: string; readonly rounds: number } | null
  readonly strategy: string | null
}

export type CheckpointType = 'human-verify' | 'decision' | 'human-action'
export type StrategyName = 'autonomous' | 'segmented' | 'decision-dependent'

export interface PermissionsConfig {
  readonly groups: Readonly<Record<string, readonly string[]>>
  /** In file order; the longest matching path decides. `{agent}` stands for any agent's name. */
  readonly resources: readonly { readonly path: string; readonly owner: string; readonly group: string; readonly mode: string }[]
  /** Group to the change classes its members may have applied without a person. */
  readonly escalation: Readonly<Record<string, readonly ChangeClass[]>>
}

export type ChangeClass = 'skill-placement' | 'acl-read-expand' | 'acl-write-expand' | 'model-change'
export const changeClasses: readonly ChangeClass[] = ['skill-placement', 'acl-read-expand', 'acl-write-expand', 'model-change']
