/** `factory trust`: lets a backend or the criteria of a spec that came from another clone run on this one. */
import type { CommandSpec, Outcome } from '../command.ts'
import type { Invocation } from '../invocation.ts'
import { say } from '../messages.ts'

export const trust: CommandSpec = {
  name: 'trust',
  group: 'configure',
  summary: 'let backends and criteria from another clone run on this one',
  details: ['Trust is bound to exactly what would run: when that changes, it is asked for again. Look at it before you trust it.'],
  arguments: [{ name: '[PATH]', summary: 'agents.yaml, a file of a spec, or a subject as listed; without it, what waits is listed' }],
  options: [{ flags: '--all', summary: 'list what is trusted already, too' }],
  examples: [{ command: 'factory trust', does: 'what waits, and what it would run' }, { command: 'factory trust backend:mine', does: 'trust one backend' }],
  exits: [{ code: 1, when: 'there is nothing of that name' }],
  needs: 'workspace',
  run: call => {
    const path = call.argument('PATH')
    return path === undefined ? list(call) : grant(call, path)
  },
}

async function list(call: Invocation): Promise<Outcome> {
  const [{ trustSubjects }, { renderTrust }] = await Promise.all([import('../trusting.ts'), import('../render/trust.ts')])
  const workspace = await call.open()
  const { state, config } = await workspace.look()
  const subjects = trustSubjects(state, config, workspace.writer()).filter(subject => call.flag('all') || !subject.trusted)
  return { json: { subjects }, text: () => renderTrust(subjects) }
}

async function grant(call: Invocation, path: string): Promise<Outcome> {
  const [{ subjectsNamed }, { grantTrust }, { change, changeJson }] = await Promise.all([import('../trusting.ts'), import('../../deciders/choices.ts'), import('../changing.ts')])
  const granted: string[] = []
  const changed = await change(call, `trust ${path}`, on => subjectsNamed(on.state, on.config, on.writer, path).flatMap(({ subject, hash }) => {
    granted.push(subject)
    return grantTrust(on.state, { subject, hash }, on)
  }))
  return { json: changeJson(changed, call, { subjects: granted }), text: granted.map(subject => say('trust.granted', { subject })).join('\n') }
}
