import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Draft, ItemId } from '../../src/events/types.ts'
import { compare } from '../../src/inspect/compare.ts'
import { readLog } from '../../src/inspect/log-command.ts'
import { runLogs } from '../../src/inspect/logs.ts'
import { why } from '../../src/inspect/why.ts'
import { linkProject } from '../../src/workspace/linked-projects.ts'
import { ann, git, inTemporaryHome, newWorkspace, noFields, put, settle, submit, temporaryFolder } from '../workspace/workspaces.ts'
import type { Shop } from '../workspace/workspaces.ts'

inTemporaryHome()

interface Story { readonly workspace: Shop; readonly project: string; readonly commit: string; readonly run: string }

const claimed = (run: string, agent: string, dispatch: string, spec: ItemId, subject: ItemId | null = null): Draft => ({
  type: 'run.claimed', stream: `run/${run}`, run,
  data: { agent, dispatch, spec, subject, project: 'shop', attempt: 1, segment: null, backend: 'mine', model: 'm1', fence: 1, leaseMs: 1, deadlineMs: 1, silenceMs: 1, trigger: 'start', config: 'c', base: null, wall: 'none', reserve: { usd: 1, tokens: 1 }, message: null },
})
const finished = (run: string, costUsd: number | null): Draft => ({
  type: 'run.finished', stream: `run/${run}`, run, data: { durationMs: 1500, usage: { inputTokens: 100, outputTokens: 20, cachedTokens: null }, costUsd, toolCalls: 3, log: null, reply: null, quiet: false, progress: true },
})

/** A spec with research, a decision, a build, its delivery, beside another spec that has nothing to do with it. */
async function lived(): Promise<Story> {
  const workspace = await newWorkspace()
  const project = join(temporaryFolder('factory-project-'), 'shop')
  mkdirSync(project)
  const inProject = (...args: string[]): string => execFileSync('git', args, { cwd: project, encoding: 'utf8', env: { ...process.env, GIT_AUTHOR_NAME: 'A', GIT_AUTHOR_EMAIL: 'a@x', GIT_COMMITTER_NAME: 'A', GIT_COMMITTER_EMAIL: 'a@x' } }).trim()
  inProject('init', '-q', '--initial-branch=main')
  writeFileSync(join(project, 'login.ts'), 'export {}\n')
  writeFileSync(join(project, 'elsewhere.ts'), 'export {}\n')
  inProject('add', 'elsewhere.ts')
  inProject('commit', '-q', '-m', 'before')
  inProject('add', 'login.ts')
  inProject('commit', '-q', '-m', 'build')
  const commit = inProject('rev-parse', 'HEAD')
  await linkProject(workspace, { name: 'shop', path: project, actor: ann })
  await submit(workspace, 'other')
  const [submitted] = await submit(workspace, 'login-page')
  const spec = submitted!.item
  const [drafter, researcher, builder] = ['run-x-1', 'run-x-2', 'run-x-3'] as const
  await workspace.transact({ command: 'story', actor: 'agent:spec' }, transaction => {
    const doc = transaction.store('text\n')
    const on = (drafts: readonly Draft[], actor: string): readonly { readonly item: ItemId }[] => transaction.append(drafts, { actor })
    on([claimed(drafter, 'spec', 'draft', spec)], 'kernel')
    const [opened, asked] = on([
      { type: 'decision.opened', stream: 'decision/login-page/7.1', run: drafter, data: { spec, entry: '7.1', question: 'Which way?', options: [{ id: 'a', text: 'left' }], recommendation: 'a', reversibility: 'low', impact: 'governance', context: '', origin: 'spec' } },
      { type: 'research.requested', stream: 'research/which-library', run: drafter, data: { name: 'which-library', blocks: [spec], doc } },
      finished(drafter, 0.5),
    ], 'agent:spec')
    on([{ type: 'decision.answered', item: opened!.item, stream: 'decision/login-page/7.1', data: { answer: 'a' } }], ann)
    on([claimed(researcher, 'researcher', 'research', spec, asked!.item)], 'kernel')
    on([{ type: 'research.answered', item: asked!.item, stream: 'research/which-library', run: researcher, data: { doc } }, finished(researcher, null)], 'agent:researcher')
    on([{ type: 'spec.readied', item: spec, stream: 'spec/login-page', data: { doc, fields: noFields } }], ann)
    on([claimed(builder, 'builder', 'build', spec)], 'kernel')
    on([
      { type: 'branch.moved', stream: 'project/shop', run: builder, data: { project: 'shop', branch: 'factory/login-page', commit, from: null, files: 1 } },
      { type: 'build.submitted', item: spec, stream: 'spec/login-page', run: builder, data: { attempt: 1, report: doc, notes: null, commit, base: null } },
      finished(builder, 1.25),
    ], 'agent:builder')
    on([{ type: 'spec.verified', item: spec, stream: 'spec/login-page', data: { attempt: 1, doc, score: 9, commit } }], 'agent:verifier')
    on([{ type: 'delivery.finished', item: spec, stream: 'spec/login-page', data: { how: 'merged', commit } }], 'kernel')
  })
  return { workspace, project, commit, run: builder }
}

const told = ({ lines }: { readonly lines: readonly { readonly type: string }[] }): string[] => lines.map(line => line.type)

describe('why', () => {
  it('tells the story of a spec across its runs, decisions, research and delivery, in order, with its cost', async () => {
    const { workspace } = await lived()
    const story = await why(workspace, 'login-page')
    expect(told(story)).toEqual([
      'spec.submitted', 'run.claimed', 'decision.opened', 'research.requested', 'run.finished', 'decision.answered', 'run.claimed', 'research.answered', 'run.finished',
      'spec.readied', 'run.claimed', 'branch.moved', 'build.submitted', 'run.finished', 'spec.verified', 'delivery.finished',
    ])
    expect(story.cost).toEqual({ runs: 3, usd: 1.75, tokens: 360, runsOfUnknownCost: 1 })
    expect(story.lines.find(line => line.type === 'decision.answered')).toMatchObject({ actor: ann, text: expect.stringContaining('a') as string })
    expect(story.lines.some(line => line.stream === 'spec/other')).toBe(false)
  })

  it('tells of a run, a question, a decision, an event, a commit, and a file of the project by its path there', async () => {
    const { workspace, project, commit, run } = await lived()
    expect(told(await why(workspace, run))).toEqual(['run.claimed', 'branch.moved', 'build.submitted', 'run.finished'])
    expect(told(await why(workspace, 'which-library'))).toContain('research.answered')
    expect(told(await why(workspace, 'login-page/7.1'))).toEqual(expect.arrayContaining(['decision.opened', 'decision.answered']))
    const [first] = [...workspace.events()].filter(event => event.type === 'spec.submitted')
    expect(told(await why(workspace, `${first!.writer}:${first!.seq}`))).toContain('spec.submitted')
    for (const [what, from] of [[commit, undefined], [commit.slice(0, 10), undefined], ['login.ts', project], [join(project, 'login.ts'), undefined], ['projects/shop/login.ts', undefined]] as const) {
      expect(told(await why(workspace, what, from)), what).toEqual(expect.arrayContaining(['branch.moved', 'build.submitted']))
    }
    await expect(why(workspace, 'elsewhere.ts', project)).rejects.toMatchObject({ code: 'nothing-known', exitCode: 1 })
    await expect(why(workspace, 'no-such-thing')).rejects.toMatchObject({ code: 'nothing-known', mend: expect.any(String) as string })
  })

  it('tells of a commit of the workspace which command made it, and of a file of it', async () => {
    const { workspace } = await lived()
    await submit(workspace, 'newest')
    const story = await why(workspace, git(workspace.root, 'rev-parse', 'HEAD'))
    expect(told(story)).toEqual(['spec.submitted'])
    expect(told(await why(workspace, 'specs/inbox/newest.md'))).toContain('spec.submitted')
    put(workspace.root, 'memory/shared/KNOWLEDGE.md', 'known\n')
    await settle(workspace)
    expect(told(await why(workspace, 'memory/shared/KNOWLEDGE.md'))).toContain('memory.written')
  })
})

describe('log', () => {
  it('filters by stream, type, actor, time, age and event, and keeps the newest', async () => {
    const { workspace } = await lived()
    const types = (filter: Parameters<typeof readLog>[1]): string[] => readLog(workspace, filter).map(event => event.type)
    const all = [...workspace.events()]
    expect(readLog(workspace, {})).toHaveLength(all.length)
    expect(types({ stream: 'decision' })).toEqual(['decision.opened', 'decision.answered'])
    expect(types({ stream: 'decision/login-page/7.1', actor: ann })).toEqual(['decision.answered'])
    expect(types({ type: 'research.*' })).toEqual(['research.requested', 'research.answered'])
    expect(types({ type: 'research' })).toEqual(['research.requested', 'research.answered'])
    expect(types({ actor: 'agent' }).length).toBeGreaterThan(3)
    expect(types({ limit: 2 })).toEqual(all.slice(-2).map(event => event.type))
    expect(types({ limit: 0 })).toEqual([])
    const middle = all[all.length - 4]!
    expect(types({ since: `${middle.writer}:${middle.seq}` })).toHaveLength(3)
    expect(types({ since: '1h' })).toHaveLength(all.length)
    expect(types({ since: '2999-01-01' })).toEqual([])
    expect(() => readLog(workspace, { since: 'soon' })).toThrow(expect.objectContaining({ code: 'bad-time', exitCode: 64 }) as Error)
    expect(() => readLog(workspace, { since: 'abcdef:999' })).toThrow(expect.objectContaining({ code: 'event-not-found' }) as Error)
  })
})

describe('logs', () => {
  it('lists runs newest first, of one agent, and one run with what was said', async () => {
    const { workspace } = await lived()
    expect((await runLogs(workspace, { limit: 10 })).map(({ id, outcome, costUsd }) => [id, outcome, costUsd])).toEqual([['run-x-3', 'finished', 1.25], ['run-x-2', 'finished', null], ['run-x-1', 'finished', 0.5]])
    expect(await runLogs(workspace, { limit: 1 })).toHaveLength(1)
    expect((await runLogs(workspace, { of: 'builder', limit: 10 })).map(({ id }) => id)).toEqual(['run-x-3'])
    expect((await runLogs(workspace, { of: 'run-x-3', limit: 10 }))[0]).toMatchObject({ item: 'login-page', inputTokens: 100, toolCalls: 3, durationMs: 1500 })
    await expect(runLogs(workspace, { of: 'nobody', limit: 1 })).rejects.toMatchObject({ code: 'agent-not-found' })
    await expect(runLogs(workspace, { of: 'run-x-9', limit: 1 })).rejects.toMatchObject({ code: 'run-not-found' })
  })
})

describe('compare', () => {
  it('says what changed between two points, by item, decision, file and spend', async () => {
    const { workspace } = await lived()
    const [first] = [...workspace.events()].filter(event => event.type === 'spec.submitted')
    const { items, decisions, files, spend } = await compare(workspace, `${first!.writer}:${first!.seq}`, 'now')
    expect(items).toEqual([{ name: 'login-page', item: expect.any(String) as string, from: null, to: { stage: 'verified', attempt: 1 } }])
    expect(decisions).toEqual([{ entry: 'login-page/7.1', from: null, to: 'answered' }])
    expect(files.added).toEqual(expect.arrayContaining(['specs/archive/login-page.md', 'tasks/verified/login-page.md', 'tasks/research-done/which-library.md']))
    expect(files.removed).toEqual([])
    expect(spend).toEqual({ usd: 1.75, runs: 3, runsOfUnknownCost: 1 })
    expect((await compare(workspace, 'now', 'now')).items).toEqual([])
  })
})
