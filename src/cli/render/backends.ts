/** Which backends there are and which agent runs on which. */
import type { Config } from '../../config/model.ts'
import type { State } from '../../../reducers/state.ts'
import { say } from '../messages.ts'
import { bold } from '../paint.ts'
import { table } from '../table.ts'

export interface BackendsShown {
  readonly backends: readonly { readonly name: string; readonly kind: string; readonly command: readonly string[] | null }[]
  readonly agents: readonly { readonly name: string; readonly backend: string | null; readonly configured: string | null; readonly chosen: boolean }[]
}

export function backendsOf(state: State, config: Config): BackendsShown {
  const { backends: chosen } = state.settings
  return {
    backends: Object.values(config.backends).map(({ name, kind, command }) => ({ name, kind, command: command ?? null })),
    agents: config.agents.map(({ name, backend }) => {
      const override = chosen[name] ?? chosen['*']
      return { name, backend: override ?? backend, configured: backend, chosen: override !== undefined }
    }),
  }
}

export function renderBackends({ backends, agents }: BackendsShown): string {
  const listed = backends.length === 0 ? say('backend.none') : `${bold(say('backend.shown'))}\n${table(['Name', 'Kind', 'Command'], backends.map(one => [one.name, one.kind, one.command?.join(' ') ?? null]))}`
  return `${listed}\n\n${table(['Agent', 'Backend', ''], agents.map(one => [one.name, one.backend, one.chosen ? `chosen (agents.yaml: ${one.configured ?? '-'})` : '']))}`
}
