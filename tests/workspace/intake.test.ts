import { appendFileSync, copyFileSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, symlinkSync, utimesSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { replay } from '../../src/inspect/replay.ts'
import { ann, exists, git, inTemporaryHome, listing, newWorkspace, noFields, open, put, quarantined, read, settle, submit, temporaryFolder, types } from './workspaces.ts'
import type { Shop } from './workspaces.ts'

inTemporaryHome()

const refusals = (workspace: Shop): string[] => [...workspace.events()].flatMap(event => (event.type === 'file.refused' ? [`${event.data.path}: ${event.data.why}`] : []))
const streams = (workspace: Shop, type: string): string[] => [...workspace.events()].filter(event => event.type === type).map(event => event.stream)
const inStep = async (workspace: Shop): Promise<void> => expect((await replay(workspace, { verify: true })).drift).toEqual([])

describe('a dropped intent', () => {
  it.each([
    ['a name with a newline', 'two\nlines.md', 'spec/two-lines'],
    ['upper case', 'Login Page.MD', 'spec/login-page'],
    ['a decomposed letter', 'cafe\u0301.md', 'spec/cafe'],
    ['dots that climb', '..up..and..away.md', 'spec/up.and.away'],
    ['another ending', 'idea.txt', 'spec/idea'],
    ['a reserved ending', 'login.rebuild.md', 'spec/login-rebuild'],
    ['a leading dash', '-rf.md', 'spec/rf'],
    ['a control character', 'bell\u0007.md', 'spec/bell'],
  ])('with %s gets a plain name and keeps its text', async (_, file, stream) => {
    const workspace = await newWorkspace()
    put(workspace.root, `specs/inbox/${file}`, '# A title\n\nWhat is wanted.\n')
    await settle(workspace)
    expect(streams(workspace, 'spec.submitted')).toEqual([stream])
    expect(readdirSync(join(workspace.root, 'specs/inbox')).sort()).toEqual(['.gitkeep', `${stream.slice(5)}.md`])
    expect(read(workspace.root, `specs/inbox/${stream.slice(5)}.md`)).toBe('# A title\n\nWhat is wanted.\n')
    expect((await workspace.look()).state.specs.byId).toMatchObject({ [`${workspace.writer()}:${[...workspace.events()].at(-1)!.seq}`]: { title: 'A title' } })
    expect(git(workspace.root, 'status', '--porcelain')).toBe('')
    await settle(workspace)
    expect(streams(workspace, 'spec.submitted')).toHaveLength(1)
  })

  it('of 10 MB is refused, kept in quarantine whole, and explained', async () => {
    const workspace = await newWorkspace()
    const big = Buffer.alloc(10 * 1024 * 1024, 'x')
    put(workspace.root, 'specs/inbox/big.md', big)
    const { unrecorded } = await workspace.look()
    expect(unrecorded).toEqual([{ path: 'specs/inbox/big.md', change: 'added', refused: expect.stringContaining('larger than 1048576 bytes') as string }])
    await settle(workspace)
    expect(exists(workspace.root, 'specs/inbox/big.md')).toBe(false)
    expect(refusals(workspace).join()).toMatch(/specs\/inbox\/big\.md: .*larger than 1048576.*limits\.fileBytes/)
    const [kept] = quarantined(workspace.root)
    expect(readFileSync(join(workspace.root, '.factory-local/quarantine', kept!)).equals(big)).toBe(true)
  })

  it('of more than can be read at all is moved to quarantine', async () => {
    const workspace = await newWorkspace()
    put(workspace.root, 'specs/inbox/huge.md', Buffer.alloc(33 * 1024 * 1024, 'x'))
    await settle(workspace)
    expect(exists(workspace.root, 'specs/inbox/huge.md')).toBe(false)
    expect(quarantined(workspace.root)).toHaveLength(1)
    expect(refusals(workspace)).toHaveLength(1)
  })

  it('that is binary is refused with its bytes kept as a blob', async () => {
    const workspace = await newWorkspace()
    const bytes = Buffer.from([0x89, 0x50, 0, 0xff, 0xfe, 1, 2])
    put(workspace.root, 'specs/inbox/picture.md', bytes)
    await settle(workspace)
    const refused = [...workspace.events()].find(event => event.type === 'file.refused')
    expect(refused?.type === 'file.refused' && refused.data.doc !== null && workspace.bytes(refused.data.doc).equals(bytes)).toBe(true)
    expect(exists(workspace.root, 'specs/inbox/picture.md')).toBe(false)
    expect(git(workspace.root, 'status', '--porcelain')).toBe('')
  })

  it('that is editor debris is no candidate and stays where it is', async () => {
    const workspace = await newWorkspace()
    const debris = ['.login.md.swp', '4913', 'login.md~', '.#login.md', '#login.md#', '.DS_Store', 'login.md.part']
    for (const name of debris) put(workspace.root, `specs/inbox/${name}`, 'half a text')
    const before = types(workspace)
    await settle(workspace)
    expect(types(workspace)).toEqual(before)
    expect(readdirSync(join(workspace.root, 'specs/inbox')).sort()).toEqual([...debris, '.gitkeep'].sort())
  })

  it('that is still being written is left until two looks agree', async () => {
    const workspace = await newWorkspace()
    const path = join(workspace.root, 'specs/inbox/slow.md')
    const writer = spawn(process.execPath, ['-e', 'const fs=require("fs");let n=0;const t=setInterval(()=>{fs.appendFileSync(process.argv[1],"line "+n+++"\\n");if(n===1)process.stdout.write("begun")},2);process.stdin.on("end",()=>{clearInterval(t);process.exit(0)}).resume()', path])
    await new Promise(resolve => writer.stdout.once('data', resolve))
    await settle(workspace)
    expect(streams(workspace, 'spec.submitted')).toEqual([])
    expect((await workspace.look()).unrecorded).toEqual([])
    writer.stdin.end()
    await new Promise(resolve => writer.once('close', resolve))
    const whole = readFileSync(path, 'utf8')
    await settle(workspace)
    expect(streams(workspace, 'spec.submitted')).toEqual(['spec/slow'])
    expect(read(workspace.root, 'specs/inbox/slow.md')).toBe(whole)
  })

  it('twice under names that become the same waits as the next revision', async () => {
    const workspace = await newWorkspace()
    put(workspace.root, 'specs/inbox/Login.md', 'one\n')
    put(workspace.root, 'specs/inbox/login.md', 'two\n')
    await settle(workspace)
    expect(streams(workspace, 'spec.submitted')).toEqual(['spec/login', 'spec/login'])
    const texts = readdirSync(join(workspace.root, 'specs/inbox')).filter(name => name !== '.gitkeep').map(name => read(workspace.root, `specs/inbox/${name}`)).sort()
    expect(texts).toEqual(['one\n', 'two\n'])
    await inStep(workspace)
  })
})

describe('links', () => {
  it('to a file outside are refused and put aside, never read', async () => {
    const workspace = await newWorkspace()
    const outside = temporaryFolder('factory-outside-')
    put(outside, 'secret.md', 'THE SECRET')
    symlinkSync(join(outside, 'secret.md'), join(workspace.root, 'specs/inbox/leak.md'))
    await settle(workspace)
    expect(refusals(workspace).join()).toContain('specs/inbox/leak.md')
    expect(exists(workspace.root, 'specs/inbox/leak.md')).toBe(false)
    expect(quarantined(workspace.root)).toHaveLength(1)
    expect(read(outside, 'secret.md')).toBe('THE SECRET')
    expect(() => git(workspace.root, 'grep', '-q', 'THE SECRET', 'HEAD')).toThrow()
  })

  it('to a folder outside are not walked, inside a watched folder, or in the place of one', async () => {
    const workspace = await newWorkspace()
    const outside = temporaryFolder('factory-outside-')
    put(outside, 'inbox/stolen.md', 'THE SECRET')
    put(outside, 'stolen.md', 'THE SECRET')
    await submit(workspace, 'mine')
    symlinkSync(outside, join(workspace.root, 'specs/inbox/folder'))
    await settle(workspace)
    expect(streams(workspace, 'spec.submitted')).toEqual(['spec/mine'])
    for (const folder of ['specs/inbox', 'specs']) {
      renameSync(join(workspace.root, folder), join(outside, `kept-${folder.replace('/', '-')}`))
      symlinkSync(outside, join(workspace.root, folder))
      await settle(workspace)
      expect(streams(workspace, 'spec.submitted')).toEqual(['spec/mine'])
      expect(types(workspace)).not.toContain('spec.withdrawn')
      expect(read(workspace.root, 'specs/inbox/mine.md')).toBe('# mine\n')
      await inStep(workspace)
    }
    expect(exists(outside, 'mine.md')).toBe(false)
    expect(refusals(workspace)).toHaveLength(3)
  })
})

describe('what is not there', () => {
  it('comes back when a whole folder was removed, without any command', async () => {
    const workspace = await newWorkspace()
    await submit(workspace, 'login')
    const before = listing(workspace.root, { leave: ['.git', '.factory-local'] })
    rmSync(join(workspace.root, 'specs'), { recursive: true })
    rmSync(join(workspace.root, 'skills/shared'), { recursive: true })
    await settle(workspace)
    expect(listing(workspace.root, { leave: ['.git', '.factory-local'] })).toEqual(before)
  })

  it('comes back when a file was removed whose removal is no command, and that is said', async () => {
    const workspace = await newWorkspace()
    rmSync(join(workspace.root, 'agents.yaml'))
    rmSync(join(workspace.root, 'specs/ready/.gitkeep'))
    await settle(workspace)
    expect(exists(workspace.root, 'agents.yaml')).toBe(true)
    expect(exists(workspace.root, 'specs/ready/.gitkeep')).toBe(true)
    expect(refusals(workspace)).toHaveLength(2)
  })

  it('is a withdrawal for an intent', async () => {
    const workspace = await newWorkspace()
    await submit(workspace, 'login')
    rmSync(join(workspace.root, 'specs/inbox/login.md'))
    expect((await workspace.look()).unrecorded).toEqual([{ path: 'specs/inbox/login.md', change: 'removed' }])
    await settle(workspace)
    expect(types(workspace).at(-1)).toBe('spec.withdrawn')
    await inStep(workspace)
  })

  it('is made again when the index is missing, damaged, or all of .factory-local is', async () => {
    const workspace = await newWorkspace()
    await submit(workspace, 'login')
    const before = listing(workspace.root, { leave: ['.git', '.factory-local'] })
    for (const damage of [
      () => rmSync(join(workspace.root, '.factory-local/index.json')),
      () => put(workspace.root, '.factory-local/index.json', '{"format":2,'),
      () => rmSync(join(workspace.root, 'specs/inbox/login.md')),
    ]) {
      damage()
      if (!exists(workspace.root, 'specs/inbox/login.md')) rmSync(join(workspace.root, '.factory-local/index.json'))
      await settle(open(workspace.root))
      expect(listing(workspace.root, { leave: ['.git', '.factory-local'] })).toEqual(before)
    }
    rmSync(join(workspace.root, '.factory-local'), { recursive: true })
    const fresh = open(workspace.root)
    put(workspace.root, 'memory/shared/note.md', 'edited meanwhile\n')
    await settle(fresh)
    expect(types(fresh).filter(type => !type.startsWith('log.')).at(-1)).toBe('memory.written')
    expect(types(fresh)).not.toContain('file.refused')
    expect(git(workspace.root, 'status', '--porcelain')).toBe('')
    await inStep(fresh)
  })
})

const drafted = async (workspace: Shop, name: string): Promise<void> => {
  put(workspace.root, `specs/inbox/${name}.md`, `# ${name}\n`)
  await settle(workspace)
  renameSync(join(workspace.root, `specs/inbox/${name}.md`), join(workspace.root, `specs/drafting/${name}.md`))
  await settle(workspace)
}

describe('moves', () => {
  it('of one gone and one of the same name in another stage are one command', async () => {
    const workspace = await newWorkspace()
    await drafted(workspace, 'login')
    expect(types(workspace).slice(-2)).toEqual(['spec.submitted', 'spec.drafted'])
    put(workspace.root, 'specs/ready/login.md', `${read(workspace.root, 'specs/drafting/login.md')}\nmore\n`)
    rmSync(join(workspace.root, 'specs/drafting/login.md'))
    await settle(workspace)
    expect(types(workspace).at(-1)).toBe('spec.readied')
    await inStep(workspace)
  })

  it('with both present count too', async () => {
    const workspace = await newWorkspace()
    await drafted(workspace, 'login')
    copyFileSync(join(workspace.root, 'specs/drafting/login.md'), join(workspace.root, 'specs/ready/login.md'))
    await settle(workspace)
    expect(types(workspace).at(-1)).toBe('spec.readied')
    expect(exists(workspace.root, 'specs/drafting/login.md')).toBe(false)
    await inStep(workspace)
  })

  it('backwards are refused, kept and undone', async () => {
    const workspace = await newWorkspace()
    await drafted(workspace, 'login')
    renameSync(join(workspace.root, 'specs/drafting/login.md'), join(workspace.root, 'specs/inbox/login.md'))
    await settle(workspace)
    expect(types(workspace).at(-1)).toBe('file.refused')
    expect(exists(workspace.root, 'specs/inbox/login.md')).toBe(false)
    expect(read(workspace.root, 'specs/drafting/login.md')).toBe('# login\n')
    expect(quarantined(workspace.root)).toHaveLength(1)
  })

  it('between things of different kinds are two changes', async () => {
    const workspace = await newWorkspace()
    await submit(workspace, 'login')
    renameSync(join(workspace.root, 'specs/inbox/login.md'), join(workspace.root, 'tasks/research/login.md'))
    await settle(workspace)
    expect(types(workspace).slice(-2).sort()).toEqual(['research.requested', 'spec.withdrawn'])
    await inStep(workspace)
  })
})

describe('an edit', () => {
  it('on an older version is refused, kept, and the current text restored', async () => {
    const workspace = await newWorkspace()
    await drafted(workspace, 'login')
    put(workspace.root, 'specs/drafting/login.md', 'typed on the old version\n')
    // Another process went on without having seen the edit.
    await workspace.transact({ command: 'other', actor: ann, withoutIntake: true }, transaction => {
      const spec = Object.values(transaction.state.specs.byId)[0]!
      transaction.append([{ type: 'spec.edited', item: spec.id, stream: 'spec/login', data: { doc: transaction.store('the newer text\n'), fields: noFields } }])
    })
    expect(read(workspace.root, 'specs/drafting/login.md')).toBe('typed on the old version\n')
    await settle(workspace)
    expect(refusals(workspace).at(-1)).toContain('no longer current')
    expect(read(workspace.root, 'specs/drafting/login.md')).toBe('the newer text\n')
    expect(readFileSync(join(workspace.root, '.factory-local/quarantine', quarantined(workspace.root)[0]!), 'utf8')).toBe('typed on the old version\n')
    await inStep(workspace)
  })

  it('that only touches a file is none', async () => {
    const workspace = await newWorkspace()
    await submit(workspace, 'login')
    const before = types(workspace)
    utimesSync(join(workspace.root, 'specs/inbox/login.md'), new Date(), new Date(Date.now() - 60_000))
    await settle(workspace)
    expect(types(workspace)).toEqual(before)
  })

  it('of several files of one name in different places keeps every one that is refused', async () => {
    const workspace = await newWorkspace()
    for (const folder of ['tasks/resolved', 'specs/archive', 'specs/factory-internal']) put(workspace.root, `${folder}/same.md`, `in ${folder}\n`)
    await settle(workspace)
    expect(refusals(workspace)).toHaveLength(3)
    expect(quarantined(workspace.root).map(name => read(workspace.root, `.factory-local/quarantine/${name}`)).sort()).toEqual(['in specs/archive\n', 'in specs/factory-internal\n', 'in tasks/resolved\n'])
  })

  it('while a run of this clone is live has nobody for an author: drops are taken, configuration waits, the rest is refused', async () => {
    const workspace = await newWorkspace()
    await drafted(workspace, 'login')
    await workspace.transact({ command: 'claim', actor: 'kernel' }, transaction => transaction.append([{
      type: 'run.claimed', stream: 'run/x', run: 'run-x-1',
      data: { agent: 'spec', dispatch: 'draft', spec: null, subject: null, project: null, attempt: 0, segment: null, backend: 'b', model: null, fence: 1, leaseMs: 1e9, deadlineMs: 1e9, silenceMs: 1e9, trigger: 'start', config: 'c', base: null, wall: 'none', reserve: { usd: 0, tokens: 0 }, message: null },
    }]))
    put(workspace.root, 'specs/inbox/idea.md', '# idea\n')
    appendFileSync(join(workspace.root, 'agents.yaml'), '# a word\n')
    put(workspace.root, 'specs/drafting/login.md', 'who wrote this?\n')
    await settle(workspace)
    const news = [...workspace.events()].slice(-3)
    expect(news.map(event => event.type).sort()).toEqual(['file.refused', 'need.opened', 'spec.submitted'])
    expect(news.find(event => event.type === 'spec.submitted')?.actor).toBe('unknown')
    expect(read(workspace.root, 'agents.yaml')).not.toContain('# a word')
    expect(read(workspace.root, 'specs/drafting/login.md')).toBe('# login\n')
    await inStep(workspace)
  })

  it('that breaks agents.yaml names the line, and the last good version stays', async () => {
    const workspace = await newWorkspace()
    put(workspace.root, 'agents.yaml', 'version: 1\nlimits:\n  slots: [\n')
    expect((await workspace.look()).unrecorded[0]?.refused).toMatch(/agents\.yaml:\d+/)
    await settle(workspace)
    expect(refusals(workspace).join()).toMatch(/agents\.yaml:\d+/)
    expect((await workspace.look()).configProblems).toEqual([])
    await inStep(workspace)
  })
})

describe('a read-only look', () => {
  it('writes nothing at all, whatever there is to see', async () => {
    const workspace = await newWorkspace()
    await submit(workspace, 'login')
    put(workspace.root, 'specs/inbox/new.md', '# new\n')
    put(workspace.root, 'specs/archive/no.md', 'not legal\n')
    put(workspace.root, 'specs/inbox/big.md', Buffer.alloc(2_000_000, 'x'))
    rmSync(join(workspace.root, 'agents.yaml'))
    appendFileSync(join(workspace.root, 'events.jsonl'), '{"torn')
    const before = listing(workspace.root, { exact: true })
    const seen = await open(workspace.root).look()
    expect(listing(workspace.root, { exact: true })).toEqual(before)
    expect(seen.unrecorded.map(({ path }) => path).sort()).toEqual(['agents.yaml', 'specs/archive/no.md', 'specs/inbox/big.md', 'specs/inbox/new.md'])
    expect(Object.keys(seen.state.specs.byName).sort()).toEqual(['login', 'new'])
    rmSync(join(workspace.root, '.factory-local'), { recursive: true })
    const bare = listing(workspace.root, { exact: true })
    await open(workspace.root).look()
    expect(listing(workspace.root, { exact: true })).toEqual(bare)
  })

  it('shows what the next command then records, and shows it twice the same', async () => {
    const { root } = await newWorkspace()
    const workspace = open(root, { clock: () => new Date('2030-01-01T00:00:00Z') })
    put(workspace.root, 'specs/inbox/new.md', '# new\n')
    const [one, two] = [await workspace.look(), await workspace.look()]
    expect(two.state).toEqual(one.state)
    await settle(workspace)
    expect(Object.keys((await workspace.look()).state.specs.byName)).toEqual(['new'])
    expect((await workspace.look()).state.events).toBe(one.state.events)
  })
})

it('folders that people make inside the inbox are taken file by file', async () => {
  const workspace = await newWorkspace()
  mkdirSync(join(workspace.root, 'specs/inbox/batch'), { recursive: true })
  put(workspace.root, 'specs/inbox/batch/a.md', '# a\n')
  put(workspace.root, 'specs/inbox/batch/b.md', '# b\n')
  await settle(workspace)
  expect(streams(workspace, 'spec.submitted').sort()).toEqual(['spec/a', 'spec/b'])
  expect(exists(workspace.root, 'specs/inbox/batch')).toBe(false)
})
