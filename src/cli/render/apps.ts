/** Apps for people: a summary of all, or every table of one. */
import type { AppConfig } from '../../config/model.ts'
import { Refusal } from '../../error.ts'
import { oneLine } from '../literal.ts'
import { say } from '../messages.ts'
import { bold } from '../paint.ts'
import { table } from '../table.ts'

export function appNamed(apps: readonly AppConfig[], name: string): AppConfig {
  const app = apps.find(one => one.name === name)
  if (app === undefined) throw new Refusal('app-not-found', `There is no app ${name}.`, 'factory apps lists them')
  return app
}

export function renderApps(apps: readonly AppConfig[], standard: string | null): string {
  if (apps.length === 0) return say('apps.none')
  return table(['App', 'Description', 'Stages', 'Steps', 'Checkpoints'], apps.map(app => [
    app.name === standard ? `${app.name} (default)` : app.name, app.description, app.stages.length, app.steps.length, app.checkpoints.length,
  ]))
}

export function renderApp(app: AppConfig): string {
  const parts: readonly (readonly [string, string])[] = [
    ['Stages', table(['Stage', 'Directory', 'Producer', 'Consumer'], app.stages.map(one => [one.name, one.directory, one.producer, one.consumer]))],
    ['Steps', table(['Step', 'Agent', 'Input', 'Output', 'Validation'], app.steps.map(one => [one.name, one.agent, one.input, one.output, one.validation === null ? null : `${one.validation.agent} (x${one.validation.rounds})`]))],
    ['Checkpoints', table(['Type', 'Maps to', 'Gate', 'Description'], app.checkpoints.map(one => [one.type, one.mapsTo, one.gate, one.description]))],
    ['Strategies', table(['Strategy', 'Condition', 'Dispatch', 'Pause at'], app.strategies.map(one => [one.name, one.condition, one.dispatch, one.pauseAt.join(', ')]))],
    ['Options', table(['Option', 'Type', 'Default', 'Values'], app.options.map(one => [one.name, one.type, String(one.default), one.values.join(', ')]))],
  ]
  return [`${bold(app.name)}  ${oneLine(app.description)}`, app.path, ...parts.flatMap(([title, rows]) => (rows === '' ? [] : ['', bold(title), rows]))].join('\n')
}
