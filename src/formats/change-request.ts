/**
 * A configuration change asked for by an agent: fields first, else one sentence in an exactly documented form.
 * Called by `needs-document.ts`. What fits neither is reported as undetermined; it stays a need for a person.
 */
import type { EntryBlock } from './entry-block.ts'
import { fieldOf, partOf } from './entry-block.ts'
import type { FormatProblem } from './problem.ts'
import { problem } from './problem.ts'

export type RequestedClass = 'skill-placement' | 'acl-read-expand' | 'acl-write-expand' | 'model-change'

/** `target` is the agent; `value` the skill, path or model; `from` and `to` the places of a skill or the models. */
export interface ChangeRequest {
  readonly class: RequestedClass
  readonly target: string
  readonly from: string | null
  readonly to: string | null
  readonly value: string
  readonly inferred: boolean
}

const classes: readonly RequestedClass[] = ['skill-placement', 'acl-read-expand', 'acl-write-expand', 'model-change']
export const changeForms = [
  'move SKILL from available: to always: for AGENT',
  'add PATH to can_read: for AGENT',
  'add PATH to can_write: for AGENT',
  'set model: to MODEL for AGENT',
] as const
const cannot = 'cannot determine change-class'
const mend = `add - change-class: ${classes.join(' | ')}, - target: AGENT and - value: SKILL, PATH or MODEL; or write one line "${changeForms[0]}"`

/** `agents.builder.skills`, `builder` and `` `builder` `` all mean the builder. */
const agentOf = (target: string): string => target.replaceAll('`', '').trim().replace(/^agents(?:\.yaml)?[.:#/\s]+(?:agents[.:])?/, '').split(/[.\s]/)[0] ?? ''

const plain = (text: string | undefined): string | null => text?.replaceAll(/[`"']/g, '').replace(/:$/, '').trim() || null

const placements: readonly string[] = ['always', 'available']

const fromFields = (entry: EntryBlock, cls: RequestedClass, agent: string | null): ChangeRequest | string => {
  const field = (...keys: string[]): string | null => plain(fieldOf(entry, ...keys)?.value)
  const target = field('target', 'agent')
  const owner = target === null ? agent : agentOf(target)
  if (owner === null || owner === '') return 'the change names no agent (- target:)'
  const base = { class: cls, target: owner, from: field('from'), inferred: false }
  if (cls === 'skill-placement') {
    const skill = field('value', 'skill')
    const to = field('to') ?? 'always'
    if (skill === null) return 'the change names no skill (- value:)'
    return placements.includes(to) ? { ...base, to, value: skill } : `a skill is placed in always or available, not in "${to}"`
  }
  const value = cls === 'model-change' ? field('to', 'value', 'model') : field('value', 'path', 'to')
  if (value === null) return `the change names no ${cls === 'model-change' ? 'model' : 'path'} (- value:)`
  return { ...base, to: cls === 'model-change' ? value : field('to'), value }
}

const word = '(\\S+)'
const owner = '(?:\\s+(?:for|of)\\s+(\\S+?))?\\.?$'
const skillForm = new RegExp(`^move\\s+(?:skill\\s+)?${word}\\s+from\\s+(available|always):?\\s+to\\s+(always|available):?${owner}`, 'i')
const aclForm = new RegExp(`^add\\s+${word}\\s+to\\s+can_(read|write):?${owner}`, 'i')
const modelForm = new RegExp(`^set\\s+model:?\\s+to\\s+(\\S+?)${owner}`, 'i')

const fromSentence = (line: string, agent: string | null): ChangeRequest | null => {
  const said = line.replaceAll(/[`*]/g, '').replace(/^(?:[-+]|\d+[.)])\s+/, '').trim()
  const [, skill, from, to, skillOwner] = skillForm.exec(said) ?? []
  if (skill !== undefined && from !== undefined && to !== undefined && from.toLowerCase() !== to.toLowerCase()) {
    return made('skill-placement', skillOwner ?? agent, skill, from.toLowerCase(), to.toLowerCase())
  }
  const [, path, want, pathOwner] = aclForm.exec(said) ?? []
  if (path !== undefined) return made(want?.toLowerCase() === 'read' ? 'acl-read-expand' : 'acl-write-expand', pathOwner ?? agent, path, null, null)
  const [, model, modelOwner] = modelForm.exec(said) ?? []
  return model === undefined ? null : made('model-change', modelOwner ?? agent, model, null, model)
}

const made = (cls: RequestedClass, target: string | null, value: string, from: string | null, to: string | null): ChangeRequest | null =>
  (target === null ? null : { class: cls, target: agentOf(target), from, to, value, inferred: true })

const inferred = (entry: EntryBlock, agent: string | null): ChangeRequest | null => {
  const lines = (partOf(entry, 'exact-change')?.text ?? '').split('\n')
  const found = lines.flatMap(line => fromSentence(line, agent) ?? [])
  return found.length === 1 ? found[0] ?? null : null
}

/** The change an entry asks for; `agent` wrote it and is meant where no agent is named. */
export const readChange = (entry: EntryBlock, agent: string | null): { readonly change: ChangeRequest | null; readonly problems: readonly FormatProblem[] } => {
  const field = fieldOf(entry, 'change-class')
  if (field === null) {
    const partial = fieldOf(entry, 'target', 'value', 'from', 'to') !== null
    const change = partial ? null : inferred(entry, agent)
    return { change, problems: change === null ? [problem(entry.line, 'change-undetermined', cannot, mend)] : [] }
  }
  const cls = classes.find(candidate => candidate === plain(field.value)?.toLowerCase())
  if (cls === undefined) return { change: null, problems: [problem(field.line, 'change-class-unknown', `${cannot}: "${field.value}" is none`, `write one of ${classes.join(', ')}`)] }
  const read = fromFields(entry, cls, agent)
  return typeof read === 'string' ? { change: null, problems: [problem(field.line, 'change-incomplete', read, mend)] } : { change: read, problems: [] }
}
