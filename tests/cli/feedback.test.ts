import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { newWorkspace, temporaryDirectory } from './factory.ts'
import type { TestWorkspace } from './factory.ts'

const agent = fileURLToPath(new URL('../../fixtures/agents/scripted.mjs', import.meta.url))
const requests = `# Needs

## npm-token

- category: manual-intervention
- blocked: no token for the registry
- context: the build stops at publishing

## stale-index

- category: observation
- severity: high
- context: seen while tidying

The search index is stale.
`

describe('what agents ask for and notice', () => {
  let workspace: TestWorkspace
  beforeAll(async () => {
    const scripts = temporaryDirectory()
    writeFileSync(join(scripts, 'heartbeat.json'), JSON.stringify({ write: { 'memory/operator/needs.md': requests }, reply: 'Asked.' }))
    workspace = await newWorkspace(`version: 1\nbackends:\n  scripted: { kind: command, command: ["node", ${JSON.stringify(agent)}], env: { SCRIPTS: ${JSON.stringify(scripts)} } }\ndefaults: { backend: scripted }\n`)
    const ran = await workspace.factory(['run', 'operator'])
    if (ran.exitCode !== 0) throw new Error(ran.stderr)
  })

  test('a need is listed and resolved by its exact id, once', async () => {
    expect((await workspace.factory(['needs', '--json'])).json()).toMatchObject({ needs: [{ id: 'npm-token', agent: 'operator', category: 'manual-intervention', status: 'open' }] })
    expect((await workspace.factory(['needs'])).stdout).toContain('no token for the registry')
    expect((await workspace.factory(['needs', '--resolve', 'npm-tok', '--json'])).json()).toMatchObject({ error: { code: 'need-not-found' } })
    expect((await workspace.factory(['needs', '--resolve', 'npm-token', '--note', 'set it'])).exitCode).toBe(0)
    expect((await workspace.factory(['needs', '--json'])).json()).toEqual({ needs: [] })
    expect((await workspace.factory(['needs', '--all', '--json'])).json()).toMatchObject({ needs: [{ id: 'npm-token', status: 'resolved' }] })
    expect((await workspace.factory(['needs', '--resolve', 'npm-token'])).exitCode).toBe(1)
  })

  test('an observation is listed, shown by a part of its name, and promoted once to an intent that keeps what lies in the inbox', async () => {
    expect((await workspace.factory(['triage', '--list', '--json'])).json()).toMatchObject({ observations: [{ slug: 'the-search-index-is-stale', severity: 'high', status: 'open', agent: 'operator' }] })
    expect((await workspace.factory(['triage', 'stale'])).stdout).toContain('The search index is stale')
    workspace.write('specs/inbox/the-search-index-is-stale.md', '# Mine\n')
    expect((await workspace.factory(['triage', 'stale', '--promote', '--dry-run', '--json'])).json()).toMatchObject({ dryRun: true, changed: true, events: [] })
    const promoted = (await workspace.factory(['triage', 'stale', '--promote', '--json'])).json() as { spec: string }
    expect(promoted.spec).not.toBe('the-search-index-is-stale')
    expect(workspace.read('specs/inbox/the-search-index-is-stale.md')).toBe('# Mine\n')
    expect(workspace.read(`specs/inbox/${promoted.spec}.md`)).toContain('The search index is stale')
    expect((await workspace.factory(['triage', 'the-search-index-is-stale', '--promote', '--json'])).json()).toMatchObject({ error: { code: 'already-promoted' } })
    expect((await workspace.factory(['triage', '--json'])).json()).toEqual({ observations: [] })
  })

  test('an observation that is not there is refused', async () => {
    expect((await workspace.factory(['triage', 'nothing', '--dismiss', '--reason', 'x', '--json'])).json()).toMatchObject({ error: { code: 'observation-not-found' } })
  })
})
