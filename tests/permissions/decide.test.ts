/** Access decisions: one function, its order, and the built-in rules. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import type { Config } from '../../src/config/model.ts'
import { canEscalate, decideAccess, effective } from '../../src/permissions/decide.ts'
import { normalPath } from '../../src/permissions/paths.ts'

const load = (agents: string | null = null, permissions: string | null = null): Config => {
  const { config, problems } = loadConfig({ agents, permissions, apps: [] }, { env: {} })
  expect(problems).toEqual([])
  return config!
}
const builtin = load()
const may = (agent: string, want: 'read' | 'write', path: string, config = builtin) => decideAccess(config, { agent, path, want }).allowed
const source = (agent: string, want: 'read' | 'write', path: string, config = builtin) => decideAccess(config, { agent, path, want }).rule.source

describe('a path', () => {
  it('is normalised before it is judged, and denied outside the workspace', () => {
    expect(may('builder', 'read', 'projects/shop/a')).toBe(true)
    for (const path of ['projects/../scenarios/x', './projects//../scenarios/shop/x.md', 'projects/shop/../../scenarios']) {
      expect(decideAccess(builtin, { agent: 'builder', path, want: 'read' })).toMatchObject({ allowed: false, rule: { source: 'deny', path: 'scenarios/' } })
    }
    for (const path of ['../x', '/etc/passwd', 'projects/../../x', 'a\u0000b', 'C:\\x', '', '.', 'projects/..']) expect(may('builder', 'read', path), path).toBe(false)
  })

  it('is under a folder only at a boundary', () => {
    const config = load('agents: { extra: { canRead: [notes], canWrite: [notes/a] } }')
    expect(may('extra', 'read', 'notes/x', config)).toBe(true)
    expect(may('extra', 'read', 'notes-private/x', config)).toBe(false)
    expect(may('librarian', 'write', 'learnings/failures/x.md')).toBe(true)
    expect(may('librarian', 'write', 'learnings-private/x.md')).toBe(false)
  })

  it('has one normal form', () => {
    fc.assert(fc.property(fc.array(fc.constantFrom('a', 'b', '.', '..', '', 'e\u0301'), { maxLength: 8 }), segments => {
      const once = normalPath(segments.join('/'))
      if (once === null) return
      expect(normalPath(once)).toBe(once)
      expect(once.split('/')).not.toContain('..')
    }))
  })
})

describe('the order of rules', () => {
  it('puts the agent\'s denials first, then what no agent touches', () => {
    const config = load('agents: { verifier: { cannotAccess: [scenarios/secret] }, spec: { canWrite: [agents.yaml, events.jsonl] } }', 'resources: { agents.yaml: { owner: spec, group: spec, mode: rw-rw-rw- }, scenarios/: { owner: root, group: verifier, mode: rw-rw---- } }')
    expect(source('verifier', 'read', 'scenarios/secret/x', config)).toBe('deny')
    expect(source('verifier', 'read', 'scenarios/open/x', config)).toBe('mode')
    for (const path of ['agents.yaml', 'permissions.yaml', 'universe/x', 'events.jsonl', 'blobs/ab/c', '.git/config']) expect(decideAccess(config, { agent: 'spec', path, want: 'write' }), path).toMatchObject({ allowed: false, rule: { source: 'universal' } })
    expect(may('spec', 'read', 'events.jsonl', config)).toBe(false)
  })

  it('lets the most specific resource decide, by the owner\'s bits, else the group\'s, else the others\'', () => {
    const config = load(null, 'groups: { g: [spec, builder] }\nresources:\n  x/: { owner: spec, group: g, mode: r--rw---- }\n  x/y/: { owner: root, group: root, mode: ------rw- }\n  "x/*/z": { owner: root, group: root, mode: ------r-- }\n')
    expect([may('spec', 'read', 'x/a', config), may('spec', 'write', 'x/a', config)]).toEqual([true, false])
    expect([may('builder', 'read', 'x/a', config), may('builder', 'write', 'x/a', config)]).toEqual([true, true])
    expect(may('verifier', 'read', 'x/a', config)).toBe(false)
    expect(may('verifier', 'write', 'x/y/a', config)).toBe(true)
    expect(may('verifier', 'write', 'x/y/z', config)).toBe(false)
  })

  it('lets a flat rule open a deeper path of an open resource, never of a closed one', () => {
    const config = load('agents: { extra: { canRead: [open/a, closed/a, elsewhere], cannotAccess: [] } }', 'resources: { open/: { owner: root, group: root, mode: ---r--r-- }, closed/: { owner: root, group: root, mode: rw-rw---- } }')
    expect(source('extra', 'read', 'open/a/x', config)).toBe('acl')
    expect(decideAccess(config, { agent: 'extra', path: 'closed/a/x', want: 'read' })).toMatchObject({ allowed: false, rule: { source: 'mode', path: 'closed/' } })
    expect(source('extra', 'read', 'elsewhere/x', config)).toBe('acl')
  })

  it('ends with what everyone may, and otherwise says no', () => {
    const config = load(null, 'resources: {}')
    expect(source('spec', 'write', 'memory/spec/MEMORY.md', config)).toBe('universal')
    expect(source('spec', 'read', 'universe/x', config)).toBe('universal')
    expect(decideAccess(config, { agent: 'spec', path: './nowhere//x', want: 'read' })).toMatchObject({ allowed: false, rule: { source: 'default', path: 'nowhere/x' } })
    expect(may('nobody', 'write', 'memory/nobody/x', config)).toBe(false)
  })
})

describe('the built-in rules', () => {
  const handsOver: Readonly<Record<string, readonly string[]>> = {
    researcher: ['tasks/research-done/q.md'], spec: ['specs/drafting/n.md', 'specs/ready/n.md', 'tasks/research/q.md', 'specs/inbox/n.md'],
    builder: ['tasks/planning/n/PLAN.md', 'tasks/review/n.md', 'tasks/review/n.builder-notes.md', 'projects/p/a'],
    verifier: ['tasks/verified/n.md', 'tasks/failed/n.md', 'scenarios/p/satisfaction.md'],
    librarian: ['skills/shared/x/SKILL.md', 'skills/builder/x/SKILL.md', 'memory/shared/KNOWLEDGE.md', 'learnings/failures/x.md'],
    operator: ['tasks/maintenance/x.md', 'projects/p/a'], reviewer: ['specs/inbox/n.md'],
  }
  const sees: Readonly<Record<string, readonly string[]>> = {
    researcher: ['tasks/research/q.md'], spec: ['specs/inbox/n.md', 'tasks/research-done/q.md', 'tasks/decisions/n.md'],
    builder: ['specs/ready/n.md', 'specs/ready/n.rebuild.md', 'tasks/planning/n/PLAN.md', 'tasks/decisions/n.md', 'tasks/research-done/q.md', 'projects/p/a'],
    verifier: ['specs/archive/n.md', 'tasks/review/n.md', 'projects/p/a', 'scenarios/p/x.md'], librarian: ['specs/archive/n.md', 'tasks/verified/n.md', 'tasks/decisions/n.md'],
  }
  const names = builtin.agents.map(({ name }) => name)

  it('let every agent read what its dispatches show and write what they hand over', () => {
    for (const [agent, paths] of Object.entries(handsOver)) for (const path of paths) expect(may(agent, 'write', path), `${agent} ${path}`).toBe(true)
    for (const [agent, paths] of Object.entries(sees)) for (const path of paths) expect(may(agent, 'read', path), `${agent} ${path}`).toBe(true)
    for (const agent of names) for (const path of [`memory/${agent}/MEMORY.md`, `memory/daily/${agent}/x.md`, 'skills/proposed/x/SKILL.md']) expect(may(agent, 'write', path), `${agent} ${path}`).toBe(true)
  })

  it('let no other agent write it', () => {
    for (const [owner, paths] of Object.entries(handsOver)) {
      for (const path of paths) for (const agent of names) if (agent !== owner && !handsOver[agent]!.includes(path)) expect(may(agent, 'write', path), `${agent} ${path}`).toBe(false)
    }
  })

  it('show scenarios to the verifier alone, memory to its agent alone', () => {
    for (const agent of names) {
      expect(may(agent, 'read', 'scenarios/p/x.md'), agent).toBe(agent === 'verifier')
      expect(may(agent, 'write', 'scenarios/p/x.md'), agent).toBe(false)
      expect(may(agent, 'read', 'memory/spec/MEMORY.md'), agent).toBe(agent === 'spec')
    }
  })

  it('have flat rules that no mode contradicts, and no right that the flat rules leave out', () => {
    const covered = (rules: readonly string[], path: string) => rules.some(rule => rule === path || `${path}/`.startsWith(rule.replace('*', path.split('/')[1] ?? '').replace(/\/*$/, '/')))
    for (const agent of builtin.agents) {
      for (const path of agent.canRead) expect(may(agent.name, 'read', path), `${agent.name} reads ${path}`).toBe(true)
      for (const path of agent.canWrite) expect(may(agent.name, 'write', path), `${agent.name} writes ${path}`).toBe(true)
      const open = ['skills/proposed', 'tasks/escalation', `memory/${agent.name}`, `memory/daily/${agent.name}`]
      for (const path of effective(builtin, agent.name).write.map(given => normalPath(given)!)) expect(open.includes(path) || covered(agent.canWrite, path), `${agent.name} ${path}`).toBe(true)
    }
  })

  it('let the right groups have changes applied', () => {
    expect(canEscalate(builtin, 'librarian')).toEqual(['skill-placement', 'acl-read-expand'])
    expect(canEscalate(builtin, 'spec')).toEqual([])
    expect(canEscalate(load(null, 'groups: { wheel: [spec] }\nescalation: { wheel: [model-change, skill-placement] }'), 'spec')).toEqual(['skill-placement', 'model-change'])
  })
})

describe('what is shown', () => {
  it('is what is enforced: below every listed path, unless a more specific rule is listed', () => {
    const folders = ['a', 'b', 'a/b', '*/b', 'memory/{agent}', 'scenarios', 'a/b/c']
    const resource = fc.record({ path: fc.constantFrom(...folders), owner: fc.constantFrom('spec', 'root', '{agent}'), group: fc.constantFrom('pipeline', 'ops', '{agent}'), mode: fc.constantFrom('rw-r--r--', 'rw-------', 'r--r--r--', '---rw-r--', 'rw-rw-rw-') })
    const rules = fc.array(fc.constantFrom(...folders.filter(path => !path.includes('{'))), { maxLength: 3 })
    fc.assert(fc.property(fc.uniqueArray(resource, { selector: ({ path }) => path, maxLength: 5 }), rules, rules, rules, fc.constantFrom('spec', 'librarian', 'researcher'), (resources, canRead, canWrite, cannotAccess, name) => {
      const config = { ...builtin, permissions: { ...builtin.permissions, resources }, agents: builtin.agents.map(agent => (agent.name === name ? { ...agent, canRead, canWrite, cannotAccess } : agent)) }
      const shown = effective(config, name)
      for (const want of ['read', 'write'] as const) for (const path of shown[want]) {
        const below = `${path.replace('*', 'star')}/of-no-rule/x`
        expect(may(name, want, below, config), `${want} ${below}`).toBe(may(name, want, path.replace('*', 'star'), config))
      }
      for (const path of canWrite) if (!shown.write.includes(path)) expect(may(name, 'write', path, config)).toBe(false)
    }), { numRuns: 500 })
  })

  it('names the line that decides, in words', () => {
    expect(decideAccess(builtin, { agent: 'builder', path: 'specs/ready/n.md', want: 'write' }).rule).toEqual({ source: 'mode', path: 'specs/ready/', text: 'specs/ready/ is spec:pipeline rw-r--r--: builder, as a member of pipeline, may not write it (permissions.yaml)' })
  })
})
