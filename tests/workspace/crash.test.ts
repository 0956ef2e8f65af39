import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { beforeAll, describe, expect, it } from 'vitest'
import { audit } from '../../src/inspect/audit.ts'
import { replay } from '../../src/inspect/replay.ts'
import { foldEvents, initialState } from '../../reducers/state.ts'
import { git, inTemporaryHome, listing, open, quarantined, read, settle, temporaryFolder } from './workspaces.ts'
import type { Shop } from './workspaces.ts'

inTemporaryHome()

/** The scenario as plain JavaScript: Node 20 does not run TypeScript. */
const program = fileURLToPath(new URL('../../node_modules/.cache/factory-scenario/scenario.mjs', import.meta.url))

beforeAll(async () => {
  await build({
    entryPoints: { scenario: fileURLToPath(new URL('scenario.mjs', import.meta.url)) }, outdir: join(program, '..'), outExtension: { '.js': '.mjs' }, bundle: true, splitting: true,
    format: 'esm', platform: 'node', target: 'node20', logLevel: 'error', external: ['@secretlint/*'],
    banner: { js: "import{createRequire as __r}from'node:module';const require=__r(import.meta.url);" },
  })
})

interface Acknowledged { readonly name: string; readonly heads: Readonly<Record<string, number>> }

function run(fault: string): { readonly root: string; readonly acknowledged: readonly Acknowledged[]; readonly changes: number; readonly killed: boolean; readonly err: string } {
  const root = join(temporaryFolder('factory-crash-'), 'ws')
  mkdirSync(root)
  const child = spawnSync(process.execPath, [program, root], { encoding: 'utf8', env: { ...process.env, FACTORY_FAULT: fault } })
  const said = child.stdout.split('\n').filter(Boolean).map(line => JSON.parse(line) as Acknowledged & { readonly changes?: number })
  return { root, acknowledged: said.filter(line => line.changes === undefined), changes: said.at(-1)?.changes ?? 0, killed: child.signal === 'SIGKILL', err: child.stderr }
}

/** The next command repairs; what was acknowledged is there; files, state, log and git agree. */
async function expectRepaired(workspace: Shop, acknowledged: readonly Acknowledged[]): Promise<void> {
  await settle(workspace)
  const { state, unrecorded } = await workspace.look()
  for (const { heads } of acknowledged) for (const [writer, seq] of Object.entries(heads)) expect(state.heads[writer]).toBeGreaterThanOrEqual(seq)
  expect(unrecorded).toEqual([])
  const { position: _, ...one } = { position: 0, ...JSON.parse(JSON.stringify(state)) as object }
  expect(one).toEqual(JSON.parse(JSON.stringify(foldEvents(initialState(), workspace.events()))))
  expect((await replay(workspace, { verify: true })).drift).toEqual([])
  expect((await audit(workspace)).problems).toEqual([])
  // A document whose event was never written names nothing; it may lie there.
  expect(git(workspace.root, 'status', '--porcelain').split('\n').filter(line => line !== '' && !line.startsWith('?? blobs/'))).toEqual([])
  const before = listing(workspace.root)
  await settle(workspace)
  expect(listing(workspace.root)).toEqual(before)
  for (const name of ['One Idea.md']) expect(existsSync(join(workspace.root, 'specs/inbox', name))).toBe(false)
  const submitted = [...workspace.events()].flatMap(event => (event.type === 'spec.submitted' ? [event.data.name] : []))
  expect(submitted).toEqual([...new Set(submitted)])
}

describe('a process that is killed', () => {
  it('nowhere finishes the scenario', async () => {
    const { root, acknowledged, err } = run('')
    expect(err).toBe('')
    expect(acknowledged.map(({ name }) => name)).toEqual(['init', 'drop', 'two drops', 'move', 'refused', 'many', 'withdraw', 'book'])
    await expectRepaired(open(root, { segmentBytes: 6000 }), acknowledged)
    expect(quarantined(root)).toHaveLength(1)
    expect(read(root, 'specs/drafting/two.md')).toBe('# Two\n')
  })

  // FACTORY_CRASH_RUNS sets how many changes are tried; all of them with a number larger than there are changes.
  it.each([['kill', 0.6180339887], ['tear', 0.7548776662]] as const)('at any write (%s) leaves a workspace that the next command repairs', async (how, step) => {
    const { changes } = run('')
    const runs = Math.min(changes, Number(process.env['FACTORY_CRASH_RUNS'] ?? 9))
    for (let index = 1; index <= runs; index += 1) {
      // A low-discrepancy walk: however few are tried, they are spread over the whole scenario.
      const at = runs === changes ? index : 1 + Math.floor(((index * step) % 1) * changes)
      const { root, acknowledged, killed } = run(`${how}:${at}`)
      expect(killed, `${how}:${at} of ${changes}`).toBe(true)
      if (!existsSync(join(root, 'events.jsonl'))) continue
      try {
        await expectRepaired(open(root, { segmentBytes: 6000 }), acknowledged)
      } catch (error) {
        throw new Error(`${how}:${at} of ${changes}, after ${acknowledged.at(-1)?.name ?? 'nothing'}`, { cause: error })
      }
      rmSync(root, { recursive: true, force: true })
    }
  }, 1_800_000)
})
