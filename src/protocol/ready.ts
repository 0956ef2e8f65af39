/** `specs/ready/N.md`: a complete spec that waits to be built; its criteria are fixed by what stands here. */
import { ownSpec, specOf } from './places.ts'
import { comesBack, command, every, notAgents, refuse, unconfirmed } from './routing.ts'
import type { Row } from './routing.ts'
import { routeEdit, routeReady } from './spec-text.ts'

const byAgent = command('declare it ready; kept in drafting while a hard question or research waits', request => routeReady(request, ownSpec(request, ['draft', 'advance'])))
const byPerson = command('declare it ready', request => routeReady(request, specOf(request)))
const brief = refuse('kernel-file', 'the brief is made from the failed report', 'change specs/ready/{N}.md instead')

export const readyRows: readonly Row[] = [
  {
    pattern: 'specs/ready/N.rebuild.md',
    match: /^specs\/ready\/(?<N>[^/]+)\.rebuild\.md$/,
    example: 'specs/ready/login-page.rebuild.md',
    words: 'What a rebuild has to mend.',
    cells: { person: every(brief), unknown: every(unconfirmed), agent: every(notAgents) },
  },
  {
    pattern: 'specs/ready/N.md',
    match: /^specs\/ready\/(?<N>[^/]+)\.md$/,
    example: 'specs/ready/login-page.md',
    words: 'A spec that is ready.',
    cells: {
      person: { added: byPerson, edited: command('edit the spec', request => routeEdit(request, specOf(request))), moved: byPerson, removed: comesBack('factory withdraw {N} takes the spec back') },
      unknown: every(unconfirmed),
      agent: every(byAgent, { removed: notAgents }),
    },
  },
]
