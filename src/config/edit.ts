/**
 * Changes to the text of agents.yaml that keep its comments: the `backend` command and the four escalation change classes.
 * Pure: text in, text or a problem out; the caller validates the result with `loadConfig` before it becomes an event.
 * A list that the file does not give is written out from the agent's defaults first, so that adding never takes away.
 */
import { diffArrays } from 'diff'
import type { Document } from 'yaml'
import { isMap, isSeq, parseDocument } from 'yaml'
import { messageOf } from '../error.ts'
import { segmentsOf } from '../permissions/paths.ts'
import { builtinAgent, plainAgent } from './builtin-agents.ts'

export type EditResult = { readonly text: string } | { readonly problem: string }
type Edit = (doc: Document.Parsed) => string | null

/** Applies `edit`; an edit that changes nothing returns the text as it was. */
const edited = (text: string, edit: Edit): EditResult => {
  try {
    return attempted(text, edit)
  } catch (error) {
    // An alias without its anchor parses, and throws only where it is followed.
    return { problem: `agents.yaml cannot be edited: ${messageOf(error)}` }
  }
}

const attempted = (text: string, edit: Edit): EditResult => {
  const doc = parseDocument(text)
  const [error] = doc.errors
  if (error !== undefined) return { problem: `agents.yaml is not valid YAML: ${error.message.split('\n')[0] ?? ''}` }
  if (doc.contents !== null && !isMap(doc.contents)) return { problem: 'agents.yaml is not a mapping of keys' }
  const before = JSON.stringify(doc.toJS())
  const render = (): string => doc.toString({ lineWidth: 0, flowCollectionPadding: !/\[\S/.test(text) })
  const rendered = render()
  const problem = edit(doc)
  if (problem !== null) return { problem }
  return JSON.stringify(doc.toJS()) === before ? { text } : { text: keepingLines(text, rendered, render()) }
}

/** Lines with the blank ones before them. */
const linesOf = (text: string): readonly string[] => text.match(/(?:[ \t]*\n)*[^\n]*\S[^\n]*\n?/g) ?? []
const bare = (line: string): string => line.replace(/^(?:[ \t]*\n)+/, '')

/** Only lines that the edit touched are written anew; all others stay as the person wrote them, their spaces included. */
function keepingLines(text: string, before: string, after: string): string {
  const [own, from, to] = [linesOf(text), linesOf(before), linesOf(after)]
  if (own.length !== from.length) return after
  let [at, next] = [0, 0]
  const kept = diffArrays(from.map(bare), to.map(bare)).flatMap(({ value, added, removed }) => {
    if (!added) at += value.length
    if (!removed) next += value.length
    return removed ? [] : added ? to.slice(next - value.length, next) : own.slice(at - value.length, at)
  }).join('')
  return same(kept, after) ? kept : after
}

const same = (a: string, b: string): boolean => JSON.stringify(parseDocument(a).toJS()) === JSON.stringify(parseDocument(b).toJS())

const known = (doc: Document.Parsed, agent: string): boolean => builtinAgent(agent) !== undefined || doc.hasIn(['agents', agent])

const unknown = (agent: string): string => `there is no agent "${agent}" in agents.yaml`

/** A mapping at this path, made where it is missing or empty; null when something else stands there. */
const ensureMap = (doc: Document.Parsed, path: readonly string[]): boolean => {
  const found: unknown = path.length === 0 ? doc.contents : doc.getIn(path)
  if (isMap(found)) return true
  if (found !== null && found !== undefined) return false
  if (path.length > 0 && !ensureMap(doc, path.slice(0, -1))) return false
  if (path.length === 0) doc.contents = doc.createNode({}) as never
  else doc.setIn(path, doc.createNode({}))
  return true
}

/** The key as the file spells it. */
const spelled = (doc: Document.Parsed, path: readonly string[], current: string, older: readonly string[]): string =>
  older.find(key => doc.hasIn([...path, key])) ?? current

const setValue = (doc: Document.Parsed, path: readonly string[], current: string, older: readonly string[], value: string): string | null => {
  if (!ensureMap(doc, path)) return `${path.join('.')} is not a mapping of keys`
  doc.setIn([...path, spelled(doc, path, current, older)], value)
  return null
}

const namedAgents = (doc: Document.Parsed): readonly string[] => {
  const agents: unknown = doc.get('agents')
  return isMap(agents) ? agents.items.map(item => String(item.key)) : []
}

/** Puts an agent, or all of them, on a backend. `all` also replaces what single agents say. */
export const setBackend = (text: string, agent: string, backend: string): EditResult => edited(text, doc => {
  if (agent !== 'all') return known(doc, agent) ? setValue(doc, ['agents', agent], 'backend', ['provider'], backend) : unknown(agent)
  const own = namedAgents(doc).filter(name => doc.hasIn(['agents', name, 'backend']) || doc.hasIn(['agents', name, 'provider']))
  const problems = [setValue(doc, ['defaults'], 'backend', ['provider'], backend), ...own.map(name => setValue(doc, ['agents', name], 'backend', ['provider'], backend))]
  return problems.find(problem => problem !== null) ?? null
})

/** Gives an agent a model. */
export const setModel = (text: string, agent: string, model: string): EditResult =>
  edited(text, doc => (known(doc, agent) ? setValue(doc, ['agents', agent], 'model', [], model) : unknown(agent)))

/** The list at this path, written out from `defaults` where the file has none; null when something else stands there. */
const ensureList = (doc: Document.Parsed, path: readonly string[], defaults: readonly string[]): boolean => {
  const found: unknown = doc.getIn(path)
  if (isSeq(found)) return true
  if ((found !== null && found !== undefined) || !ensureMap(doc, path.slice(0, -1))) return false
  doc.setIn(path, doc.createNode([...defaults], { flow: true }))
  return true
}

const add = (doc: Document.Parsed, path: readonly string[], value: string): void => {
  const list: unknown = doc.getIn(path)
  if (isSeq(list) && !list.toJSON().includes(value)) list.add(doc.createNode(value))
}

const remove = (doc: Document.Parsed, path: readonly string[], value: string): void => {
  const list: unknown = doc.getIn(path)
  const index = isSeq(list) ? list.toJSON().indexOf(value) : -1
  if (index >= 0) doc.deleteIn([...path, index])
}

/** Moves a skill of an agent to `always` or `available`, or adds it there. */
export const placeSkill = (text: string, agent: string, skill: string, place: 'always' | 'available'): EditResult => edited(text, doc => {
  if (!known(doc, agent)) return unknown(agent)
  const path = ['agents', agent, 'skills']
  const { skills } = builtinAgent(agent) ?? plainAgent(agent)
  const other = place === 'always' ? 'available' : 'always'
  if (!ensureList(doc, [...path, place], skills[place]) || !ensureList(doc, [...path, other], skills[other])) return `${path.join('.')} is not two lists, always and available`
  remove(doc, [...path, other], skill)
  add(doc, [...path, place], skill)
  return null
})

/** Lets an agent read or write a further path. Whether that takes effect, permissions.yaml decides: ask `decideAccess` afterwards. */
export const expandAcl = (text: string, agent: string, list: 'can_read' | 'can_write', path: string): EditResult => edited(text, doc => {
  if (!known(doc, agent)) return unknown(agent)
  if ((segmentsOf(path) ?? []).length === 0) return `"${path}" is no path inside the workspace`
  const builtin = builtinAgent(agent) ?? plainAgent(agent)
  const current = list === 'can_read' ? 'canRead' : 'canWrite'
  const at = ['agents', agent, spelled(doc, ['agents', agent], current, [list])]
  if (!ensureList(doc, at, builtin[current])) return `${at.join('.')} is not a list`
  add(doc, at, path)
  return null
})
