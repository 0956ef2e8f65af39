/** `factory apps`: the YAML workflows over the same agents and stages. */
import type { CommandSpec } from '../command.ts'

export const apps: CommandSpec = {
  name: 'apps',
  group: 'inspect',
  summary: 'the apps: stages, steps, checkpoints, strategies, options',
  options: [{ flags: '-a, --app <name>', summary: 'one app in full' }],
  examples: [{ command: 'factory apps', does: 'all apps' }, { command: 'factory apps --app gsd', does: 'one in full' }],
  exits: [{ code: 1, when: 'no such app' }],
  needs: 'workspace',
  run: async call => {
    const [{ renderApps, renderApp, appNamed }, { config }] = await Promise.all([import('../render/apps.ts'), (await call.open()).look()])
    const name = call.option('app')
    if (name === undefined) return { json: { apps: config.apps, default: config.defaultApp }, text: () => renderApps(config.apps, config.defaultApp) }
    const app = appNamed(config.apps, name)
    return { json: { app }, text: () => renderApp(app) }
  },
}
