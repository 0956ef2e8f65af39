/** Texts that people and agents keep where they write them: memory, skills, scenarios, references, lessons, playbooks, notes. */
import { promoteSkill, removeFile, writeFile } from '../deciders/library.ts'
import { recordLearning } from '../deciders/feedback.ts'
import { fingerprintOf } from '../deciders/fingerprints.ts'
import type { Routed } from '../workspace/change.ts'
import { denied } from './places.ts'
import { comesBack, command, docOf, every, held, notAgents, routed, textOf, unconfirmed } from './routing.ts'
import type { Cell, Request, Row } from './routing.ts'

type Kind = 'memory' | 'skill' | 'scenario' | 'reference' | 'playbook' | 'note' | 'learning'

const write = (kind: Kind) => (request: Request): Routed => routed('write', writeFile(request.state, { kind, path: request.change.path, doc: docOf(request) }, request.context))
const writeText = (kind: Kind) => (request: Request): Routed => { textOf(request); return write(kind)(request) }
const remove = (kind: Kind) => (request: Request): Routed => routed('remove', removeFile(request.state, { kind, path: request.change.path }, request.context))

const writing = (kind: Kind, words = 'write it'): Cell => command(words, kind === 'memory' ? writeText(kind) : write(kind))
const removing = (kind: Kind): Cell => command('remove it', remove(kind))
const keep = comesBack('write what it should say instead')

const folder = (path: string): RegExp => new RegExp(`^${path}/(?<file>.+)$`, 's')

/** Only its owner writes an agent's memory, whatever the permissions say. */
const ownOnly = (route: (request: Request) => Routed) => (request: Request): Routed => {
  if (request.part('A') !== request.mover.agent) throw denied(`${request.change.path} is another agent's memory`)
  return route(request)
}

const proposed = /^skills\/proposed\//

/** A skill moved out of skills/proposed is taken up; moved elsewhere it is written there. */
function take(request: Request): Routed {
  const { change, state, context } = request
  if (change.from !== undefined && proposed.test(change.from)) return routed('take up', promoteSkill(state, { from: change.from, path: change.path, doc: docOf(request) }, context))
  return write('skill')(request)
}

function learn(request: Request): Routed {
  const kind = request.part('kind')
  if (kind !== 'failures' && kind !== 'corrections' && kind !== 'discoveries') throw denied(`${request.change.path} is no folder of lessons`)
  const { change, state, context, mover } = request
  const spec = mover.item === undefined ? undefined : state.specs.byId[mover.item]
  return routed('learn', recordLearning(state, {
    path: change.path, kind, doc: docOf(request), spec: spec?.id ?? null, attempt: mover.attempt ?? null, fingerprint: fingerprintOf(textOf(request)),
  }, context))
}

const ownMemory = every(command('write its own', ownOnly(writeText('memory'))), { removed: command('remove its own', ownOnly(remove('memory'))) })
const memory = (pattern: string, match: RegExp, example: string, words: string, agent: Row['cells']['agent']): Row => ({
  pattern, match, example, words,
  cells: { person: every(writing('memory'), { removed: removing('memory') }), unknown: every(unconfirmed), agent },
})

const byPermission = 'write it, where its permissions say so'

export const libraryRows: readonly Row[] = [
  memory('memory/shared/**', folder('memory/shared'), 'memory/shared/KNOWLEDGE.md', 'What all agents know.', every(writing('memory', byPermission), { removed: notAgents })),
  memory('memory/daily/A/**', /^memory\/daily\/(?<A>[^/]+)\/(?<file>.+)$/s, 'memory/daily/builder/2026-11-20.md', 'The daily log of an agent.', ownMemory),
  memory('memory/A/**', /^memory\/(?<A>[^/]+)\/(?<file>.+)$/s, 'memory/builder/MEMORY.md', 'The memory of an agent.', ownMemory),
  {
    pattern: 'skills/proposed/**', match: folder('skills/proposed'), example: 'skills/proposed/tidy-imports/SKILL.md', words: 'Skills that agents propose.',
    cells: {
      person: every(writing('skill', 'propose it'), { removed: removing('skill') }),
      unknown: every(unconfirmed),
      agent: every(writing('skill', 'propose it'), { removed: notAgents }),
    },
  },
  {
    pattern: 'skills/A/**', match: folder('skills'), example: 'skills/shared/tidy-imports/SKILL.md', words: 'Skills of all agents (shared) or of one. Moved here out of skills/proposed, a skill is taken up.',
    cells: {
      person: every(writing('skill'), { moved: command('take it up', take), removed: removing('skill') }),
      unknown: every(unconfirmed),
      agent: every(writing('skill', byPermission), { moved: command('take it up, where its permissions say so', take), removed: notAgents }),
    },
  },
  {
    pattern: 'scenarios/**', match: folder('scenarios'), example: 'scenarios/shop/satisfaction.md', words: 'Hidden acceptance cases; only verifiers see them.',
    cells: { person: every(writing('scenario'), { removed: keep }), unknown: every(held, { removed: keep }), agent: every(writing('scenario', byPermission), { moved: notAgents, removed: notAgents }) },
  },
  {
    pattern: 'universe/**', match: folder('universe'), example: 'universe/attractor/overview.md', words: 'Reference documents; people write them.',
    cells: { person: every(writing('reference'), { removed: keep }), unknown: every(unconfirmed), agent: every(notAgents) },
  },
  {
    pattern: 'learnings/KIND/**', match: /^learnings\/(?<kind>failures|corrections|discoveries)\/(?<file>.+)$/s, example: 'learnings/discoveries/2026-11-20-cache.md', words: 'Lessons: failures, corrections, discoveries.',
    cells: {
      person: { added: command('keep the lesson', learn), edited: writing('learning', 'change the lesson'), moved: command('keep the lesson', learn), removed: keep },
      unknown: every(unconfirmed),
      agent: { added: command('keep the lesson, where its permissions say so', learn), edited: writing('learning', 'change the lesson, where its permissions say so'), moved: notAgents, removed: notAgents },
    },
  },
  {
    pattern: 'playbooks/**', match: folder('playbooks'), example: 'playbooks/strategist.md', words: 'Learned rules of an agent.',
    cells: { person: every(writing('playbook'), { removed: removing('playbook') }), unknown: every(unconfirmed), agent: every(notAgents) },
  },
  ...['maintenance', 'escalation'].map((name): Row => ({
    pattern: `tasks/${name}/**`, match: folder(`tasks/${name}`), example: `tasks/${name}/rotate-keys.md`, words: name === 'maintenance' ? 'Notes for the operator agent.' : 'Notes to people.',
    cells: { person: every(writing('note'), { removed: keep }), unknown: every(unconfirmed), agent: every(writing('note', byPermission), { moved: notAgents, removed: notAgents }) },
  })),
]

