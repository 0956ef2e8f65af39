/** `specs/inbox/`: what people want. Any text file dropped here becomes an intent, whatever it is called. */
import { submitIntent, withdrawSpec } from '../deciders/specs.ts'
import { Refusal } from '../error.ts'
import { slugName } from '../formats/names.ts'
import type { Routed } from '../workspace/change.ts'
import { shownInInbox } from './places.ts'
import { command, docOf, every, notAgents, refuse, routed, textOf, unconfirmed } from './routing.ts'
import type { Request, Row } from './routing.ts'
import { routeEdit } from './spec-text.ts'

const fileName = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

const sourceOf = ({ mover }: Request): { kind: 'person' | 'agent'; ref: string } =>
  (mover.kind === 'agent' ? { kind: 'agent', ref: mover.run ?? mover.actor } : { kind: 'person', ref: mover.actor })

function submit(request: Request): Routed {
  const { change, state, context } = request
  const text = textOf(request)
  const dropped = fileName(change.path)
  if (text.trim() === '') throw new Refusal('empty-text', `${change.path} is empty.`, 'write what is wanted, then save it again')
  const stem = dropped.replace(/\.(?:md|markdown|txt|text)$/i, '')
  const title = request.parse.intentTitle(text, stem)
  const name = slugName(stem) ?? slugName(title)
  if (name === null) throw new Refusal('bad-name', `No name can be made of ${JSON.stringify(dropped)} and its text has no title in Latin letters.`, 'name the file in lower-case Latin letters, digits and hyphens')
  const { fields } = request.parse.spec(text)
  return routed('submit', submitIntent(state, { name, title, doc: docOf(request), fields, source: sourceOf(request), droppedAs: dropped === `${name}.md` ? null : dropped.slice(0, 500) }, context))
}

function edited(request: Request): Routed {
  const spec = shownInInbox(request)
  return spec === undefined ? submit(request) : routeEdit(request, spec)
}

function removed(request: Request): Routed {
  const spec = shownInInbox(request)
  if (spec === undefined) return { kind: 'same' }
  return routed('withdraw', withdrawSpec(request.state, { spec: spec.id, reason: 'its file was removed from specs/inbox' }, request.context))
}

const backward = refuse('stage-backward', 'a spec does not go back to the inbox', 'factory withdraw takes it back; a changed copy dropped here under another name is a new intent')

export const intentRows: readonly Row[] = [{
  pattern: 'specs/inbox/**',
  match: /^specs\/inbox\/(?<file>.+)$/s,
  example: 'specs/inbox/login-page.md',
  words: 'An intent: any text, under any name; the name is made lower case and plain, the title kept.',
  cells: {
    person: { added: command('submit it', submit), edited: command('edit the intent', edited), moved: backward, removed: command('withdraw it', removed) },
    unknown: every(unconfirmed, { added: command('submit it', submit) }),
    agent: every(notAgents, { added: command('submit it (at most three a run)', submit) }),
  },
}]

