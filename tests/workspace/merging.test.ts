import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { audit } from '../../src/inspect/audit.ts'
import { replay } from '../../src/inspect/replay.ts'
import { sync } from '../../src/workspace/sync.ts'
import { ann, deeds, exists, git, inTemporaryHome, newWorkspace, open, put, read, settle, submit, temporaryFolder, tryGit, visible } from './workspaces.ts'
import type { Shop } from './workspaces.ts'

inTemporaryHome()

const small = { segmentBytes: 5000 }

interface Two { readonly a: Shop; readonly b: Shop; readonly remote: string }

/** Two clones of one history that met last before anything was done. */
async function twoClones(): Promise<Two> {
  const a = await newWorkspace(small)
  await submit(a, 'shared', '# shared\n\none\ntwo\nthree\nfour\nfive\nsix\nseven\n')
  const remote = temporaryFolder('factory-remote-')
  git(remote, 'init', '-q', '--bare', '--initial-branch=main')
  git(a.root, 'remote', 'add', 'origin', remote)
  git(a.root, 'push', '-q', 'origin', 'main')
  const root = join(temporaryFolder('factory-clone-'), 'b')
  git(remote, 'clone', '-q', remote, root)
  const b = open(root, { ...small, person: 'human:bob' })
  await settle(b)
  return { a, b, remote }
}

const edit = async (workspace: Shop, path: string, change: (text: string) => string): Promise<void> => {
  put(workspace.root, path, change(exists(workspace.root, path) ? read(workspace.root, path) : ''))
  await settle(workspace)
}

/** Both do enough to seal a segment, edit the same projected file, and use one name. */
async function partWays({ a, b }: Two): Promise<string[]> {
  for (const [workspace, who] of [[a, 'ann'], [b, 'bob']] as const) {
    await submit(workspace, 'same-name', `# by ${who}\n`)
    for (let index = 0; index < 9; index += 1) await submit(workspace, `${who}-${index}`)
    await edit(workspace, 'specs/inbox/shared.md', text => (who === 'ann' ? text.replace('one', 'one by ann') : text.replace('seven', 'seven by bob')))
    await edit(workspace, 'memory/shared/KNOWLEDGE.md', text => `${text}${who} knows\n`)
    expect(readdirSync(join(workspace.root, 'log')).length).toBeGreaterThan(0)
  }
  await settle(a)
  await settle(b)
  return [...new Set([...deeds(a), ...deeds(b)])].sort()
}

async function expectAgreement({ a, b }: Two, union: readonly string[]): Promise<void> {
  expect(deeds(a)).toEqual(union)
  expect(deeds(b)).toEqual(union)
  const [one, two] = [await a.look(), await b.look()]
  expect(one.unrecorded).toEqual([])
  expect(two.unrecorded).toEqual([])
  expect(comparable(one.state)).toEqual(comparable(two.state))
  expect(visible(a.root)).toEqual(visible(b.root))
  for (const workspace of [a, b]) {
    expect((await replay(workspace, { verify: true })).drift).toEqual([])
    expect(git(workspace.root, 'status', '--porcelain')).toBe('')
    expect((await audit(workspace)).problems).toEqual([])
  }
}

/** Each clone also has its own record of how it was healed. */
function comparable(state: object): unknown {
  const { events: _events, heads: _heads, tips: _tips, seen: _seen, newest: _newest, ...rest } = state as Record<string, unknown>
  return rest
}

/** Sync, until nothing is new on either side. */
async function meet({ a, b }: Two): Promise<void> {
  for (let round = 0; round < 2; round += 1) for (const workspace of [a, b]) await sync(workspace, { actor: ann })
  await sync(a, { actor: ann })
}

describe('two clones that parted ways meet again', () => {
  it('by sync over a bare remote', async () => {
    const two = await twoClones()
    const union = await partWays(two)
    await sync(two.a, { actor: ann })
    const { received, sent } = await sync(two.b, { actor: 'human:bob' })
    expect(sent).toBe(true)
    expect(received).toBeGreaterThan(10)
    await meet(two)
    await expectAgreement(two, union)
    expect(git(two.a.root, 'rev-parse', 'HEAD')).toBe(git(two.b.root, 'rev-parse', 'HEAD'))
    expect((await sync(two.a, { actor: ann })).received).toBe(0)
  })

  it('by sync with the other clone itself', async () => {
    const two = await twoClones()
    const union = await partWays(two)
    await sync(two.a, { actor: ann, remote: two.b.root })
    await sync(two.b, { actor: 'human:bob', remote: two.a.root })
    await expectAgreement(two, union)
  })

  it('by sync where only one has anything new', async () => {
    const two = await twoClones()
    await submit(two.a, 'news')
    const union = deeds(two.a)
    await meet(two)
    await expectAgreement(two, union)
  })

  it.each(['merge', 'rebase'] as const)('by plain git %s, whatever conflicts it leaves, finished by sync --continue', async how => {
    const two = await twoClones()
    const union = await partWays(two)
    git(two.a.root, 'push', '-q', 'origin', 'main')
    git(two.b.root, 'fetch', '-q')
    tryGit(two.b.root, ...(how === 'merge' ? ['merge', 'origin/main'] : ['rebase', 'origin/main']))
    const busy = existsSync(join(two.b.root, '.git/MERGE_HEAD')) || existsSync(join(two.b.root, '.git/rebase-merge'))
    if (busy) {
      await expect(settle(two.b)).rejects.toMatchObject({ code: 'git-busy', exitCode: 75 })
      expect((await sync(two.b, { actor: 'human:bob', continue: true })).finished).toBe(how)
    }
    await settle(two.b)
    expect(deeds(two.b)).toEqual(union)
    await meet(two)
    await expectAgreement(two, union)
  })

  it.each(['merge', 'rebase', 'cherry-pick'] as const)('by plain git %s with conflict markers left in and committed', async how => {
    const two = await twoClones()
    const union = await partWays(two)
    git(two.a.root, 'push', '-q', 'origin', 'main')
    git(two.b.root, 'fetch', '-q')
    const base = git(two.b.root, 'merge-base', 'HEAD', 'origin/main')
    let clean = tryGit(two.b.root, ...(how === 'merge' ? ['merge', '--no-edit', 'origin/main'] : how === 'rebase' ? ['rebase', 'origin/main'] : ['cherry-pick', `${base}..origin/main`]))
    for (let step = 0; !clean && step < 200; step += 1) {
      git(two.b.root, 'add', '-A', '--', '.')
      clean = how === 'merge' ? tryGit(two.b.root, 'commit', '-q', '-m', 'merged by hand')
        : tryGit(two.b.root, how, '--continue') || (tryGit(two.b.root, 'diff', '--cached', '--quiet') && tryGit(two.b.root, how, '--skip'))
    }
    expect(clean).toBe(true)
    await settle(two.b)
    expect(deeds(two.b)).toEqual(union)
    await meet(two)
    await expectAgreement(two, union)
  })

  it('by a cherry-pick that stopped half way and was left to sync', async () => {
    const two = await twoClones()
    const union = await partWays(two)
    git(two.a.root, 'push', '-q', 'origin', 'main')
    git(two.b.root, 'fetch', '-q')
    tryGit(two.b.root, 'cherry-pick', 'origin/main~1')
    await sync(two.b, { actor: 'human:bob', continue: true })
    await meet(two)
    await expectAgreement(two, union)
  })

  it('by a squashed merge that nobody committed', async () => {
    const two = await twoClones()
    await edit(two.a, 'specs/inbox/shared.md', text => text.replace('one', 'one by ann'))
    await submit(two.a, 'news')
    await submit(two.b, 'other')
    const union = [...new Set([...deeds(two.a), ...deeds(two.b)])].sort()
    git(two.a.root, 'push', '-q', 'origin', 'main')
    git(two.b.root, 'fetch', '-q')
    git(two.b.root, 'merge', '--squash', 'origin/main')
    await settle(two.b)
    expect(deeds(two.b)).toEqual(union)
    await meet(two)
    await expectAgreement(two, union)
  })

  it('although somebody cloned a bad merge: the clone takes nothing of it for a command', async () => {
    const two = await twoClones()
    const union = await partWays(two)
    git(two.a.root, 'push', '-q', 'origin', 'main')
    git(two.b.root, 'fetch', '-q')
    if (!tryGit(two.b.root, 'merge', '--no-edit', 'origin/main')) {
      git(two.b.root, 'add', '-A')
      git(two.b.root, 'commit', '-q', '-m', 'merged by hand')
    }
    git(two.b.root, 'push', '-q', 'origin', 'main')
    const root = join(temporaryFolder('factory-clone-'), 'c')
    git(two.remote, 'clone', '-q', two.remote, root)
    const c = open(root, small)
    expect((await c.look()).unrecorded).toEqual([])
    await settle(c)
    expect(deeds(c)).toEqual(union)
    expect((await replay(c, { verify: true })).drift).toEqual([])
  })
})

describe('what a person did is still a command', () => {
  it('when a drop was committed by hand and pulled', async () => {
    const two = await twoClones()
    put(two.a.root, 'specs/inbox/by-hand.md', '# by hand\n')
    git(two.a.root, 'add', 'specs/inbox/by-hand.md')
    git(two.a.root, 'commit', '-q', '-m', 'an idea')
    git(two.a.root, 'push', '-q', 'origin', 'main')
    git(two.b.root, 'pull', '-q', '--rebase')
    await settle(two.b)
    expect(deeds(two.b).filter(deed => deed.endsWith('spec.submitted'))).toHaveLength(2)
  })

  it('when it was typed beside a pull', async () => {
    const two = await twoClones()
    await submit(two.a, 'news')
    git(two.a.root, 'push', '-q', 'origin', 'main')
    put(two.b.root, 'specs/inbox/idea.md', '# idea\n')
    put(two.b.root, 'specs/inbox/shared.md', 'typed by bob\n')
    git(two.b.root, 'pull', '-q', '--rebase=false')
    await settle(two.b)
    const { state } = await two.b.look()
    expect(Object.keys(state.specs.byName).sort()).toEqual(['idea', 'news', 'shared'])
    expect(read(two.b.root, 'specs/inbox/shared.md')).toBe('typed by bob\n')
  })
})

it('git checkout of an older commit and back again loses no event', async () => {
  const { a } = await twoClones()
  const old = git(a.root, 'rev-parse', 'HEAD')
  await submit(a, 'later')
  git(a.root, 'checkout', '-q', old)
  await submit(a, 'on-the-old-one')
  git(a.root, 'checkout', '-q', 'main')
  await settle(a)
  expect((await replay(a, { verify: true })).drift).toEqual([])
  expect(Object.keys((await a.look()).state.specs.byName).sort()).toEqual(['later', 'on-the-old-one', 'shared'])
})

it('sync does not spread a damaged line or blob of the other side', async () => {
  const two = await twoClones()
  await submit(two.a, 'good')
  const lines = readFileSync(join(two.a.root, 'events.jsonl'), 'utf8')
  put(two.a.root, 'events.jsonl', `${lines}{"format":1,"seq":99,"forged":true}\n`)
  put(two.a.root, `blobs/ab/${'c'.repeat(62)}`, 'not what it says')
  git(two.a.root, 'add', '-A')
  git(two.a.root, 'commit', '-q', '-m', 'damage')
  git(two.a.root, 'push', '-q', 'origin', 'main')
  await sync(two.b, { actor: 'human:bob' })
  expect(Object.keys((await two.b.look()).state.specs.byName)).toContain('good')
  expect(exists(two.b.root, `blobs/ab/${'c'.repeat(62)}`)).toBe(false)
  expect((await audit(two.b)).ok).toBe(true)
  await submit(two.b, 'goes-on')
})

describe('any interleaving', () => {
  const step = fc.record({ who: fc.constantFrom('a', 'b'), what: fc.constantFrom('submit', 'edit', 'remember', 'withdraw', 'push-pull', 'sync'), name: fc.constantFrom('x', 'y', 'shared') })
  it('of what two clones do, with pulls that stop on conflicts in between, ends in agreement and records no command that no one gave', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 10 }), async steps => {
      const two = await twoClones()
      for (const { who, what, name } of steps) {
        const workspace = two[who as 'a' | 'b']
        const path = `specs/inbox/${name}.md`
        if (what === 'submit') await submit(workspace, name, `# ${name} by ${who}\n`)
        if (what === 'edit' && exists(workspace.root, path)) await edit(workspace, path, text => `${text}more by ${who}\n`)
        if (what === 'remember') await edit(workspace, 'memory/shared/KNOWLEDGE.md', text => `${text}${name} ${who}\n`)
        if (what === 'withdraw' && exists(workspace.root, path)) { rmSync(join(workspace.root, path)); await settle(workspace) }
        const known = new Set([...deeds(two.a), ...deeds(two.b)])
        if (what === 'sync') await sync(workspace, { actor: ann })
        if (what === 'push-pull') {
          const other = who === 'a' ? two.b : two.a
          tryGit(other.root, 'push', '-q', 'origin', 'main')
          if (!tryGit(workspace.root, 'pull', '-q', '--no-edit', '--rebase=false') && existsSync(join(workspace.root, '.git/MERGE_HEAD'))) await sync(workspace, { actor: ann, continue: true })
          await settle(workspace)
        }
        expect([...deeds(two.a), ...deeds(two.b)].filter(deed => !known.has(deed))).toEqual([])
      }
      const union = [...new Set([...deeds(two.a), ...deeds(two.b)])].sort()
      await meet(two)
      await expectAgreement(two, union)
    }), { numRuns: 3 })
  }, 300_000)
})
