/** `apps/NAME.yaml`: a workflow over the same agents and stages; its schema, and the plain data it becomes. */
import * as z from 'zod'
import type { AppConfig, AppStep, CheckpointType, StrategyName } from './model.ts'
import type { ConfigProblem } from './problem.ts'
import { choice, count, text, textOrNull, texts } from './scalars.ts'
import type { AgentsFile } from './sections/index.ts'
import { mapping, named } from './sections/section.ts'
import type { ReadFile } from './yaml-file.ts'
import { readYamlFile } from './yaml-file.ts'

const checkpointTypes = ['human-verify', 'decision', 'human-action'] as const satisfies readonly CheckpointType[]
const strategyNames = ['autonomous', 'segmented', 'decision-dependent'] as const satisfies readonly StrategyName[]
const dispatches = ['plan', 'validate', 'execute', 'build', 'verify'] as const satisfies readonly AppStep['dispatch'][]
const profiles = ['quality', 'balanced', 'budget'] as const

const stage = mapping({
  name: text().describe('name of the stage'), directory: text().describe('folder it shows in'),
  producer: text().describe('agent that fills it'), consumer: text().describe('agent that empties it'),
}, { stage: 'name' })

const step = mapping({
  name: text().describe('name of the step'),
  dispatch: choice(dispatches).optional().describe('what is dispatched; without it the step\'s name'),
  agent: text().describe('who does it'),
  input: text().prefault('the spec').describe('what it is given'),
  output: text().prefault('the next stage').describe('what it hands over'),
  validation: mapping({ agent: text().describe('who validates'), rounds: count(10).prefault(3).describe('most rounds') }, { max_rounds: 'rounds', max_iterations: 'rounds' }).optional().describe('who validates the result, and how often'),
  strategy: textOrNull().optional().describe('`auto`, or a strategy of this app'),
}, { step: 'name' })

const checkpoint = mapping({
  type: choice(checkpointTypes).describe('type, as in plans'), mapsTo: text().describe('where it shows'),
  gate: choice(['soft', 'hard']).prefault('hard').describe('whether policy may pass it'), description: text().prefault('a checkpoint').describe('one sentence'),
})

const strategy = mapping({
  name: choice(strategyNames).describe('which plans it is for'), condition: text().describe('the condition, in words'),
  dispatch: text().describe('how such a plan is run'), pauseAt: texts().prefault([]).describe('checkpoints it stops at'),
}, { strategy: 'name' })

const scalarValue = z.unknown().meta({ kind: 'a text, number or on/off' })
const option = mapping({
  type: text().describe('`choice`, `switch` or `number`'), default: scalarValue.describe('its value unless agents.yaml says otherwise'),
  values: texts().prefault([]).describe('the values of a choice'),
})

export const appFile = mapping({
  version: scalarValue.optional().describe('version of this format, 1'),
  name: text().optional().describe('name of the app; without it the file\'s'),
  description: text().prefault('no description').describe('one sentence'),
  stages: z.array(stage).prefault([]).describe('its stages'),
  steps: z.array(step).prefault([]).describe('its dispatch table'),
  checkpoints: z.array(checkpoint).prefault([]).describe('its checkpoints'),
  strategies: z.array(strategy).prefault([]).describe('how plans are executed'),
  options: named(option).prefault({}).describe('`profile`, `planValidation`, `checkpointMode`'),
  profiles: named(named(text())).prefault({}).describe('model of each agent, by profile'),
}, { dispatch: 'steps', dispatch_table: 'steps', config: 'options' })

type AppInput = z.output<typeof appFile>
type Settings = AgentsFile['apps']['settings'][string] | undefined
type Complain = (path: readonly PropertyKey[], message: string, mend: string) => void

const isTruthy = (value: unknown): boolean => value === true || value === 'on' || value === 'true'
const camel = (key: string): string => key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())

const optionsOf = (input: AppInput, complain: Complain): AppConfig['options'] =>
  Object.entries(input.options).map(([key, given]) => {
    const value = given.default
    const plain = typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number'
    if (!plain) complain(['options', key, 'default'], `option ${key} has no default`, 'write default: and a text, number or on/off')
    if (typeof value === 'string' && given.values.length > 0 && !given.values.includes(value)) complain(['options', key, 'default'], `"${value}" is not among its values`, `write one of ${given.values.join(', ')}`)
    return { name: camel(key), type: given.type, default: plain ? value : '', values: given.values }
  })

const stepOf = (input: AppInput['steps'][number], index: number, complain: Complain): AppStep => {
  const dispatch = input.dispatch ?? dispatches.find(candidate => candidate === input.name)
  if (dispatch === undefined) complain(['steps', index], `step "${input.name}" does not say what is dispatched`, `add dispatch: ${dispatches.join(' | ')}`)
  return {
    name: input.name, dispatch: dispatch ?? 'build', agent: input.agent, input: input.input, output: input.output,
    validation: input.validation ?? null, strategy: input.strategy ?? null,
  }
}

const strategyOf = (input: AppInput['strategies'][number], index: number, complain: Complain): AppConfig['strategies'][number] => {
  const pauseAt = checkpointTypes.filter(type => input.pauseAt.includes(type))
  if (pauseAt.length !== input.pauseAt.length) complain(['strategies', index], 'pauseAt names something that is no checkpoint', `write ${checkpointTypes.join(', ')}`)
  return { name: input.name, condition: input.condition, dispatch: input.dispatch, pauseAt }
}

/** An app with the settings of agents.yaml in place of its own defaults. */
export const withSettings = (app: AppConfig, settings: Settings): AppConfig => ({
  ...app, profile: settings?.profile ?? app.profile, planValidation: settings?.planValidation ?? app.planValidation,
  checkpointMode: settings?.checkpointMode ?? app.checkpointMode,
})

/** Reads one app; `path` is relative to the workspace. */
export const readApp = (path: string, source: string): ReadFile<AppConfig> => {
  const read = readYamlFile<AppInput>(path, source, appFile, null)
  if (read.value === null) return { ...read, value: null }
  const input = read.value
  const problems: ConfigProblem[] = []
  const complain: Complain = (at, message, mend) => problems.push({ file: path, line: read.lineOf(at), key: at.join('.'), message, mend })
  const options = optionsOf(input, complain)
  const chosen = (name: string): unknown => options.find(option => option.name === name)?.default
  const value: AppConfig = {
    name: input.name ?? path.replace(/^.*\//, '').replace(/\.ya?ml$/, ''), description: input.description, path,
    stages: input.stages, steps: input.steps.map((given, index) => stepOf(given, index, complain)), checkpoints: input.checkpoints,
    strategies: input.strategies.map((given, index) => strategyOf(given, index, complain)), options, profiles: input.profiles,
    profile: profiles.find(profile => profile === chosen('profile')) ?? 'balanced',
    planValidation: isTruthy(chosen('planValidation')), checkpointMode: chosen('checkpointMode') === 'auto-approve' ? 'auto-approve' : 'interactive',
  }
  return { ...read, value: problems.length > 0 ? null : value, problems }
}
