/** The loop on a real workspace with a real process as agent: files, log, git, views, import. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { claimRun } from '../../src/agents/claim.ts'
import { start } from '../../src/dispatch/start.ts'
import type { StartOptions } from '../../src/dispatch/start.ts'
import { initWorkspace } from '../../src/workspace/init.ts'
import { openWorkspace } from '../../src/workspace/open-workspace.ts'
import type { Workspace } from '../../src/workspace/session.ts'

let base: string
let workspace: Workspace
const person = 'human:ada'

const agent = `
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
const { FACTORY_DISPATCH: dispatch, FACTORY_SPEC: spec, FACTORY_PROJECT: project } = process.env
const write = (path, text) => { mkdirSync(path.slice(0, path.lastIndexOf('/')), { recursive: true }); writeFileSync(path, text) }
if (dispatch === 'draft') {
  const intent = readFileSync('specs/inbox/' + spec + '.md', 'utf8')
  write('specs/ready/' + spec + '.md', intent + '\\n## Verification Criteria\\n\\n\`\`\`sh\\ntest "$(cat greeting.txt)" = hello\\n\`\`\`\\n')
}
if (dispatch === 'build') {
  write('projects/' + project + '/greeting.txt', process.env.FACTORY_ATTEMPT === '1' ? 'bye\\n' : 'hello\\n')
  write('tasks/review/' + spec + '.md', '# Build\\n\\nDone.\\n')
}
if (dispatch === 'verify') write('tasks/verified/' + spec + '.md', '# Report\\n\\nverdict: SATISFIED (9/10)\\n\\n## Summary\\n\\nGood.\\n')
process.stdout.write('done')
`

beforeEach(async () => {
  base = mkdtempSync(join(tmpdir(), 'factory-real-'))
  const root = join(base, 'workspace')
  writeFileSync(join(base, 'agent.mjs'), agent)
  await initWorkspace(root, { actor: person, person, env: process.env })
  workspace = openWorkspace(root, { person })
  writeFileSync(join(root, 'agents.yaml'), 'version: 1\nbackends:\n  mine: { kind: command, command: ["node", "../agent.mjs"] }\ndefaults: { backend: mine }\n')
})
afterEach(() => { rmSync(base, { recursive: true, force: true }) })

const options = (): StartOptions => ({ actor: person, env: { ...process.env, HOME: base }, factoryHome: join(base, 'home') })

describe('start on a real workspace', () => {
  it('takes an intent to a documented change, mending a failed first build on the way', async () => {
    writeFileSync(join(workspace.root, 'specs/inbox/greet.md'), '# Greet\n\nSay hello in greeting.txt.\n')
    const lines: string[] = []
    const result = await start(workspace, { ...options(), onProgress: event => { lines.push(event.kind === 'claimed' ? `${event.dispatch} ${event.name}` : event.kind === 'step' ? `${event.dispatch} ${event.name}` : event.kind === 'ended' && event.outcome.outcome !== 'finished' ? `${event.outcome.outcome}: ${event.outcome.message}` : '') } })
    expect(lines.filter(line => line !== '')).toEqual(['draft greet', 'build greet', 'verify greet', 'rebuild greet', 'build greet', 'verify greet', 'document greet'])
    expect(result).toMatchObject({ outcome: 'idle', exitCode: 0, steps: 7 })
    const { state } = await workspace.look()
    expect(Object.values(state.specs.byId)).toEqual([expect.objectContaining({ name: 'greet', stage: 'documented', attempt: 2 })])
    expect(readFileSync(join(workspace.root, 'projects/greet/greeting.txt'), 'utf8')).toBe('hello\n')
    expect((await start(workspace, options())).steps).toBe(0)
  })

  it('claims one ready spec once when two start together', async () => {
    writeFileSync(join(workspace.root, 'specs/inbox/greet.md'), '# Greet\n\nSay hello in greeting.txt.\n')
    const other = openWorkspace(workspace.root, { person })
    const [first, second] = await Promise.all([start(workspace, options()), start(other, options())])
    const claimed = [...workspace.events()].filter(({ type }) => type === 'run.claimed').map(event => event.run)
    expect(new Set(claimed).size).toBe(claimed.length)
    expect(first.steps + second.steps).toBe(7)
    expect(Object.values((await workspace.look()).state.specs.byId)).toEqual([expect.objectContaining({ stage: 'documented' })])
  })

  it('stays with --watch, takes up a file that is dropped meanwhile, and leaves nothing running at an interrupt', async () => {
    const interrupt = new AbortController()
    let dropped = false
    const result = await start(workspace, { ...options(), watch: true, signal: interrupt.signal, onProgress: event => {
      if (event.kind === 'watching' && !dropped) { dropped = true; writeFileSync(join(workspace.root, 'specs/inbox/greet.md'), '# Greet\n\nSay hello in greeting.txt.\n') }
      if (event.kind === 'ended' && event.outcome.dispatch === 'document') interrupt.abort()
    } })
    expect(result).toMatchObject({ outcome: 'interrupted', exitCode: 130 })
    const { state } = await workspace.look()
    expect(Object.values(state.specs.byId)).toEqual([expect.objectContaining({ stage: 'documented' })])
    expect(state.runs.live).toEqual({})
  })

  it('keeps a spec ready when its agent is interrupted, and finishes it the next time', async () => {
    writeFileSync(join(workspace.root, 'specs/inbox/greet.md'), '# Greet\n\nSay hello in greeting.txt.\n')
    const interrupt = new AbortController()
    const first = await start(workspace, { ...options(), signal: interrupt.signal, onProgress: event => { if (event.kind === 'claimed' && event.dispatch === 'build') interrupt.abort() } })
    expect(first).toMatchObject({ outcome: 'interrupted', exitCode: 130 })
    expect(Object.values((await workspace.look()).state.specs.byId)).toEqual([expect.objectContaining({ stage: 'ready', tries: null })])
    expect(await start(workspace, options())).toMatchObject({ outcome: 'idle', exitCode: 0 })
  })

  it('gives back the item of a run whose process was killed', async () => {
    writeFileSync(join(workspace.root, 'specs/inbox/greet.md'), '# Greet\n\nSay hello in greeting.txt.\n')
    await start(workspace, { ...options(), maxSteps: 1 })
    const run = await workspace.transact({ command: 'start', actor: person }, transaction => {
      const [spec] = Object.values(transaction.state.specs.byId)
      return claimRun(transaction, { agent: 'builder', dispatch: 'build', spec: spec!.id, trigger: 'start' }).run
    })
    expect(Object.values((await workspace.look()).state.specs.byId)).toEqual([expect.objectContaining({ stage: 'building' })])
    expect(await start(workspace, options())).toMatchObject({ outcome: 'idle', exitCode: 0 })
    expect([...workspace.events()].filter(({ type }) => type === 'run.abandoned').map(event => event.run)).toEqual([run])
  })
})
