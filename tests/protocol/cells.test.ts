import { beforeAll, describe, expect, test } from 'vitest'
import type { ItemId } from '../../src/events/types.ts'
import { loadReaders } from '../../src/protocol/readers.ts'
import type { Readers } from '../../src/protocol/readers.ts'
import { routeChange, rowFor } from '../../src/protocol/route-change.ts'
import { rows } from '../../src/protocol/rows.ts'
import { changeKinds, moverKinds } from '../../src/protocol/routing.ts'
import type { MoverKind, Row } from '../../src/protocol/routing.ts'
import type { ChangeKind, FileChange, Mover } from '../../src/workspace/change.ts'
import { defaultAgentsYaml, defaultGsdYaml, defaultPermissionsYaml } from '../../src/config/defaults/index.ts'
import type { Config } from '../../src/config/model.ts'
import { config, emptyWorld } from '../projections/world.ts'
import type { World } from '../projections/world.ts'

let parse: Readers
beforeAll(async () => { parse = await loadReaders({}) })

/** What makes a change of this row's example legal, where anything does: what went before, its content, whose run. */
interface Setting {
  readonly given?: (world: World, mover: MoverKind, kind: ChangeKind) => ItemId | undefined | void
  readonly text?: string
  readonly from?: string
  readonly mover?: Partial<Mover>
}

const name = 'login-page'
/** The kernel itself takes a verifier's judgement of a plan; a workspace may also let verifiers write it there. */
const permissive: Config = { ...config, agents: config.agents.map(agent => (agent.name === 'verifier' ? { ...agent, canWrite: [...agent.canWrite, 'tasks/planning/*/VALIDATION.md'] } : agent)) }
const run = (dispatch: string, agent: string): Partial<Mover> => ({ dispatch, agent, run: 'run-w1-9', attempt: 1 })
const shelve = (path: string) => (world: World): undefined => {
  const doc = world.store('before\n')
  const type = path.startsWith('memory/') ? 'memory.written' : path.startsWith('skills/proposed') ? 'skill.proposed' : path.startsWith('skills/') ? 'skill.written' : path.startsWith('playbooks/') ? 'playbook.written' : 'note.written'
  world.add([{ type, stream: `x/${path}`, data: { path, doc } }])
  return undefined
}
const planned = (world: World, kind: ChangeKind): ItemId => {
  const item = world.readied(name)
  if (kind !== 'added') world.add([{ type: 'plan.written', item, stream: `spec/${name}`, data: { doc: world.store('# Plan: x\n\n- old\n'), round: 1, strategy: 'autonomous', segments: [], problems: [] } }], { actor: 'agent:builder' })
  return item
}
const report = (verdict: string): string => `# Verification Report\n\nverdict: ${verdict}\n\n## Summary\n\nSo it is.\n`
const verifying = (world: World): ItemId => {
  const item = world.inReview(name)
  world.claim('run-w1-9', 'verifier', 'verify', item, { attempt: 1 })
  return item
}

const settings: Readonly<Record<string, Setting>> = {
  '**/.gitkeep': {},
  'agents.yaml': { text: `${defaultAgentsYaml}\n# mine\n` },
  'permissions.yaml': { text: `${defaultPermissionsYaml}\n# mine\n` },
  'apps/*.yaml': { text: defaultGsdYaml },
  'specs/inbox/**': {
    text: '# Login page\n\nI want to log in.\n', from: `specs/drafting/${name}.md`, mover: run('heartbeat', 'spec'),
    given: (world, _, kind) => (kind === 'edited' || kind === 'removed' ? world.submit(name) : undefined),
  },
  'specs/drafting/N.md': {
    text: '# Login page\n\nA better draft.\n', from: `specs/inbox/${name}.md`, mover: run('draft', 'spec'),
    given: (world, _, kind) => (kind === 'edited' ? world.drafted(name) : world.submit(name)),
  },
  'specs/ready/N.rebuild.md': { mover: run('draft', 'spec') },
  'specs/ready/N.md': {
    text: '# Login page\n\nComplete.\n', from: `specs/drafting/${name}.md`, mover: run('advance', 'spec'),
    given: (world, mover, kind) => (kind === 'edited' && mover !== 'agent' ? world.readied(name) : world.drafted(name)),
  },
  'tasks/decisions/N.md': {
    text: '# Decisions\n\n## 7.1 Question?\n\n- answer: a\n- reversibility: low\n- impact: governance\n\n## 7.9 And this?\n\n**Options:**\n\n- (a) yes\n- (b) no\n', mover: run('draft', 'spec'),
    given: world => { const item = world.drafted(name); world.decision(item, '7.1'); return item },
  },
  'tasks/research/Q.md': {
    text: '---\nblocks: login-page\n---\n# Which library?\n', from: 'tasks/research-done/which-library.md', mover: run('draft', 'spec'),
    given: (world, _, kind) => { const item = world.drafted(name); if (kind !== 'added') world.research('which-library', [item]); return item },
  },
  'tasks/research-done/Q.md': {
    text: '# Use this one\n', from: 'tasks/research/which-library.md', mover: run('research', 'researcher'),
    given: (world, mover, kind) => {
      const item = world.research('which-library')
      if (kind === 'edited' && mover !== 'agent') world.add([{ type: 'research.answered', item, stream: 'research/which-library', data: { doc: world.store('old') } }])
      return item
    },
  },
  'tasks/planning/N/PLAN.md': { text: '# Plan: login-page\n\n- build it\n', mover: run('plan', 'builder'), given: (world, _, kind) => planned(world, kind) },
  'tasks/planning/N/VALIDATION.md': { text: report('SATISFIED (9/10)'), mover: run('validate', 'verifier'), given: world => planned(world, 'edited') },
  'tasks/review/N.builder-notes.md': { text: 'Look at the form.\n', mover: run('build', 'builder'), given: world => world.building(name) },
  'tasks/review/N.md': { text: '# Built\n', from: `tasks/failed/${name}.md`, mover: run('build', 'builder'), given: world => world.building(name) },
  'tasks/verified/N.md': { text: report('SATISFIED (9/10)'), from: `tasks/review/${name}.md`, mover: run('verify', 'verifier'), given: verifying },
  'tasks/failed/N.md': { text: report('NOT SATISFIED (3/10)'), from: `tasks/review/${name}.md`, mover: run('verify', 'verifier'), given: verifying },
  'memory/A/needs.md': {
    text: '## builder-needs-docker\n\n- status: resolved\n- blocked: no docker\n\n## builder-needs-network\n\n- blocked: no network\n', mover: run('build', 'builder'),
    given: world => { world.add([{ type: 'need.opened', stream: 'need/x', data: { id: 'builder-needs-docker', agent: 'builder', category: 'manual-intervention', blocked: 'no docker', context: '', change: null, held: null } }]) },
  },
  'memory/shared/**': { text: 'Known.\n', mover: run('document', 'librarian'), given: shelve('memory/shared/KNOWLEDGE.md') },
  'memory/daily/A/**': { text: 'Today.\n', mover: run('build', 'builder'), given: shelve('memory/daily/builder/2026-11-20.md') },
  'memory/A/**': { text: 'Mine.\n', mover: run('build', 'builder'), given: shelve('memory/builder/MEMORY.md') },
  'skills/proposed/**': { text: '---\nname: x\ndescription: y\n---\n', mover: run('build', 'builder'), given: shelve('skills/proposed/tidy-imports/SKILL.md') },
  'skills/A/**': {
    text: '---\nname: x\ndescription: y\n---\n', from: 'skills/proposed/tidy-imports/SKILL.md', mover: run('document', 'librarian'),
    given: (world, _, kind) => (kind === 'moved' ? shelve('skills/proposed/tidy-imports/SKILL.md')(world) : shelve('skills/shared/tidy-imports/SKILL.md')(world)),
  },
  'scenarios/**': { text: '# Scenario\n', mover: run('verify', 'verifier') },
  'universe/**': { text: '# Reference\n' },
  'learnings/KIND/**': { text: '# Lesson\n\nCache less.\n', mover: run('document', 'librarian') },
  'playbooks/**': { text: '# Rules\n', given: shelve('playbooks/strategist.md') },
  'tasks/maintenance/**': { text: '# Rotate\n', mover: run('heartbeat', 'operator') },
  'tasks/escalation/**': { text: '# Help\n', mover: run('heartbeat', 'operator') },
  '.gitignore, .gitattributes': {},
  'specs/archive/**': { mover: run('build', 'builder') },
  'tasks/building/**': { mover: run('build', 'builder') },
  'tasks/resolved/**': {},
  'specs/factory-internal/**': {},
  'notifications/**': {},
  'events.jsonl, log/**, blobs/**': {},
  'projects/**': { mover: run('build', 'builder') },
  'runs/**, .factory-local/**, .git/**': {},
  'experiments/**, strategy/**, reviews/**, archive/**': {},
  'anything else': {},
}

function changeOf(row: Row, kind: ChangeKind, setting: Setting, world: World): FileChange {
  const text = setting.text ?? 'something\n'
  const gone = kind === 'removed'
  return {
    path: row.example, kind, ...(kind === 'moved' ? { from: setting.from ?? row.example.replace(/[^/]+$/, 'elsewhere.md') } : {}),
    doc: gone ? null : world.store(text), text: gone ? null : text, base: kind === 'added' ? null : world.store('before\n'),
  }
}

function moverOf(kind: MoverKind, setting: Setting, item: ItemId | undefined): Mover {
  if (kind !== 'agent') return { kind, actor: kind === 'person' ? 'human:ada' : 'unknown' }
  const agent = setting.mover?.agent ?? 'builder'
  return { kind, actor: `agent:${agent}`, dispatch: 'heartbeat', run: 'run-w1-9', ...setting.mover, agent, ...(item === undefined ? {} : { item }) }
}

test('every row of the table has a setting, and nothing is set up for a row that is gone', () => {
  expect(Object.keys(settings).sort()).toEqual(rows.map(row => row.pattern).sort())
})

test('the example of every row is decided by that row', () => {
  for (const row of rows) expect(rowFor(row.example).row.pattern).toBe(row.pattern)
})

test('every path there can be has a row', () => {
  for (const path of ['', 'x', 'a/b/c', 'specs', 'tasks/unknown/x.md', 'with\nnewline', '../outside']) expect(rowFor(path).row.pattern).not.toBe('')
})

describe.each(rows.map(row => [row.pattern, row] as const))('%s', (_, row) => {
  for (const moverKind of moverKinds) {
    for (const kind of changeKinds) {
      const cell = row.cells[moverKind][kind]
      test(`${kind} by ${moverKind}: ${cell.outcome}`, () => {
        const setting = settings[row.pattern] ?? {}
        const world = emptyWorld()
        const item = setting.given?.(world, moverKind, kind) ?? undefined
        const before = structuredClone(world.state)
        const mover = moverOf(moverKind, setting, item)
        const routed = routeChange(changeOf(row, kind, setting, world), mover, { state: world.state, context: { ...world.context(mover.actor), config: permissive }, parse, store: world.store, text: world.text })
        expect(world.state).toEqual(before)
        switch (cell.outcome) {
          case 'command':
            if (row.pattern === 'tasks/review/N.builder-notes.md') { expect(routed).toEqual({ kind: 'ignored' }); return }
            expect(routed).toMatchObject({ kind: 'drafts' })
            if (routed.kind === 'drafts') world.add(routed.drafts, { actor: mover.actor, run: 'run-w1-9' })
            expect(world.events.length).toBeGreaterThan(0)
            return
          case 'held':
            expect(routed).toMatchObject({ kind: 'held', drafts: [{ type: 'need.opened', data: { category: 'approval', held: { path: row.example } } }] })
            return
          case 'ignored':
            if (moverKind === 'agent' && routed.kind === 'refused') expect(routed.code).toBe('access-denied')
            else expect(routed).toEqual({ kind: 'ignored' })
            return
          case 'refused':
            expect(routed).toMatchObject({ kind: 'refused', code: moverKind === 'agent' ? expect.stringMatching(/^access-denied$/) : cell.code })
            if (routed.kind === 'refused') { expect(routed.mend).not.toBe(''); expect(routed.mend + routed.why).not.toMatch(/\{|rm |--force|reset/) }
        }
      })
    }
  }
})

test('an agent writes no cell of the table that its permissions do not name', () => {
  for (const row of rows) {
    const world = emptyWorld()
    const mover: Mover = { kind: 'agent', actor: 'agent:nobody', agent: 'nobody', run: 'run-w1-9', dispatch: 'build' }
    const routed = routeChange(changeOf(row, 'added', settings[row.pattern] ?? {}, world), mover, { state: world.state, context: { ...world.context('agent:nobody'), config: { ...config, permissions: { ...config.permissions, resources: [] } } }, parse, store: world.store, text: world.text })
    expect(routed).toMatchObject({ kind: 'refused', code: 'access-denied' })
  }
})
