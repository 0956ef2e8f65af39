/** `factory decide`: shows decisions with their options, answers one, or replaces an automatic answer. */
import type { CommandSpec, Outcome } from '../command.ts'
import type { Invocation } from '../invocation.ts'
import { usage } from '../usage.ts'

export const decide: CommandSpec = {
  name: 'decide',
  group: 'operate',
  summary: 'show decisions with options and recommendation; answer one',
  details: ['Gates that only a person lifts are answered here too: the entries conflict, no-progress, retry-limit, and the checkpoints of a plan.'],
  arguments: [{ name: '[SPEC]', summary: 'only the decisions of this spec' }],
  options: [
    { flags: '-e, --entry <id>', summary: 'the exact id of the entry to answer, such as 7.1' },
    { flags: '-a, --answer <text>', summary: 'an option id, or a text of your own (also @FILE or -)' },
    { flags: '--override', summary: 'replace an automatic answer; without an answer: show the automatic ones too' },
    { flags: '--all', summary: 'show answered decisions too' },
  ],
  examples: [
    { command: 'factory decide', does: 'what waits for an answer' },
    { command: 'factory decide login-page --entry 7.1 --answer b', does: 'choose option b' },
    { command: 'factory decide login-page --entry 7.2 --answer a --override', does: 'replace an automatic answer' },
  ],
  exits: [{ code: 1, when: 'no such spec or entry, or it is already answered' }],
  needs: 'workspace',
  run: call => {
    const entry = call.option('entry')
    const answer = call.option('answer')
    if (answer !== undefined && entry === undefined) throw usage('missing-option', 'An answer needs the entry it is for.', 'factory decide SPEC lists the entries')
    return entry === undefined || answer === undefined ? show(call) : settle(call, entry, answer)
  },
}

async function show(call: Invocation): Promise<Outcome> {
  const [{ decisionsView }, { renderDecisions }] = await Promise.all([import('../../../projections/decisions-view.ts'), import('../render/decisions.ts')])
  const { specNamed } = await import('../../deciders/deciding.ts')
  const { state } = await (await call.open()).look()
  const given = call.argument('SPEC')
  const spec = given === undefined ? null : specNamed(state, given).name
  const entry = call.option('entry')
  const { decisions } = decisionsView(state, spec)
  const chosen = decisions.filter(one => entry === undefined || one.entry === entry)
  const everything = call.flag('all') || spec !== null
  const shown = chosen.filter(one => everything || one.status === 'awaiting' || (call.flag('override') && one.status === 'auto-resolved'))
  return { json: { decisions: shown }, text: () => renderDecisions(shown, spec) }
}

async function settle(call: Invocation, entry: string, given: string): Promise<Outcome> {
  const name = call.argument('SPEC')
  if (name === undefined) throw usage('missing-argument', 'An answer needs the spec it is for.', 'factory decide lists the decisions')
  const [{ answerDecision }, { specNamed }, { change, changeJson }, { decisionsView }, { renderAnswered }] = await Promise.all([
    import('../../deciders/decisions.ts'), import('../../deciders/deciding.ts'), import('../changing.ts'), import('../../../projections/decisions-view.ts'), import('../render/decisions.ts'),
  ])
  const answer = (await call.text(given)).trim()
  const changed = await change(call, `decide ${name}`, on => answerDecision(on.state, { spec: name, entry, answer, override: call.flag('override') }, on))
  const spec = specNamed(changed.state, name).name
  const { decisions } = decisionsView(changed.state, spec)
  const left = decisions.filter(one => one.status === 'awaiting').length
  const options = decisions.find(one => one.entry === entry)?.options ?? []
  return { json: changeJson(changed, call, { spec, entry, answer, open: left }), text: () => renderAnswered({ spec, entry, answer, options: options.map(one => one.id) }, left) }
}
