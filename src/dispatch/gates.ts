/** Everything that waits for a person, each once: what stops candidates, and what stands although nothing is offered behind it. Pure. */
import { isOver } from '../../reducers/reducing.ts'
import { isGate } from './blocks.ts'
import type { Candidate, Gate } from './candidate.ts'
import { factsOf } from './facts.ts'
import type { Look } from './look.ts'

/** Gates of the workspace itself are listed once, not once for each item they stop. */
function general(look: Look): readonly Gate[] {
  const { state } = look
  const held = state.settings.paused ? [gate('paused', 'workspace', 'the whole workspace is paused', 'factory pause --off')] : []
  const critical = factsOf(look).critical.map(({ slug, file, stops, text }) =>
    gate('observation', `observation/${slug}`, `stops ${stops.length === 0 ? 'everything' : stops.join(', ')}: ${oneLine(text)}`, `factory triage ${file}`))
  return [...held, ...critical]
}

/** Questions and holds of specs on which nothing is offered just now. */
function standing(look: Look, listed: ReadonlySet<string>): readonly Gate[] {
  const { state } = look
  return Object.values(state.specs.byId).filter(spec => !isOver(spec.stage)).flatMap(spec => {
    const item = `spec/${spec.name}`
    const open = (state.decisions.bySpec[spec.id] ?? []).filter(id => state.decisions.byId[id]?.status === 'awaiting').length
    return [
      ...(open > 0 && !listed.has(`decision ${item}`) ? [gate('decision', item, `${open} question${open === 1 ? '' : 's'} wait for an answer`, `factory decide ${spec.name}`)] : []),
      ...(spec.paused && !state.settings.paused && !listed.has(`paused ${item}`) ? [gate('paused', item, `${spec.name} is paused`, `factory pause ${item} --off`)] : []),
    ]
  })
}

function approvals({ state }: Look): readonly Gate[] {
  return Object.values(state.feedback.needs).filter(({ status, category }) => status === 'open' && category === 'approval')
    .map(({ key, agent, blocked, held }) => gate('approval', `need/${agent}/${key}`, oneLine(blocked), held === null ? `factory needs --resolve ${key}` : `factory trust ${held.path}`))
}

export function gatesOf(candidates: readonly Candidate[], look: Look): readonly Gate[] {
  const own = candidates.flatMap(({ stream, blocked }) => blocked.filter(isGate)
    .filter(({ code }) => code !== 'observation' && !(code === 'paused' && look.state.settings.paused))
    .map(({ code, reason, until, mend }): Gate => ({ kind: code, item: stream, reason, until, mend })))
  const listed = new Set(own.map(({ kind, item }) => `${kind} ${item}`))
  return once([...general(look), ...own, ...standing(look, listed), ...approvals(look)])
}

/** Two revisions of a name may come to the same gate. */
function once(gates: readonly Gate[]): readonly Gate[] {
  const known = new Map<string, Gate>()
  for (const one of gates) if (!known.has(`${one.kind} ${one.item} ${one.mend}`)) known.set(`${one.kind} ${one.item} ${one.mend}`, one)
  return [...known.values()]
}

const gate = (kind: Gate['kind'], item: string, reason: string, mend: string): Gate => ({ kind, item, reason, until: null, mend })
const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim().slice(0, 120)
