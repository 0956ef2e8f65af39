import { beforeAll, describe, expect, test } from 'vitest'
import { shown } from '../../src/cli/help.ts'
import { commands } from '../../src/cli/registry.ts'
import { newWorkspace } from './factory.ts'
import type { TestWorkspace } from './factory.ts'

/** What each command needs to say something in a workspace that holds one intent; null: it is asked elsewhere. */
const typed: Readonly<Record<string, readonly string[] | null>> = {
  status: [], start: ['--max-steps', '1'], run: ['spec', 'login-page'], advance: ['login-page'], decide: [], needs: [], rebuild: ['login-page'],
  resolve: ['login-page', '--reason', 'no'], reflect: ['builder'], docs: ['login-page'], submit: ['-'], withdraw: ['nothing-there'], pause: ['login-page'], cancel: ['run-x-1'],
  log: [], why: ['login-page'], replay: ['--verify'], audit: [], compare: ['now', 'now'], doctor: [], apps: [], perms: ['agents.yaml'], workspace: [], logs: [], triage: [],
  init: [], 'init-project': ['--dry-run'], sync: [], trust: [], backend: [], 'scenario init-meta': [], 'scenario new': ['shop'], 'scenario list': [],
  'config show': ['limits'], 'config edit': [], 'config check': [], 'config undo': [], 'config init': [], 'update-claude-skill': ['--dry-run'], completion: ['bash'],
  gc: ['--dry-run'], restore: ['specs/inbox/x.md'], 'fire-drill': [],
}
const argumentsOf = (name: string): readonly string[] | null => (name.startsWith('cleanup-') ? ['--dry-run'] : typed[name] ?? null)

describe('--json', () => {
  let workspace: TestWorkspace
  beforeAll(async () => {
    workspace = await newWorkspace()
    workspace.write('specs/inbox/login-page.md', '# Login page\n')
  })

  test('has a line for every command in this test', () => {
    for (const spec of shown(commands)) expect(argumentsOf(spec.name), spec.name).not.toBeNull()
  })

  test.each(shown(commands).map(spec => spec.name))('of %s is one document and nothing else, whether it is done or refused', async name => {
    const ran = await workspace.factory([...name.split(' '), ...(argumentsOf(name) ?? []), '--json'], { input: '# Another wish\n' })
    expect([0, 1, 2, 3, 4], ran.stdout + ran.stderr).toContain(ran.exitCode)
    expect(ran.stdout.trimEnd().split('\n')).toHaveLength(1)
    const document = ran.json() as Record<string, unknown>
    expect(typeof document).toBe('object')
    if ('error' in document) expect(document).toEqual({ error: { code: expect.stringMatching(/^[a-z][a-z-]+$/) as string, message: expect.any(String) as string, mend: expect.anything() as unknown } })
  })

  test('of status has the agreed shape', async () => {
    const view = (await workspace.factory(['status', '--json'])).json() as Record<string, unknown>
    expect(view).toMatchObject({
      workspace: expect.any(String) as string, position: { events: expect.any(Number) as number, heads: expect.any(Object) as object }, wall: expect.any(String) as string,
      agents: expect.any(Array) as unknown[], runs: [], gates: expect.any(Array) as unknown[], needs: 0, observations: { critical: 0, high: 0, low: 0 },
      unrecorded: expect.any(Array) as unknown[], problems: [], next: expect.any(Array) as unknown[], spend: { today: { runs: 0, runsOfUnknownCost: 0 } },
    })
    expect(Object.keys(view['stages'] as object)).toEqual(['inbox', 'drafting', 'ready', 'planning', 'building', 'review', 'verified', 'failed', 'resolved', 'documented', 'withdrawn'])
  })

  test('of log with --jsonl is the events themselves, one a line', async () => {
    const ran = await workspace.factory(['log', '--jsonl'])
    const lines = ran.stdout.trimEnd().split('\n').map(line => JSON.parse(line) as { seq: number; hash: string; type: string })
    const recorded = workspace.read('events.jsonl').trimEnd().split('\n').map(line => JSON.parse(line) as { hash: string })
    expect(lines.map(event => event.hash)).toEqual(recorded.map(event => event.hash))
  })
})
