import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { replay } from '../../src/inspect/replay.ts'
import type { FactoryEvent } from '../../src/events/types.ts'
import { initialState, reduce } from '../../reducers/state.ts'
import { ann, exists, git, inTemporaryHome, listing, newWorkspace, open, put, read, settle, submission, submit, temporaryFolder, visible } from './workspaces.ts'
import type { Shop } from './workspaces.ts'

inTemporaryHome()

/** Path to mode and blob id, as git sees a commit and as it sees a folder. */
const treeOf = (root: string, commit: string): string[] => git(root, 'ls-tree', '-r', commit).split('\n')
function treeOfFolder(root: string): string[] {
  git(root, 'add', '-f', '-A', '--', '.', ':!.factory-local')
  return treeOf(root, git(root, 'write-tree'))
}

async function lived(): Promise<Shop> {
  const workspace = await newWorkspace({ segmentBytes: 5000 })
  for (const name of ['one', 'two', 'three']) await submit(workspace, name)
  put(workspace.root, 'memory/shared/KNOWLEDGE.md', 'known\n')
  await settle(workspace)
  rmSync(join(workspace.root, 'specs/inbox/two.md'))
  await settle(workspace)
  await workspace.transact({ command: 'many', actor: ann }, transaction => transaction.append([...submission(transaction, 'four'), ...submission(transaction, 'five')]))
  await workspace.transact({ command: 'gc', actor: ann }, transaction => transaction.append([{ type: 'item.collected', stream: 'gc/x', data: { rule: 'x', paths: ['specs/inbox/one.md'] } }]))
  return workspace
}

describe('replay --to', () => {
  it('every commit gives exactly the tree of that commit', async () => {
    const workspace = await lived()
    const commits = git(workspace.root, 'rev-list', 'HEAD').split('\n')
    expect(commits.length).toBeGreaterThan(7)
    for (const commit of commits) {
      const out = join(temporaryFolder('factory-replay-'), 'out')
      await replay(workspace, { to: commit, out })
      expect(treeOfFolder(out)).toEqual(treeOf(workspace.root, commit))
    }
  })

  it('a commit that a person made gives the files of the log in it', async () => {
    const workspace = await lived()
    put(workspace.root, 'README.md', 'mine\n')
    git(workspace.root, 'add', 'README.md')
    git(workspace.root, 'commit', '-q', '-m', 'by hand')
    const out = join(temporaryFolder('factory-replay-'), 'out')
    const replayed = await replay(workspace, { to: 'HEAD', out })
    expect(replayed.position.events).toBe((await workspace.look()).state.events)
    expect(treeOfFolder(out)).toEqual(treeOf(workspace.root, 'HEAD~1'))
  })

  it('an event gives a workspace ready to run commands on, never half a batch', async () => {
    const workspace = await lived()
    const events = [...workspace.events()]
    const middle = events.findIndex(event => event.batch?.[0] === 1 && event.type === 'spec.submitted')
    const point = events[middle]!
    const out = join(temporaryFolder('factory-replay-'), 'out')
    const { position } = await replay(workspace, { to: `${point.writer}:${point.seq}`, out })
    expect(position.events).toBe(middle + 2)
    const there = open(out)
    await submit(there, 'six')
    expect(read(out, 'specs/inbox/six.md')).toBe('# six\n')
    expect(exists(out, 'specs/inbox/five.md')).toBe(true)
    expect(exists(out, 'specs/inbox/two.md')).toBe(false)
    expect((await replay(there, { verify: true })).drift).toEqual([])
  })

  it('a time gives what was known by then', async () => {
    let now = Date.parse('2026-03-01T10:00:00Z')
    const workspace = await newWorkspace({ clock: () => new Date(now) })
    for (const name of ['one', 'two']) {
      now += 3_600_000
      await submit(workspace, name)
    }
    const out = join(temporaryFolder('factory-replay-'), 'out')
    await replay(workspace, { to: '2026-03-01T11:30:00Z', out })
    expect(exists(out, 'specs/inbox/one.md')).toBe(true)
    expect(exists(out, 'specs/inbox/two.md')).toBe(false)
  })

  it('refuses what is no point of history, and to write over anything', async () => {
    const workspace = await lived()
    await expect(replay(workspace, { to: 'nonsense' })).rejects.toMatchObject({ code: 'point-not-found', exitCode: 1 })
    await expect(replay(workspace, { to: 'abcdef:9' })).rejects.toMatchObject({ code: 'event-not-found' })
    await expect(replay(workspace, { out: workspace.root })).rejects.toMatchObject({ code: 'not-empty' })
  })

  it('leaves out a content that was erased since', async () => {
    const workspace = await lived()
    const { state } = await workspace.look()
    const { doc } = Object.values(state.specs.byId).find(spec => spec.name === 'two')!
    const commit = git(workspace.root, 'rev-parse', 'HEAD')
    await workspace.transact({ command: 'erase', actor: ann }, transaction => transaction.append([{ type: 'blob.erased', stream: 'blob/x', data: { sha256: doc.sha256, reason: 'a secret' } }]))
    rmSync(join(workspace.root, `blobs/${doc.sha256.slice(0, 2)}/${doc.sha256.slice(2)}`))
    const out = join(temporaryFolder('factory-replay-'), 'out')
    await replay(workspace, { to: commit, out })
    expect(exists(out, `blobs/${doc.sha256.slice(0, 2)}/${doc.sha256.slice(2)}`)).toBe(false)
  })
})

describe('state', () => {
  it('is the same from a snapshot, from zero and event by event', async () => {
    const workspace = await lived()
    await workspace.transact({ command: 'many', actor: ann }, transaction => {
      for (let index = 0; index < 450; index += 1) transaction.append([{ type: 'need.opened', stream: `need/${index}`, data: needData(index) }])
    })
    await submit(workspace, 'after-the-snapshot')
    expect(exists(workspace.root, '.factory-local/snapshot.json')).toBe(true)
    const plain = (state: unknown): unknown => JSON.parse(JSON.stringify(state))
    const fromSnapshot = plain((await open(workspace.root).look()).state)
    rmSync(join(workspace.root, '.factory-local/snapshot.json'))
    const fromZero = plain((await open(workspace.root).look()).state)
    let stepwise = initialState()
    for (const event of workspace.events()) stepwise = reduce(plain(stepwise) as typeof stepwise, event as FactoryEvent)
    expect(fromSnapshot).toEqual(fromZero)
    expect(fromZero).toEqual(plain(stepwise))
  })

  it('goes on from its snapshot behind the sealing of a segment, without folding history again', async () => {
    const workspace = await newWorkspace({ segmentBytes: 5000 })
    for (let index = 0; index < 12; index += 1) await submit(workspace, `spec-${index}`)
    const { cursor } = JSON.parse(read(workspace.root, '.factory-local/snapshot.json')) as { cursor: Parameters<ReturnType<typeof open>['look']>[0] }
    const { openFileLog } = await import('../../src/log/file-log.ts')
    expect(openFileLog({ dir: workspace.root }).scan(cursor as never).from).toBe('tail')
  })

  it('is not taken from a damaged snapshot', async () => {
    const workspace = await lived()
    const before = (await workspace.look()).state.events
    put(workspace.root, '.factory-local/snapshot.json', '{"meaning":"1","cursor":{"segments":[]}')
    expect((await open(workspace.root).look()).state.events).toBe(before)
    put(workspace.root, '.factory-local/snapshot.json', '{"meaning":"1"}')
    expect((await open(workspace.root).look()).state.events).toBe(before)
  })
})

const needData = (index: number) => ({ id: `need-${index}`, agent: 'operator', category: 'approval' as const, blocked: 'x', context: 'y', change: null, held: null })

it('every projected file comes back byte for byte when all of them are deleted', async () => {
  const workspace = await lived()
  const before = visible(workspace.root)
  for (const name of ['agents.yaml', 'permissions.yaml', '.gitignore', '.gitattributes', 'apps', 'specs', 'tasks', 'scenarios', 'skills', 'memory', 'learnings', 'universe', 'notifications', 'experiments', 'strategy', 'reviews', 'archive', 'playbooks', 'projects']) {
    rmSync(join(workspace.root, name), { recursive: true, force: true })
  }
  rmSync(join(workspace.root, '.factory-local/index.json'))
  await settle(workspace)
  expect(visible(workspace.root)).toEqual(before)
  expect(listing(workspace.root, { leave: ['.git', '.factory-local'] })).toBeTruthy()
})
