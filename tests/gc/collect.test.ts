import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, symlinkSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { gcReference } from '../../src/cli/reference.ts'
import type { Draft, ItemId } from '../../src/events/types.ts'
import { collect, restore } from '../../src/gc/collect.ts'
import { gcRules, gcTable } from '../../src/gc/rules.ts'
import { replay } from '../../src/inspect/replay.ts'
import type { Transaction } from '../../src/workspace/session.ts'
import { linkProject } from '../../src/workspace/linked-projects.ts'
import { ann, exists, git, inTemporaryHome, listing, newWorkspace, noFields, put, read, temporaryFolder, types } from '../workspace/workspaces.ts'
import type { Shop } from '../workspace/workspaces.ts'

inTemporaryHome()

const dayMs = 86_400_000
const later = (days: number): string => new Date(Date.now() + days * dayMs).toISOString()

/** Lives of specs, told straight to the log: each list is one batch about one item. */
function tell(transaction: Transaction) {
  const doc = (text: string): { sha256: string; bytes: number } => transaction.store(text)
  const submit = (name: string, revision = 1): ItemId => {
    const [event] = transaction.append([{ type: 'spec.submitted', stream: `spec/${name}`, data: { name, title: name, revision, doc: doc(`# ${name} ${revision}\n`), fields: noFields, source: null, droppedAs: null } }])
    return event!.item
  }
  const on = (name: string, item: ItemId, drafts: readonly Pick<Draft, 'type' | 'data'>[]): void => { for (const draft of drafts) transaction.append([{ ...draft, item, stream: `spec/${name}` } as Draft]) }
  const ready = (name: string): Pick<Draft, 'type' | 'data'> => ({ type: 'spec.readied', data: { doc: doc(`# ${name}\nready\n`), fields: noFields } })
  const submitted = (name: string): Pick<Draft, 'type' | 'data'> => ({ type: 'build.submitted', data: { attempt: 1, report: doc(`built ${name}\n`), notes: doc(`notes ${name}\n`), commit: null, base: null } })
  const documented = (name: string): Pick<Draft, 'type' | 'data'>[] => [ready(name), submitted(name), { type: 'spec.verified', data: { attempt: 1, doc: doc(`good ${name}\n`), score: 9, commit: null } }, { type: 'spec.documented', data: {} }]
  const resolved = (name: string): Pick<Draft, 'type' | 'data'>[] => [ready(name), submitted(name), { type: 'spec.failed', data: { attempt: 1, doc: doc(`bad ${name}\n`), score: 2, by: 'verifier', failedCriteria: [] } }, { type: 'spec.resolved', data: { reason: 'not worth it' } }]
  return { doc, submit, on, ready, documented, resolved }
}

const told = (workspace: Shop, work: (told: ReturnType<typeof tell>, transaction: Transaction) => void): Promise<void> =>
  workspace.transact({ command: 'tell', actor: ann }, transaction => work(tell(transaction), transaction))

/** What each rule takes, after how many days; `early`: a day count at which nothing may leave yet. */
const cases: readonly { readonly command: string; readonly given: (told: ReturnType<typeof tell>, transaction: Transaction) => void; readonly early: number | null; readonly days: number; readonly leaves: readonly string[]; readonly stays: readonly string[] }[] = [
  {
    command: 'cleanup-specs', early: 29, days: 31, leaves: ['specs/archive/page.r1.md', 'specs/archive/given-up.md'], stays: ['specs/archive/page.md'],
    given: ({ submit, on, documented, resolved }) => {
      on('page', submit('page'), documented('page'))
      on('page', submit('page', 2), documented('page'))
      on('given-up', submit('given-up'), resolved('given-up'))
    },
  },
  {
    command: 'cleanup-tasks', early: 29, days: 31, leaves: ['tasks/resolved/given-up.md'], stays: ['specs/archive/given-up.md'],
    given: ({ submit, on, resolved }) => { on('given-up', submit('given-up'), resolved('given-up')) },
  },
  {
    command: 'cleanup-research', early: 0, days: 2, leaves: ['tasks/research/which-library.md'], stays: ['tasks/research/for-nobody.md'],
    given: ({ submit, on, documented, doc }, transaction) => {
      const page = submit('page')
      for (const [name, blocks] of [['which-library', [page]], ['for-nobody', []]] as const) transaction.append([{ type: 'research.requested', stream: `research/${name}`, data: { name, blocks: [...blocks], doc: doc(`${name}?\n`) } }])
      on('page', page, documented('page'))
    },
  },
  {
    command: 'cleanup-planning', early: 29, days: 31, leaves: ['tasks/planning/held/PLAN.md'], stays: ['tasks/planning/busy/PLAN.md'],
    given: ({ submit, on, ready, doc }) => {
      for (const name of ['held', 'busy']) {
        on(name, submit(name), [ready(name), { type: 'plan.written', data: { doc: doc(`plan of ${name}\n`), round: 1, strategy: 'autonomous', segments: [{ title: 'all', checkpoint: null }], problems: [] } }, ...(name === 'held' ? [{ type: 'item.paused' as const, data: {} }] : [])])
      }
    },
  },
  {
    command: 'cleanup-decisions', early: 0, days: 2, leaves: ['tasks/decisions/page.md'], stays: ['tasks/decisions/open.md'],
    given: ({ submit, on, documented }, transaction) => {
      const items = new Map(['page', 'open'].map(name => [name, submit(name)]))
      for (const [name, spec] of items) {
        const [opened] = transaction.append([{ type: 'decision.opened', stream: `decision/${name}/1`, data: { spec, entry: '1', question: 'Which?', options: [{ id: 'a', text: 'this' }], recommendation: 'a', reversibility: 'low', impact: 'governance', context: '', origin: 'spec' } }])
        if (name === 'page') transaction.append([{ type: 'decision.answered', item: opened!.item, stream: `decision/${name}/1`, data: { answer: 'a' } }])
      }
      on('page', items.get('page')!, documented('page'))
    },
  },
  {
    command: 'cleanup-research-done', early: 0, days: 2, leaves: ['tasks/research-done/which-library.md'], stays: ['tasks/research-done/needed.md'],
    given: ({ submit, on, documented, doc }, transaction) => {
      const [page, open] = [submit('page'), submit('open')]
      for (const [name, blocks] of [['which-library', [page]], ['needed', [page, open]]] as const) {
        const [asked] = transaction.append([{ type: 'research.requested', stream: `research/${name}`, data: { name, blocks: [...blocks], doc: doc(`${name}?\n`) } }])
        transaction.append([{ type: 'research.answered', item: asked!.item, stream: `research/${name}`, data: { doc: doc(`${name}!\n`) } }])
      }
      on('page', page, documented('page'))
    },
  },
]

const visibleFiles = (root: string): string[] => Object.keys(listing(root, { leave: ['.git', '.factory-local', 'blobs', 'log', 'events.jsonl', 'skills', 'apps'] }))

describe.each(cases)('$command', ({ command, given, early, days, leaves, stays }) => {
  it('takes what is stale out of view at its age, only that, and restore brings it back byte for byte', async () => {
    const workspace = await newWorkspace()
    await told(workspace, given)
    const before = listing(workspace.root, { leave: ['.git', '.factory-local', 'events.jsonl'] })
    for (const path of [...leaves, ...stays]) expect(exists(workspace.root, path), path).toBe(true)
    if (early !== null) expect(await collect(workspace, { rules: [command], actor: ann, now: later(early) })).toEqual([])
    const files = visibleFiles(workspace.root)
    const dry = await collect(workspace, { rules: [command], actor: ann, now: later(days), dryRun: true })
    expect(dry.map(({ path }) => path).sort()).toEqual([...leaves].sort())
    expect(visibleFiles(workspace.root)).toEqual(files)
    const events = types(workspace).length
    expect(await collect(workspace, { rules: [command], actor: ann, now: later(days) })).toEqual(dry)
    expect(workspace.warnings).toEqual([])
    expect(types(workspace).slice(events)).toEqual(['item.collected'])
    expect(visibleFiles(workspace.root)).toEqual(files.filter(path => !leaves.includes(path)))
    expect(await collect(workspace, { rules: [command], actor: ann, now: later(days) })).toEqual([])
    expect((await replay(workspace, { verify: true })).drift).toEqual([])
    expect(git(workspace.root, 'status', '--porcelain')).toBe('')
    expect(await restore(workspace, leaves, { actor: ann, dryRun: true })).toEqual(leaves)
    expect(visibleFiles(workspace.root)).toEqual(files.filter(path => !leaves.includes(path)))
    await restore(workspace, leaves, { actor: ann })
    expect(listing(workspace.root, { leave: ['.git', '.factory-local', 'events.jsonl'] })).toEqual(before)
    expect(await collect(workspace, { rules: [command], actor: ann, now: later(days) })).toEqual([])
  })
})

describe('cleanup-factory-internal', () => {
  it('takes dismissed observations at their age, and promoted ones when their spec is over', async () => {
    const workspace = await newWorkspace()
    await told(workspace, ({ submit, on }, transaction) => {
      const observe = (file: string): ItemId => transaction.append([{ type: 'observation.recorded', stream: `observation/${file}`, data: { file, slug: file.replace('.md', ''), severity: 'low', agent: 'operator', text: file, context: '', stops: [], fingerprint: file } }])[0]!.item
      const [dismissed, promoted] = [observe('dismissed.md'), observe('promoted.md')]
      observe('open.md')
      transaction.append([{ type: 'observation.dismissed', item: dismissed, stream: 'observation/dismissed.md', data: { reason: 'no' } }])
      const spec = submit('better')
      transaction.append([{ type: 'observation.promoted', item: promoted, stream: 'observation/promoted.md', data: { name: 'better', spec } }])
      on('better', spec, [{ type: 'spec.withdrawn', data: { reason: 'done otherwise' } }])
    })
    const shown = (): string[] => visibleFiles(workspace.root).filter(path => path.startsWith('specs/factory-internal/') && !path.endsWith('.gitkeep')).map(path => path.replace(/.*\//, ''))
    expect(shown()).toContain('open.md')
    await collect(workspace, { rules: ['cleanup-factory-internal'], actor: ann })
    expect(shown()).not.toContain('promoted.md')
    expect(shown()).toContain('dismissed.md')
    await collect(workspace, { rules: ['cleanup-factory-internal'], actor: ann, now: later(31) })
    expect(shown()).toEqual(['open.md'])
    await restore(workspace, ['specs/factory-internal/dismissed.md', 'specs/factory-internal/promoted.md'], { actor: ann })
    expect(shown().sort()).toEqual(['dismissed.md', 'open.md', 'promoted.md'])
  })
})

describe('gc', () => {
  it('brings back nothing that it did not take', async () => {
    const workspace = await newWorkspace()
    await expect(restore(workspace, ['agents.yaml'], { actor: ann })).rejects.toMatchObject({ code: 'not-collected', exitCode: 1 })
    await expect(restore(workspace, ['constructor'], { actor: ann })).rejects.toMatchObject({ code: 'not-collected' })
  })

  it('shows the files of a new revision although those of an earlier one were collected', async () => {
    const workspace = await newWorkspace()
    await told(workspace, cases[4]!.given)
    await collect(workspace, { actor: ann, now: later(40), env: {} })
    expect(exists(workspace.root, 'tasks/decisions/page.md')).toBe(false)
    await told(workspace, ({ submit }, transaction) => {
      const spec = submit('page', 2)
      transaction.append([{ type: 'decision.opened', stream: 'decision/page/1', data: { spec, entry: '1', question: 'Again?', options: [], recommendation: null, reversibility: 'low', impact: 'governance', context: '', origin: 'spec' } }])
    })
    expect(read(workspace.root, 'tasks/decisions/page.md')).toContain('Again?')
  })

  it('removes old transcripts, views, quarantine and merged branches, shows them first, and nothing young, live or linked', async () => {
    const workspace = await newWorkspace()
    const home = temporaryFolder('factory-home-')
    const project = join(temporaryFolder('factory-project-'), 'shop')
    mkdirSync(project)
    const inProject = (...args: string[]): string => execFileSync('git', args, { cwd: project, encoding: 'utf8', env: { ...process.env, GIT_AUTHOR_NAME: 'A', GIT_AUTHOR_EMAIL: 'a@x', GIT_COMMITTER_NAME: 'A', GIT_COMMITTER_EMAIL: 'a@x' } })
    inProject('init', '-q', '--initial-branch=main')
    inProject('commit', '-q', '--allow-empty', '-m', 'root')
    inProject('branch', 'factory/page')
    inProject('branch', 'factory/open')
    inProject('checkout', '-q', '-b', 'factory/unmerged')
    inProject('commit', '-q', '--allow-empty', '-m', 'not merged')
    inProject('checkout', '-q', 'main')
    await linkProject(workspace, { name: 'shop', path: project, actor: ann })
    await told(workspace, ({ submit, on, documented }) => {
      for (const name of ['page', 'unmerged']) on(name, submit(name), documented(name))
      submit('open')
    })
    const id = ((await workspace.look()).state.settings.workspace?.item ?? '').replace(/[^A-Za-z0-9]+/g, '-')
    const old = new Date(Date.now() - 40 * dayMs)
    const age = (path: string): void => utimesSync(path, old, old)
    for (const [folder, name] of [[workspace.root, 'runs/run-a-1'], [workspace.root, 'runs/run-a-2'], [home, `views/${id}/run-a-1`], [home, `views/${id}/run-a-2`], [home, 'views/another-workspace/run-a-1']] as const) put(folder, `${name}/file.txt`, 'x')
    put(workspace.root, '.factory-local/quarantine/old.md', 'x')
    put(workspace.root, '.factory-local/quarantine/young.md', 'x')
    const outside = temporaryFolder('factory-outside-')
    put(outside, 'kept.txt', 'x')
    symlinkSync(outside, join(home, `views/${id}/run-a-1/link`))
    chmodSync(join(home, `views/${id}/run-a-1`), 0o500)
    for (const path of [join(workspace.root, 'runs/run-a-1'), join(home, `views/${id}/run-a-1`), join(home, 'views/another-workspace/run-a-1'), join(workspace.root, '.factory-local/quarantine/old.md')]) age(path)
    const options = { actor: ann, env: { FACTORY_HOME: home } }
    await collect(workspace, { actor: ann, rules: ['cleanup-tasks'] })
    expect(await collect(workspace, { ...options, dryRun: true })).toEqual([
      { rule: 'runs', path: 'runs/run-a-1' }, { rule: 'views', path: join(home, `views/${id}/run-a-1`) }, { rule: 'quarantine', path: '.factory-local/quarantine/old.md' },
    ])
    expect(exists(workspace.root, 'runs/run-a-1')).toBe(true)
    await collect(workspace, options)
    expect(exists(workspace.root, 'runs/run-a-1')).toBe(false)
    expect(exists(workspace.root, 'runs/run-a-2')).toBe(true)
    expect(exists(home, `views/${id}/run-a-1`)).toBe(false)
    expect(exists(home, `views/${id}/run-a-2`)).toBe(true)
    expect(exists(home, 'views/another-workspace/run-a-1')).toBe(true)
    expect(exists(outside, 'kept.txt')).toBe(true)
    expect(exists(workspace.root, '.factory-local/quarantine/young.md')).toBe(true)
    expect(inProject('branch', '--list', 'factory/*', '--format=%(refname:short)').trim().split('\n')).toEqual(['factory/open', 'factory/page', 'factory/unmerged'])
    expect((await collect(workspace, { ...options, now: later(31) })).filter(({ rule }) => rule === 'branches')).toEqual([{ rule: 'branches', path: 'projects/shop factory/page' }])
    expect(inProject('branch', '--list', 'factory/*', '--format=%(refname:short)').trim().split('\n')).toEqual(['factory/open', 'factory/unmerged'])
  })

  it('has a row in the documents for every rule and every leftover, generated from them', () => {
    expect(gcTable().map(({ command }) => command)).toEqual([...gcRules.map(rule => rule.command), 'gc', 'gc', 'gc', 'gc'])
    expect(readFileSync(new URL('../../docs/gc.md', import.meta.url), 'utf8')).toBe(gcReference())
  })
})
