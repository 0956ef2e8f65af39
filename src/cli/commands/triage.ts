/** `factory triage`: what was noticed about the factory itself; take one up as an intent, or close it. */
import { dryRun } from '../command.ts'
import type { CommandSpec, Outcome } from '../command.ts'
import type { Invocation } from '../invocation.ts'
import { say } from '../messages.ts'
import { usage } from '../usage.ts'

export const triage: CommandSpec = {
  name: 'triage',
  group: 'inspect',
  summary: 'observations about the factory: list, take up, close',
  arguments: [{ name: '[OBSERVATION]', summary: 'its file name or slug, or a part of one that means only it' }],
  options: [
    { flags: '--list', summary: 'list (what it does without an argument)' },
    { flags: '--all', summary: 'those that are closed too' },
    { flags: '--promote', summary: 'make it an intent in the inbox' },
    { flags: '--dismiss', summary: 'close it; needs --reason' },
    { flags: '--reason <text>', summary: 'why it is closed (also @FILE or -)' },
    dryRun,
  ],
  examples: [
    { command: 'factory triage', does: 'what is open, most severe first' },
    { command: 'factory triage stale-index --promote', does: 'take it up' },
    { command: 'factory triage stale-index --dismiss --reason "by design"', does: 'close it' },
  ],
  exits: [{ code: 1, when: 'no such observation, several match, or it is closed already' }],
  needs: 'workspace',
  run: call => {
    const target = call.argument('OBSERVATION')
    const acts = call.flag('promote') || call.flag('dismiss')
    if (acts && target === undefined) throw usage('missing-argument', 'Which observation?', 'factory triage lists them')
    if (call.flag('promote') && call.flag('dismiss')) throw usage('usage', 'Promote it or dismiss it, not both.', 'factory triage --help')
    if (call.flag('dismiss') && call.option('reason') === undefined) throw usage('missing-option', 'Dismissing needs --reason.', 'factory triage --help')
    return target === undefined || call.flag('list') ? list(call) : acts ? settle(call, target) : show(call, target)
  },
}

async function list(call: Invocation): Promise<Outcome> {
  const [{ observationsView }, { renderObservations }] = await Promise.all([import('../../../projections/observations-view.ts'), import('../render/observations.ts')])
  const { state } = await (await call.open()).look()
  const view = observationsView(state, { all: call.flag('all') })
  return { json: view, text: () => renderObservations(view.observations, call.now()) }
}

async function show(call: Invocation, target: string): Promise<Outcome> {
  const [{ findObservation }, { renderObservation }, { observationsView }] = await Promise.all([
    import('../finding.ts'), import('../render/observations.ts'), import('../../../projections/observations-view.ts'),
  ])
  const { state } = await (await call.open()).look()
  const found = findObservation(state, target)
  const observation = observationsView(state, { all: true }).observations.find(one => one.file === found.file) ?? null
  return { json: { observation }, text: () => renderObservation(found, call.now()) }
}

async function settle(call: Invocation, target: string): Promise<Outcome> {
  const [{ findObservation }, { promote, dismiss }, { change, changeJson }] = await Promise.all([import('../finding.ts'), import('../triaging.ts'), import('../changing.ts')])
  const reason = (await call.text(call.option('reason') ?? '')).trim()
  const changed = await change(call, `triage ${target}`, on => {
    const observation = findObservation(on.state, target)
    return call.flag('promote') ? promote(on, observation) : dismiss(on, observation, reason)
  })
  const { slug, file } = findObservation(changed.state, target)
  const spec = changed.drafts.find(draft => draft.type === 'spec.submitted')?.data.name ?? null
  return {
    json: changeJson(changed, call, { file, slug, status: call.flag('promote') ? 'promoted' : 'dismissed', spec }),
    text: call.flag('promote') ? say('triage.promoted', { slug, spec: spec ?? '' }) : say('triage.dismissed', { slug }),
  }
}
