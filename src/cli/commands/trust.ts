/** `factory trust`: lets what came from elsewhere take effect here: backends and criteria of another clone, changes that were held back. */
import type { CommandSpec, Outcome } from '../command.ts'
import type { Invocation } from '../invocation.ts'
import { say } from '../messages.ts'

export const trust: CommandSpec = {
  name: 'trust',
  group: 'configure',
  summary: 'let backends and criteria from another clone run here; confirm changes that were held back',
  details: [
    'Trust is bound to exactly what would run: when that changes, it is asked for again. Look at it before you trust it.',
    'A change of the configuration, a scenario or an answer that was made while an agent without a wall was at work is held back; trusting its path makes it yours, factory needs --resolve declines it.',
  ],
  arguments: [{ name: '[PATH]', summary: 'agents.yaml, a file of a spec, the path of a change held back, or a subject as listed; without it, what waits is listed' }],
  options: [{ flags: '--all', summary: 'list what is trusted already, too' }],
  examples: [{ command: 'factory trust', does: 'what waits, and what it would run' }, { command: 'factory trust backend:mine', does: 'trust one backend' }, { command: 'factory trust permissions.yaml', does: 'let a change that was held back take effect' }],
  exits: [{ code: 1, when: 'there is nothing of that name' }],
  needs: 'workspace',
  run: call => {
    const path = call.argument('PATH')
    return path === undefined ? list(call) : grant(call, path)
  },
}

async function list(call: Invocation): Promise<Outcome> {
  const [{ heldSubjects, trustSubjects }, { renderTrust }] = await Promise.all([import('../trusting.ts'), import('../render/trust.ts')])
  const workspace = await call.open()
  const { state, config } = await workspace.look()
  const subjects = trustSubjects(state, config, workspace.writer()).filter(subject => call.flag('all') || !subject.trusted)
  const held = await heldSubjects(state, workspace.text)
  return { json: { subjects, held }, text: () => renderTrust(subjects, held) }
}

async function grant(call: Invocation, path: string): Promise<Outcome> {
  const [{ subjectsNamed }, { grantTrust }, { change, changeJson }, { confirmHeld, heldNeeds, loadReaders }] = await Promise.all([
    import('../trusting.ts'), import('../../deciders/choices.ts'), import('../changing.ts'), import('../../protocol/route.ts'),
  ])
  const parse = await loadReaders(call.env)
  const granted: string[] = []
  const confirmed: string[] = []
  const changed = await change(call, `trust ${path}`, on => {
    const held = heldNeeds(on.state, path.replace(/^\.\//, ''))
    for (const need of held) {
      on.append(confirmHeld(need, { state: on.state, context: on, parse, store: on.store, text: on.text }))
      confirmed.push(need.held?.path ?? need.key)
    }
    if (held.length > 0) return undefined
    return subjectsNamed(on.state, on.config, on.writer, path).flatMap(({ subject, hash }) => {
      granted.push(subject)
      return grantTrust(on.state, { subject, hash }, on)
    })
  })
  const said = [...confirmed.map(one => say('trust.confirmed', { path: one })), ...granted.map(subject => say('trust.granted', { subject }))]
  return { json: changeJson(changed, call, { subjects: granted, confirmed }), text: said.join('\n') }
}
