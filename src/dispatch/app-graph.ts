/**
 * An app is a graph with bounded loops over the same agents and stages: plan, validate (a bounded number of rounds), execute by
 * strategy, with checkpoints between segments. Everything is read from state, so a pause survives any exit. Pure.
 */
import type { AppConfig, AppStep, CheckpointType, Config, LimitsConfig } from '../config/model.ts'
import type { PlanState, Spec } from '../../reducers/spec.ts'

export interface Checkpoint { readonly id: string; readonly type: CheckpointType; readonly title: string; readonly index: number }

export type NextStep =
  | { readonly kind: 'build'; readonly agent: string }
  | { readonly kind: 'plan'; readonly agent: string; readonly again: boolean }
  | { readonly kind: 'validate'; readonly agent: string }
  /** `segment` null: the whole plan in one run, or handing over what the segments made. `passes`: soft checkpoints before it. */
  | { readonly kind: 'execute'; readonly agent: string; readonly segment: number | null; readonly passes: readonly Checkpoint[] }
  | { readonly kind: 'checkpoint'; readonly agent: string; readonly segment: number | null; readonly checkpoint: Checkpoint }
  /** The plan was sent back too often. */
  | { readonly kind: 'rounds'; readonly agent: string; readonly rounds: number }

/** The app a spec is built with; undefined: it names one that is not there. */
export function appOf(spec: Spec, config: Config): AppConfig | null | undefined {
  const name = spec.fields.app ?? config.defaultApp
  return name === null ? null : config.apps.find(app => app.name === name)
}

export const stepOf = (app: AppConfig | null, dispatch: AppStep['dispatch']): AppStep | undefined => app?.steps.find(step => step.dispatch === dispatch)

/** Who does this step of the app. */
export const agentOf = (app: AppConfig | null, dispatch: AppStep['dispatch'], otherwise: string): string => stepOf(app, dispatch)?.agent ?? otherwise

/** Which step comes next for a spec that rests in `ready` or `planning`. */
export function nextStep(spec: Spec, app: AppConfig | null, limits: LimitsConfig): NextStep {
  const { plan } = spec
  const planner = agentOf(app, 'plan', 'builder')
  if (spec.stage === 'ready' || plan === null || (spec.stage === 'building' && spec.buildingFrom !== 'planning')) {
    return stepOf(app, 'plan') === undefined ? { kind: 'build', agent: agentOf(app, 'build', agentOf(app, 'execute', 'builder')) } : { kind: 'plan', agent: planner, again: false }
  }
  if (plan.status === 'rejected') {
    const rounds = roundsOf(app, limits) + spec.overrides
    return plan.round < rounds ? { kind: 'plan', agent: planner, again: true } : { kind: 'rounds', agent: planner, rounds }
  }
  if (plan.status === 'written' && app?.planValidation === true) return { kind: 'validate', agent: validatorOf(app) }
  return execution(plan, app)
}

const roundsOf = (app: AppConfig | null, limits: LimitsConfig): number => Math.min(stepOf(app, 'plan')?.validation?.rounds ?? limits.planRounds, limits.planRounds)
const validatorOf = (app: AppConfig): string => stepOf(app, 'validate')?.agent ?? stepOf(app, 'plan')?.validation?.agent ?? 'verifier'

function execution(plan: PlanState, app: AppConfig | null): NextStep {
  const agent = agentOf(app, 'execute', 'builder')
  if (plan.strategy === 'autonomous') return { kind: 'execute', agent, segment: null, passes: [] }
  const left = plan.segments.findIndex((_, index) => !plan.done.some(result => result.index === index))
  const segment = left === -1 ? null : left
  const open = checkpointsBefore(plan, left === -1 ? plan.segments.length : left)
  const [hard] = open.filter(checkpoint => stops(checkpoint, plan, app))
  return hard === undefined ? { kind: 'execute', agent, segment, passes: open } : { kind: 'checkpoint', agent, segment, checkpoint: hard }
}

/** Checkpoints that execution has come to and nobody has cleared. */
const checkpointsBefore = (plan: PlanState, end: number): readonly Checkpoint[] =>
  plan.segments.slice(0, end).flatMap(({ checkpoint }, index) => (checkpoint === null || plan.cleared.some(({ id }) => id === checkpoint.id) ? [] : [{ ...checkpoint, index }]))

/** Decisions and actions of people always stop; a look by a person is soft: the strategy and the checkpoint mode decide. */
function stops(checkpoint: Checkpoint, plan: PlanState, app: AppConfig | null): boolean {
  if (checkpoint.type !== 'human-verify') return true
  const strategy = app?.strategies.find(({ name }) => name === plan.strategy)
  return app?.checkpointMode !== 'auto-approve' && (strategy === undefined || strategy.pauseAt.includes('human-verify'))
}
