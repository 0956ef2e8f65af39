import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { factory, newWorkspace, temporaryDirectory } from './factory.ts'

function view(run = 'run-abc123-7'): { readonly dir: string; readonly env: Record<string, string>; readonly outbox: () => unknown[] } {
  const dir = temporaryDirectory('factory-view')
  writeFileSync(join(dir, '.factory-view.json'), JSON.stringify({ run, agent: 'builder', dispatch: 'build', workspace: 'w', spec: 'login', stage: 'ready', research: null, attempt: 1, segment: null, project: 'shop', base: null }))
  mkdirSync(join(dir, 'tasks/decisions'), { recursive: true })
  writeFileSync(join(dir, 'tasks/decisions/login.md'), '# Decisions: login\n')
  return { dir, env: { FACTORY_RUN: run, FACTORY_VIEW: dir }, outbox: () => readFileSync(join(dir, '.factory-outbox.jsonl'), 'utf8').trimEnd().split('\n').map(line => JSON.parse(line) as unknown) }
}

describe('inside a run', () => {
  test('reads answer from the view', async () => {
    const { dir: cwd, env } = view()
    expect((await factory(['status', '--json'], { cwd, env })).json()).toMatchObject({ run: 'run-abc123-7', agent: 'builder', spec: 'login' })
    expect((await factory(['decide', 'login'], { cwd, env })).stdout).toContain('# Decisions: login')
    expect((await factory(['needs'], { cwd, env })).stdout).toContain('Nothing in this view')
  })

  test('writes become requests in the outbox', async () => {
    const { dir: cwd, env, outbox } = view()
    writeFileSync(join(cwd, 'wish.md'), '# A wish\n')
    expect((await factory(['submit', 'wish.md', '--name', 'wish'], { cwd, env })).exitCode).toBe(0)
    expect((await factory(['need', '--blocked', 'no token', '--category', 'manual-intervention'], { cwd, env })).exitCode).toBe(0)
    expect((await factory(['observation', 'the index is stale', '--severity', 'high'], { cwd, env })).exitCode).toBe(0)
    expect(outbox()).toEqual([
      { command: 'submit', args: { name: 'wish', text: '# A wish\n' } },
      { command: 'need', args: { blocked: 'no token', category: 'manual-intervention' } },
      { command: 'observation', args: { severity: 'high', text: 'the index is stale' } },
    ])
  })

  test('everything else refuses, also with a workspace named', async () => {
    const workspace = await newWorkspace()
    const before = workspace.read('events.jsonl')
    const { dir: cwd, env } = view()
    for (const args of [['start'], ['withdraw', 'login'], ['rebuild', 'login'], ['log'], ['init'], ['sync'], ['trust', 'backend:x'], ['perms']]) {
      const ran = await factory([...args, '--json'], { cwd, env: { ...env, FACTORY_WORKSPACE: workspace.dir } })
      expect(ran.exitCode, args.join(' ')).toBe(1)
      expect(ran.json()).toMatchObject({ error: { code: 'agent-mode' } })
    }
    const answer = await factory(['decide', 'login', '--entry', '7.1', '--answer', 'a'], { cwd, env })
    expect(answer.exitCode).toBe(64)
    expect(workspace.read('events.jsonl')).toBe(before)
  })

  test('a run without its view, or with the view of another run, refuses everything', async () => {
    const { dir: cwd, env } = view()
    for (const broken of [{ FACTORY_RUN: 'run-abc123-7', FACTORY_VIEW: undefined }, { ...env, FACTORY_RUN: 'run-abc123-8' }]) {
      expect((await factory(['status', '--json'], { cwd, env: broken })).json()).toMatchObject({ error: { code: 'agent-mode' } })
    }
  })
})
