/** `factory backend`: which adapter runs the agents. */
import { backendOption, backendNamed } from '../backend-option.ts'
import type { CommandSpec, Outcome } from '../command.ts'
import type { Invocation } from '../invocation.ts'
import { say } from '../messages.ts'

export const backend: CommandSpec = {
  name: 'backend',
  group: 'configure',
  summary: 'show the backends, run all agents on one, or go back to the configuration',
  arguments: [{ name: '[NAME]', summary: 'a backend of agents.yaml, or default; anthropic means claude' }],
  options: [{ flags: '--agent <name>', summary: 'for this agent only' }, ...backendOption],
  examples: [
    { command: 'factory backend', does: 'which agent runs where' },
    { command: 'factory backend mine', does: 'all agents on mine' },
    { command: 'factory backend default', does: 'as agents.yaml says' },
  ],
  exits: [{ code: 1, when: 'no such backend or agent' }],
  needs: 'workspace',
  run: call => {
    const name = call.argument('NAME') ?? backendNamed(call, { env: false })
    return name === null ? show(call) : choose(call, name === 'anthropic' ? 'claude' : name)
  },
}

async function show(call: Invocation): Promise<Outcome> {
  const { backendsOf, renderBackends } = await import('../render/backends.ts')
  const { state, config } = await (await call.open()).look()
  const shown = backendsOf(state, config)
  return { json: shown, text: () => renderBackends(shown) }
}

async function choose(call: Invocation, name: string): Promise<Outcome> {
  const [{ chooseBackend }, { change, changeJson }] = await Promise.all([import('../../deciders/choices.ts'), import('../changing.ts')])
  const agent = call.option('agent') ?? null
  const chosen = name === 'default' ? null : name
  const changed = await change(call, `backend ${name}`, on => chooseBackend(on.state, { agent, backend: chosen }, on))
  return { json: changeJson(changed, call, { agent, backend: chosen }), text: chosen === null ? say('backend.default') : say('backend.chosen', { backend: chosen }) }
}
