/** `agents.yaml`, `permissions.yaml`, `apps/*.yaml`: people edit them; a broken file is refused and the last good one stays in force. */
import { writeFile } from '../deciders/library.ts'
import { Refusal } from '../error.ts'
import type { Routed } from '../workspace/change.ts'
import type { ConfigTexts } from './readers.ts'
import { comesBack, command, docOf, every, notAgents, routed, textOf } from './routing.ts'
import type { Request, Row } from './routing.ts'

function check(request: Request): void {
  const { change, parse } = request
  const all = parse.config(textsWith(request, textOf(request)))
  const own = all.filter(problem => problem.file === change.path)
  const [first] = own.length > 0 ? own : all
  if (first === undefined) return
  const more = own.length > 1 ? ` (and ${own.length - 1} more)` : ''
  throw new Refusal('config-invalid', `${first.file}:${first.line}: ${first.message}${more}; the last good version stays in force.`, first.mend)
}

function write(request: Request): Routed {
  const { state, context, change } = request
  check(request)
  return routed('configure', writeFile(state, { kind: 'config', path: change.path, doc: docOf(request) }, context))
}

/** The configuration as it would be with this file. */
function textsWith({ state, text, change }: Request, written: string): ConfigTexts {
  const at = (path: string): string | null => {
    if (path === change.path) return written
    const shelved = Object.hasOwn(state.library.byPath, path) ? state.library.byPath[path] : undefined
    return shelved === undefined || shelved.removed ? null : text(shelved.doc)
  }
  const apps = [...new Set([...Object.keys(state.library.byPath), change.path])].filter(path => /^apps\/[^/]+\.yaml$/.test(path)).sort()
  return { agents: at('agents.yaml'), permissions: at('permissions.yaml'), apps: apps.flatMap(path => { const found = at(path); return found === null ? [] : [{ path, text: found }] }) }
}

const row = (pattern: string, match: RegExp, example: string, words: string): Row => ({
  pattern, match, example, words,
  cells: {
    person: every(command('change the configuration', write), { removed: comesBack('edit it instead; what is left out has a default') }),
    unknown: every({ outcome: 'held', check }, { removed: comesBack('edit it instead; what is left out has a default') }),
    agent: every(notAgents),
  },
})

export const configurationRows: readonly Row[] = [
  row('agents.yaml', /^agents\.yaml$/, 'agents.yaml', 'Agents, backends, limits, policy.'),
  row('permissions.yaml', /^permissions\.yaml$/, 'permissions.yaml', 'Who may read and write what.'),
  row('apps/*.yaml', /^apps\/[^/]+\.yaml$/, 'apps/gsd.yaml', 'Workflows over the same agents and stages.'),
]
