import { describe, expect, test } from 'vitest'
import { decisionsView } from '../../projections/decisions-view.ts'
import { needsView } from '../../projections/needs-view.ts'
import { observationsView } from '../../projections/observations-view.ts'
import { statusView } from '../../projections/status.ts'
import type { StatusInput } from '../../projections/status.ts'
import { config, emptyWorld } from './world.ts'
import type { World } from './world.ts'

const status = (world: World, more: Partial<StatusInput> = {}) => statusView({
  state: world.state, config, candidates: [], gates: [], cursor: { heads: world.state.heads, events: world.state.events }, unrecorded: [], problems: [], wall: 'none', now: '2026-11-20T23:00:00.000Z', ...more,
})
const finished = (world: World, run: string, costUsd: number | null, quiet = false): void => {
  world.add([{ type: 'run.finished', stream: `run/${run}`, run, data: { durationMs: 1, usage: costUsd === null ? null : { inputTokens: 10, outputTokens: 5, cachedTokens: null }, costUsd, toolCalls: null, log: null, reply: null, quiet, progress: true } }])
}

describe('the board', () => {
  test('names every stage, also the empty ones', () => {
    const world = emptyWorld()
    const item = world.submit('foo')
    world.readied('bar')
    const { stages } = status(world)
    expect(Object.keys(stages)).toEqual(['inbox', 'drafting', 'ready', 'planning', 'building', 'review', 'verified', 'failed', 'resolved', 'documented', 'withdrawn'])
    expect(stages.inbox).toEqual([expect.objectContaining({ name: 'foo', item, project: null, attempt: 0 })])
    expect(stages.ready.map(spec => spec.name)).toEqual(['bar'])
    expect(stages.withdrawn).toEqual([])
  })
  test('an unknown cost is null, never 0, and is counted beside the known sum', () => {
    const world = emptyWorld()
    expect(status(world).spend.today).toEqual({ usd: 0, tokens: 0, runs: 0, runsOfUnknownCost: 0 })
    world.claim('run-1', 'spec', 'draft', world.submit('foo'))
    finished(world, 'run-1', null)
    expect(status(world).spend.today).toEqual({ usd: null, tokens: null, runs: 1, runsOfUnknownCost: 1 })
    for (const run of ['run-2', 'run-3', 'run-4']) { world.claim(run, 'spec', 'draft', null); finished(world, run, 0.1) }
    expect(status(world).spend.today).toEqual({ usd: 0.3, tokens: 45, runs: 4, runsOfUnknownCost: 1 })
    expect(status(world, { now: '2026-11-21T00:00:00.000Z' }).spend.today.runs).toBe(0)
  })
  test('shows runs in progress by the stream of their item, and the last run of each agent', () => {
    const world = emptyWorld()
    world.claim('run-1', 'spec', 'draft', world.submit('foo'))
    const running = status(world)
    expect(running.runs).toEqual([expect.objectContaining({ id: 'run-1', agent: 'spec', dispatch: 'draft', item: 'spec/foo', project: null })])
    expect(running.agents.find(agent => agent.name === 'spec')).toMatchObject({ lastRun: null, running: true, idle: false })
    finished(world, 'run-1', 1, true)
    expect(status(world).agents.find(agent => agent.name === 'spec')).toMatchObject({ lastRun: { id: 'run-1', outcome: 'finished' }, running: false, idle: true })
    expect(status(world).agents.map(agent => agent.name)).toEqual(config.agents.map(agent => agent.name))
  })
  test('next actions are the planner\'s, with what blocks them', () => {
    const block = { code: 'decision', reason: '7.1 waits' }
    const { next } = status(emptyWorld(), { candidates: [{ command: 'factory run spec foo', stream: 'spec/foo', agent: 'spec', blocked: [] }, { command: 'factory advance bar', stream: 'spec/bar', agent: 'spec', blocked: [block, block] }] })
    expect(next).toEqual([{ command: 'factory run spec foo', item: 'spec/foo', ready: true, blockedBy: [] }, { command: 'factory advance bar', item: 'spec/bar', ready: false, blockedBy: ['decision'] }])
  })
  test('a backend that a person chose goes before the configured one', () => {
    const world = emptyWorld()
    world.add([{ type: 'backend.chosen', stream: 'config/backend', data: { agent: null, backend: 'mine' } }, { type: 'backend.chosen', stream: 'config/backend', data: { agent: 'spec', backend: 'other' } }])
    expect(status(world).agents.filter(agent => ['spec', 'builder'].includes(agent.name)).map(agent => [agent.name, agent.backend])).toEqual(expect.arrayContaining([['spec', 'other'], ['builder', 'mine']]))
  })
})

test('decisions come by spec, entries in the order of their numbers, with options and answers', () => {
  const world = emptyWorld()
  const spec = world.drafted('foo')
  for (const entry of ['7.10', '7.2']) world.decision(spec, entry)
  expect(decisionsView(world.state, 'foo').decisions.map(one => one.entry)).toEqual(['7.2', '7.10'])
  expect(decisionsView(world.state).decisions[0]).toEqual({
    spec: 'foo', entry: '7.2', question: 'Question 7.2?', options: [{ id: 'a', text: 'one' }, { id: 'b', text: 'two' }], recommendation: 'b', reversibility: 'low', impact: 'implementation', status: 'awaiting', answer: null, by: null, at: null,
  })
  expect(decisionsView(world.state, 'bar').decisions).toEqual([])
})

test('needs come by category, then the oldest first; resolved ones only on request', () => {
  const world = emptyWorld()
  const open = (id: string, category: 'approval' | 'permission-change' | 'manual-intervention') => world.add([{ type: 'need.opened', stream: `need/spec/${id}`, data: { id, agent: 'spec', category, blocked: 'x', context: '', change: null, held: null } }])
  const [first] = open('a', 'approval')
  open('b', 'manual-intervention')
  open('c', 'permission-change')
  open('d', 'manual-intervention')
  world.add([{ type: 'need.resolved', item: first!, stream: 'need/spec/a', data: { note: '' } }])
  expect(needsView(world.state).needs.map(need => need.id)).toEqual(['c', 'b', 'd'])
  expect(needsView(world.state, { all: true }).needs.map(need => [need.id, need.status])).toEqual([['c', 'open'], ['b', 'open'], ['d', 'open'], ['a', 'resolved']])
})

test('observations come by severity, then the oldest first', () => {
  const world = emptyWorld()
  for (const [slug, severity] of [['a', 'low'], ['b', 'critical'], ['c', 'high'], ['d', 'critical']] as const) {
    world.add([{ type: 'observation.recorded', stream: `observation/${slug}`, data: { file: `2026-11-20T1000-${severity}-${slug}.md`, slug, severity, agent: 'spec', text: slug, context: '', stops: [], fingerprint: slug } }])
  }
  expect(observationsView(world.state).observations.map(one => one.slug)).toEqual(['b', 'd', 'c', 'a'])
  expect(observationsView(world.state).observations[0]).toMatchObject({ file: '2026-11-20T1000-critical-b.md', severity: 'critical', status: 'open', agent: 'spec', text: 'b' })
})
