/** `specs/drafting/N.md`: a spec being written, by the spec agent or by a person. */
import { ownSpec, specOf } from './places.ts'
import { comesBack, command, every, notAgents, unconfirmed } from './routing.ts'
import type { Row } from './routing.ts'
import { routeDraft, routeEdit } from './spec-text.ts'

const dispatches = ['draft', 'advance']
const byAgent = command('draft it, with the questions it asks', request => routeDraft(request, ownSpec(request, dispatches)))

export const draftRows: readonly Row[] = [{
  pattern: 'specs/drafting/N.md',
  match: /^specs\/drafting\/(?<N>[^/]+)\.md$/,
  example: 'specs/drafting/login-page.md',
  words: 'A draft. Its section Ambiguities opens decisions.',
  cells: {
    person: {
      added: command('draft it', request => routeDraft(request, specOf(request))),
      edited: command('edit the draft', request => routeEdit(request, specOf(request))),
      moved: command('draft it', request => routeDraft(request, specOf(request))),
      removed: comesBack('factory withdraw {N} takes the spec back'),
    },
    unknown: every(unconfirmed),
    agent: every(byAgent, { removed: notAgents }),
  },
}]
