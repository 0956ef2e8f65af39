/** Agents that ask for changes of agents.yaml, as entries of their needs. */
import { newWorld } from '../acceptance/world.ts'
import type { LogEvent, World } from '../acceptance/world.ts'

export interface Change { readonly id?: string; readonly class: string; readonly target?: string; readonly from?: string; readonly to?: string; readonly value?: string }

/** The entry an agent writes into its needs. */
export function entry({ id = 'k', class: kind, target, from, to, value }: Change): string {
  const fields = [['category', 'config-edit'], ['blocked', `a change of the class ${kind}`], ['change-class', kind], ['target', target], ['from', from], ['to', to], ['value', value]]
  return `\n## ${id}\n\n${fields.filter(([, said]) => said !== undefined).map(([key, said]) => `- ${key ?? ''}: ${said ?? ''}\n`).join('')}`
}

/** Everything may be had, so that what is refused is refused for its own reason. */
export const allowAll = (world: World): void => {
  const text = world.read('permissions.yaml')
  world.write('permissions.yaml', text.replace(/^escalation:\n(?: {2}.*\n)+/m, ['escalation:', ...['ops', 'pipeline'].map(group => `  ${group}: [skill-placement, acl-read-expand, acl-write-expand, model-change]`), ''].join('\n')))
}

export const aWorld = (): Promise<World> => newWorld({ config: `# The builder is watched.
agents:
  builder:
    # Only these.
    skills: { always: [filesystem-conventions], available: [context-discipline] } # kept short
` })

/** Lets this agent ask in its next run of `dispatch`. */
export const asks = (world: World, agent: string, change: Change, dispatch = 'heartbeat'): void => {
  world.script(`${dispatch}.${agent}`, { usual: true, append: { [`memory/${agent}/needs.md`]: entry(change) }, reply: 'I ask for something.' })
}

export interface NeedLine { readonly id: string; readonly agent: string; readonly status: string; readonly refused: string | null; readonly resolvedBy: string | null; readonly held: string | null; readonly category: string }
export const needs = async (world: World): Promise<readonly NeedLine[]> => ((await world.run(['needs', '--all', '--json'])).json() as { needs: NeedLine[] }).needs
export const changes = async (world: World): Promise<readonly LogEvent[]> => (await world.log()).filter(event => event.type.startsWith('change.'))
export const shown = async (world: World, agent: string): Promise<Record<string, unknown>> => {
  const { config } = (await world.run(['config', 'show', 'agents', '--json'])).json() as { config: readonly Record<string, unknown>[] }
  return config.find(one => one['name'] === agent) ?? {}
}
