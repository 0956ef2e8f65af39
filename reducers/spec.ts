/** The shape of one spec: one revision of a name, with its attempts. */
import type { Doc, ItemId, SpecFields } from '../src/events/types.ts'
import type { Stage } from './reducing.ts'

export interface Attempt {
  attempt: number
  verdict: 'verified' | 'failed'
  by: 'verifier' | 'criteria' | 'builder' | 'conflict'
  doc: Doc
  score: number | null
  at: string
  failedCriteria: readonly string[]
  resolution: { by: 'rebuild' | 'manual'; at: string; reason: string } | null
}

export interface CheckedCriterion {
  id: string
  ok: boolean
  exitCode: number | null
  reason: string
  output: Doc | null
  provesNothing: boolean
}

export interface PlanState {
  doc: Doc
  round: number
  strategy: 'autonomous' | 'segmented' | 'decision-dependent'
  segments: readonly { readonly title: string; readonly checkpoint: { readonly id: string; readonly type: 'human-verify' | 'decision' | 'human-action'; readonly title: string } | null }[]
  problems: readonly string[]
  status: 'written' | 'validated' | 'rejected'
  feedback: Doc | null
  /** Results of executed segments, by index. */
  done: { index: number; doc: Doc | null; commit: string | null }[]
  /** The checkpoint that execution stands at. */
  standing: { id: string; type: string; title: string; index: number; since: string } | null
  cleared: { id: string; answer: string }[]
}

export interface Delivery {
  status: 'requested' | 'delivered' | 'failed' | 'superseded'
  project: string
  branch: string
  commit: string
  target: string
  mode: 'merge' | 'pull-request' | 'none'
  detail: string
  why: string | null
}

export interface Spec {
  readonly id: ItemId
  /** Shown name: the name given, or NAME~WRITER for the later of two made by clones that did not know each other. */
  name: string
  readonly givenName: string
  readonly revision: number
  title: string
  stage: Stage
  stageSince: string
  readonly createdAt: string
  readonly by: string
  readonly source: { readonly kind: string; readonly ref: string } | null
  doc: Doc
  fields: SpecFields
  /** The writer whose clone brought this text; its criteria run elsewhere only after `factory trust`. */
  textBy: string
  /** Builds so far; raised by the first claim of a build and by every rebuild. */
  attempt: number
  /** Where a build run came from, so that a run without a submission puts the spec back. */
  buildingFrom: 'ready' | 'planning' | null
  builder: { run: string; agent: string; since: string } | null
  plan: PlanState | null
  brief: Doc | null
  report: Doc | null
  notes: Doc | null
  commit: string | null
  base: string | null
  criteria: CheckedCriterion[]
  attempts: Attempt[]
  /** Consecutive runs of one dispatch without a transition. */
  tries: { dispatch: string; count: number } | null
  /** Rebuilds beyond the limit that a person allowed. */
  overrides: number
  fence: number
  /** Runs in progress on it: run to dispatch. */
  running: Record<string, string>
  paused: boolean
  conflict: { winner: ItemId; loser: ItemId; since: string } | null
  /** Contested answers that later facts may have been based on. */
  disputes: ItemId[]
  raised: string[]
  lifted: { kind: string; answer: string }[]
  delivery: Delivery | null
  /** The last event that moved it; a move that had not seen it is a conflict. */
  last: ItemId
}

export interface Specs {
  byId: Record<ItemId, Spec>
  /** Shown name to the items of its revisions, oldest first. */
  byName: Record<string, ItemId[]>
  /** Runs in progress to their spec. */
  byRun: Record<string, ItemId>
}
