/**
 * `memory/A/needs.md`: an agent writes requests, a person closes them. The file shown is made from what was taken, so an entry is
 * taken once: a need while one of its name is open, an observation while one of the same words is.
 */
import { openNeed, recordObservation, resolveNeed } from '../deciders/feedback.ts'
import { writeFile } from '../deciders/library.ts'
import { Refusal } from '../error.ts'
import type { Draft } from '../events/types.ts'
import type { NeedsDocument } from '../formats/needs-document.ts'
import { problem } from '../formats/problem.ts'
import type { Need } from '../../reducers/feedback.ts'
import type { Routed } from '../workspace/change.ts'
import { denied } from './places.ts'
import { after, comesBack, command, docOf, every, notAgents, refuse, routed, textOf, unconfirmed } from './routing.ts'
import type { Request, Row } from './routing.ts'
import { unparsed } from './unparsed.ts'

/** New needs and observations of one run; nobody reads more. */
const mostNew = 100

const openOf = ({ state, part }: Request): readonly Need[] => Object.values(state.feedback.needs).filter(need => need.agent === part('A') && need.status === 'open')

function request(asked: Request): Routed {
  const { part, mover, change, state, context } = asked
  const agent = part('A')
  if (agent !== mover.agent) throw denied(`${change.path} is another agent's`)
  const document = asked.parse.needs(textOf(asked), agent)
  // Written anew, the source is judged anew: its problems follow it.
  const drafts: Draft[] = [...writeFile(state, { kind: 'memory', path: change.path, doc: docOf(asked) }, context)]
  const wanted = needs(asked, document, drafts.length)
  const said = observations(asked, document, drafts.length + Math.min(wanted.length, mostNew))
  const over = wanted.length + said.length - mostNew
  const problems = over <= 0 ? document.problems : [...document.problems, problem(1, 'too-many-requests', `a run makes at most ${mostNew} new requests; ${over} were not taken`, 'name what matters most, and leave the rest for another run')]
  return routed('ask', [...drafts, ...[...wanted.slice(0, mostNew), ...said].slice(0, mostNew), ...unparsed(change.path, problems)])
}

function needs(asked: Request, { needs: entries, changes }: NeedsDocument, offset: number): readonly Draft[] {
  const drafts: Draft[] = []
  for (const entry of entries) {
    if (entry.status !== 'open') continue
    const wanted = changes.find(one => one.id === entry.id)?.change ?? null
    const change = wanted === null ? null : { class: wanted.class, target: wanted.target, from: wanted.from, to: wanted.to, value: wanted.value }
    const context = [entry.context, entry.exactChange ?? ''].filter(text => text !== '').join('\n\n')
    drafts.push(...openNeed(asked.state, { id: entry.id, agent: asked.part('A'), category: entry.category, blocked: entry.blocked, context, change, held: null }, after(asked.context, offset + drafts.length)))
  }
  return drafts
}

const bare = (text: string): string => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, ' ').trim()

function observations(asked: Request, { observations: entries }: NeedsDocument, offset: number): readonly Draft[] {
  const drafts: Draft[] = []
  const said = new Set<string>()
  for (const entry of entries) {
    if (entry.status !== 'open' || said.has(bare(entry.text))) continue
    said.add(bare(entry.text))
    const { text, context, severity, stops } = entry
    drafts.push(...recordObservation(asked.state, { slug: slugOf(text), text, context, severity, agent: asked.part('A'), stops: [...stops] }, after(asked.context, offset + drafts.length)))
  }
  return drafts
}

/** The beginning of a remark as a file name. */
export const slugOf = (text: string): string =>
  text.slice(0, 80).toLowerCase().replaceAll(/[^a-z0-9]+/g, '-').replace(/^-/, '').slice(0, 50).replace(/-$/, '') || 'observation'

function close(asked: Request): Routed {
  const { parse, state, context, part, change } = asked
  const closed = new Set(parse.needs(textOf(asked), part('A')).needs.filter(entry => entry.status === 'resolved').map(entry => entry.id))
  const drafts: Draft[] = []
  for (const need of openOf(asked)) {
    if (closed.has(need.key)) drafts.push(...resolveNeed(state, { id: need.id, note: `closed in ${change.path}` }, after(context, drafts.length)))
  }
  if (drafts.length === 0) throw new Refusal('nothing-resolved', `Nothing in ${change.path} was closed; its entries are the agent's.`, 'write resolved behind "- status:" of an open entry, or: factory needs --resolve ID')
  return routed('resolve', drafts)
}

const theAgents = refuse('kernel-file', 'an agent\'s requests come from its runs', 'write what it should know into memory/{A}/MEMORY.md')

export const needsRows: readonly Row[] = [{
  pattern: 'memory/A/needs.md',
  match: /^memory\/(?<A>[^/]+)\/needs\.md$/,
  example: 'memory/builder/needs.md',
  words: 'What an agent needs and noticed.',
  cells: {
    person: { added: theAgents, edited: command('close its needs', close), moved: theAgents, removed: comesBack('factory needs --resolve ID closes one') },
    unknown: every(unconfirmed),
    agent: every(command('take its requests', request), { removed: notAgents }),
  },
}]
