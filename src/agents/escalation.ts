/**
 * Changes of agents.yaml that agents ask for: decided by the escalation policy right after the import of the run that asked, in the
 * transaction that ends it, whatever started the run. What is granted is an edit that keeps the file's comments and loads; what is not
 * stays a need that says why, once. Called by `run-end.ts`.
 */
import type { LoadedConfig } from '../config/load.ts'
import type * as Edits from '../config/edit.ts'
import type { ChangeClass, Config } from '../config/model.ts'
import { changeClasses } from '../config/model.ts'
import { applyChange, escalates, refuseChange, takenBack } from '../deciders/config-changes.ts'
import { configSources, withText } from '../deciders/config-texts.ts'
import type { DecidingContext } from '../deciders/deciding.ts'
import { resolveNeed } from '../deciders/feedback.ts'
import { nameProblem } from '../formats/names.ts'
import { decideAccess } from '../permissions/decide.ts'
import type { Need } from '../../reducers/feedback.ts'
import type { State } from '../../reducers/state.ts'
import type { Transaction } from '../workspace/session.ts'

type Environment = Readonly<Record<string, string | undefined>>
/** A change as it can be carried out; every part is there. */
interface Asked { readonly class: ChangeClass; readonly target: string; readonly from: string | null; readonly to: string | null; readonly value: string }
type Verdict = { readonly text: string } | { readonly already: string } | { readonly why: string }

const file = 'agents.yaml'

/** Decides every change that this agent asks for, or that nobody has decided yet. */
export async function settleChanges(transaction: Transaction, agent: string, env: Environment): Promise<void> {
  const open = Object.values(transaction.state.feedback.needs).filter(need => need.status === 'open' && need.category === 'config-edit' && (need.agent === agent || need.refused === null))
  for (const need of open) await settle(transaction, need, env)
}

async function settle(transaction: Transaction, need: Need, env: Environment): Promise<void> {
  const context: DecidingContext = { now: transaction.now, actor: 'kernel', config: transaction.config, writer: transaction.writer, nextId: transaction.nextId }
  const { state } = transaction
  const asked = readAsked(need)
  const before = state.library.byPath[file]?.doc
  const verdict: Verdict = typeof asked === 'string' ? { why: asked } : before === undefined ? { why: `${file} is not recorded` } : await judge(transaction, need, asked, env)
  if ('why' in verdict) transaction.append(refuseChange(state, { need: need.id, why: verdict.why.slice(0, 2000) }, context), { actor: 'kernel' })
  else if ('already' in verdict) transaction.append(resolveNeed(state, { id: need.id, note: verdict.already }, context), { actor: 'kernel' })
  else if (typeof asked !== 'string' && before !== undefined) {
    const after = transaction.store(verdict.text)
    transaction.append(applyChange(state, { need: need.id, class: asked.class, target: asked.target, path: file, before, after }, context), { actor: 'kernel' })
  }
}

function readAsked({ change }: Need): Asked | string {
  if (change === null || change.class === null) return `cannot determine change-class: write one of ${changeClasses.join(', ')}`
  const known = changeClasses.find(one => one === change.class)
  if (known === undefined) return `"${change.class}" is no change-class: write one of ${changeClasses.join(', ')}`
  const value = change.value ?? change.to
  if (change.target === null || value === null) return 'the change names no target or no value'
  return { class: known, target: change.target, from: change.from, to: change.to, value }
}

/** Policy first: what is not allowed is not looked at any further. */
async function judge(transaction: Transaction, need: Need, asked: Asked, env: Environment): Promise<Verdict> {
  const { state, config } = transaction
  if (!escalates(config, need.agent, asked.class)) return { why: `the escalation policy does not let ${need.agent} have a change of the class ${asked.class}` }
  if (takenBack(state, need)) return { why: 'a person took this change back' }
  const unfit = unfitValue(asked)
  if (unfit !== null) return { why: unfit }
  const [{ loadConfig }, edits] = await Promise.all([import('../config/load.ts'), import('../config/edit.ts')])
  const sources = configSources(state, transaction.text)
  const current = loadConfig(sources, { env })
  if (current.config === null) return { why: `the configuration does not load: ${firstProblem(current)}` }
  const misplaced = asked.class === 'skill-placement' ? skillProblem(state, current.config, asked) : null
  if (misplaced !== null) return { why: misplaced }
  const before = sources.agents ?? ''
  const edited = editFor(edits, before, asked)
  if ('problem' in edited) return { why: edited.problem }
  if (edited.text === before) return { already: `already so: ${asked.class} of ${asked.target}` }
  const after = loadConfig(withText(sources, file, edited.text), { env })
  if (after.config === null) return { why: `the result does not load: ${firstProblem(after)}` }
  return effectProblem(after.config, asked) ?? { text: edited.text }
}

const firstProblem = ({ problems }: LoadedConfig): string => problems.map(problem => `${problem.file}:${problem.line}: ${problem.message}`)[0] ?? 'for an unknown reason'

const longest = 200

/** The text of agents.yaml may name the environment; a value from an agent never does, and it stays on its line. */
function unfitValue({ class: kind, value }: Asked): string | null {
  if (value === '' || value.length > longest) return `the value has ${value.length} characters; it is 1 to ${longest}`
  if (/\$\{|[\u0000-\u001f\u007f]/.test(value)) return 'the value names an environment variable or holds control characters'
  const wrong = kind === 'skill-placement' ? nameProblem(value) : null
  return wrong === null ? null : `"${value}" is no name of a skill: ${wrong}`
}

/** A skill that nobody wrote cannot be placed, nor one that is not where the change says. */
function skillProblem(state: State, config: Config, { target, value, from, to }: Asked): string | null {
  const agent = config.agents.find(one => one.name === target)
  if (agent === undefined) return `there is no agent "${target}"`
  const { always, available } = agent.skills
  const isWritten = [`skills/${target}/${value}/SKILL.md`, `skills/shared/${value}/SKILL.md`, `skills/${value}/SKILL.md`].some(path => Object.hasOwn(state.library.byPath, path) && state.library.byPath[path]?.removed === false)
  if (!isWritten && !always.includes(value) && !available.includes(value)) return `there is no skill "${value}" for ${target}`
  const place = from === 'always' ? always : from === 'available' ? available : null
  const goal = to === 'available' ? available : always
  return place === null || place.includes(value) || goal.includes(value) ? null : `"${value}" is not among the ${from ?? ''} skills of ${target}`
}

function editFor(edits: typeof Edits, text: string, asked: Asked): Edits.EditResult {
  switch (asked.class) {
    case 'skill-placement': return edits.placeSkill(text, asked.target, asked.value, asked.to === 'available' ? 'available' : 'always')
    case 'acl-read-expand': return edits.expandAcl(text, asked.target, 'can_read', asked.value)
    case 'acl-write-expand': return edits.expandAcl(text, asked.target, 'can_write', asked.value)
    case 'model-change': return edits.setModel(text, asked.target, asked.value)
  }
}

/** A path that stays closed whatever agents.yaml says is not opened by a line there. */
function effectProblem(config: Config, { class: kind, target, value }: Asked): { readonly why: string } | null {
  if (kind !== 'acl-read-expand' && kind !== 'acl-write-expand') return null
  const want = kind === 'acl-read-expand' ? 'read' : 'write'
  const { allowed, rule } = decideAccess(config, { agent: target, path: value, want })
  return allowed ? null : { why: `it would have no effect: ${rule.text}` }
}
