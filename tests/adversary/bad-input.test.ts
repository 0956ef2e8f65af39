/** Bad input from the command line: a clear message that names the file and the mend, the documented exit code, nothing lost, never a stack trace. */
import { execFileSync, spawnSync } from 'node:child_process'
import { appendFileSync, chmodSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { World } from '../acceptance/world.ts'
import { newWorld, worldAt } from '../acceptance/world.ts'
import { at, temporaryDirectory } from '../cli/factory.ts'
import type { Ran, RunOptions } from '../cli/factory.ts'
import { crashed, hostileWorld, hostileYaml, isSound, order, put } from './hostile.ts'

/** Runs it, and holds it to what every failure must look like. */
async function plainly(world: World, args: readonly string[], exitCode: number | readonly number[], options: RunOptions = {}): Promise<Ran> {
  const ran = await world.factory(args, options)
  expect(crashed(ran.stdout + ran.stderr), ran.stderr).toBe(false)
  expect(ran.stderr).not.toMatch(/defect/)
  expect([exitCode].flat(), `${args.join(' ')}\n${ran.stdout}\n${ran.stderr}`).toContain(ran.exitCode)
  return ran
}

const submit = (world: World, name: string, exitCode: number | readonly number[] = 0, options: RunOptions = {}): Promise<Ran> =>
  plainly(world, ['submit', '-', '--name', name], exitCode, { input: `# ${name}\n\nPlease.\n`, ...options })

describe('configuration that is wrong', () => {
  test('is named by file, line and the nearest key, and the last good one goes on', async () => {
    const world = await hostileWorld()
    const good = world.read('agents.yaml')
    for (const [text, told] of [['version: 1\nbackends: {\n', /agents\.yaml.*[:\s]\d/], [`${good}limts: { slots: 2 }\n`, /limits/], [`${good}limits: { slots: -3 }\n`, /slots/], ['\u0000\u0001\u0002', /agents\.yaml/], [`a: &a [${'*a,'.repeat(50)}]\n`, /agents\.yaml/], ['['.repeat(20_000), /agents\.yaml/]] as const) {
      world.write('agents.yaml', text)
      const check = await plainly(world, ['config', 'check'], 1)
      expect(check.stdout + check.stderr).toMatch(told)
      const ran = await plainly(world, ['status'], [0, 1])
      expect(ran.stdout + ran.stderr).toContain('agents.yaml')
      await submit(world, `s${Math.random().toString(36).slice(2)}`, [0, 1])
    }
    world.write('agents.yaml', good)
    await plainly(world, ['start', '--max-steps', '1'], 0)
  })
})

describe('intents that are not', () => {
  test('a spec of 10 MB, binary, links, pipes and odd names are refused or slugged, and kept', async () => {
    const world = await hostileWorld()
    const inbox = join(world.dir, 'specs/inbox')
    writeFileSync(join(inbox, 'huge.md'), Buffer.alloc(10 * 1024 * 1024, '# word '))
    writeFileSync(join(inbox, 'binary.md'), Buffer.from([0, 1, 2, 255, 254]))
    writeFileSync(join(inbox, 'Über Größe.md'), '# Größe\n\nBitte.\n')
    writeFileSync(join(inbox, 'e\u0301te\u0301.md'), '# été\n\nPlease.\n')
    writeFileSync(join(inbox, 'new\nline.md'), '# line\n\nPlease.\n')
    writeFileSync(join(inbox, '\u001b[2Jwipe.md'), '# wipe\n\nPlease.\n')
    writeFileSync(join(inbox, 'CON.md'), '# con\n\nPlease.\n')
    writeFileSync(join(inbox, 'empty.md'), '')
    execFileSync('sh', ['-c', 'printf "# bytes\\n" > "$1/$(printf "bad\\377name").md"', 'sh', inbox])
    symlinkSync('/etc/passwd', join(inbox, 'passwd.md'))
    symlinkSync('../..', join(inbox, 'up'))
    execFileSync('mkfifo', [join(inbox, 'pipe.md')])
    mkdirSync(join(inbox, 'folder.md'))
    const seen = await plainly(world, ['status'], 0)
    await submit(world, 'fine')
    const shown = seen.stdout + seen.stderr + (await plainly(world, ['status'], 0)).stdout + (await plainly(world, ['log', '--limit', '200'], 0)).stdout
    expect(shown).not.toMatch(/[\u001b\u202e]/)
    const names = await world.stage('inbox')
    expect(names).toEqual(expect.arrayContaining(['uber-grosse', 'ete', 'fine']))
    expect(names.filter(name => !/^[a-z0-9][a-z0-9._-]*$/.test(name))).toEqual([])
    const refused = (await world.log()).filter(({ type }) => type === 'file.refused').map(({ data }) => String(data['path']))
    expect(refused).toEqual(expect.arrayContaining(['specs/inbox/huge.md', 'specs/inbox/binary.md', 'specs/inbox/passwd.md']))
    const quarantined = execFileSync('find', [join(world.dir, '.factory-local/quarantine'), '-type', 'f', '-size', '+9M'], { encoding: 'utf8' })
    expect(quarantined.trim()).not.toBe('')
    await plainly(world, ['submit', join(world.dir, 'nowhere.md')], 1)
    await plainly(world, ['submit', inbox], 1)
    const big = join(world.desk, 'big.md')
    writeFileSync(big, Buffer.alloc(10 * 1024 * 1024, '# word '))
    expect((await plainly(world, ['submit', big], 1)).stderr).toMatch(/big\.md|larger|too/)
    expect(await isSound(world)).toEqual([])
  })
})

describe('texts that are made to stop their reader', () => {
  const bombs: Readonly<Record<string, string>> = {
    itself: '---\nproject: &a [*a]\n---\n# itself\n',
    laughs: '---\na: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c]\n---\n# laughs\n',
    keys: '---\n__proto__: { x: 1 }\nconstructor: 2\n? [a, b]\n: 3\n---\n# keys\n',
    quotes: `# quotes\n\n${'> '.repeat(20_000)}x\n`,
    lists: Array.from({ length: 500 }, (_, depth) => `${'  '.repeat(depth)}- x`).join('\n'),
    marks: `# marks\n\n${'~~a'.repeat(200_000)}\n`,
  }

  test('are refused or taken at once, whether a person drops them or an agent hands them over, and rest no backend', async () => {
    const world = await hostileWorld()
    for (const [name, text] of Object.entries(bombs)) world.write(`specs/inbox/${name}.md`, text)
    const begun = performance.now()
    const seen = await plainly(world, ['status'], 0)
    expect(seen.stderr).not.toContain('Warning')
    await submit(world, 'target')
    order(world, 'draft', { attacks: ['write'], usual: false, write: { ...Object.fromEntries(Object.entries(bombs).map(([name, text]) => [`tasks/research/${name}.md`, text])), 'specs/ready/target.md': bombs['quotes'] ?? '' } })
    const run = await plainly(world, ['run', 'spec', 'target'], 0)
    expect(run.stderr).toContain('not taken: specs/ready/target.md')
    expect(performance.now() - begun).toBeLessThan(50_000)
    expect((await world.log()).filter(({ type }) => type === 'file.refused').length).toBeGreaterThanOrEqual(3)
    expect(await world.stage('ready')).toEqual([])
    expect(await isSound(world)).toEqual([])
  })
})

describe('a log that was damaged', () => {
  test('at its end is cut and told, inside is named and repaired, and what is missing of a document is named', async () => {
    const world = await hostileWorld()
    for (const name of ['one', 'two', 'three']) await submit(world, name)
    const path = join(world.dir, 'events.jsonl')
    const whole = readFileSync(path)
    appendFileSync(path, '{"format":1,"seq":99,"wri')
    await plainly(world, ['status'], 0)
    await submit(world, 'four')
    expect((await world.log()).some(({ type }) => type === 'log.repaired')).toBe(true)
    const lines = readFileSync(path, 'utf8').split('\n')
    const at = lines.findIndex(line => line.includes('spec/two'))
    writeFileSync(path, lines.map((line, index) => (index === at ? line.replace('spec/two', 'spec/TWO') : line)).join('\n'))
    const audit = await plainly(world, ['audit'], 1)
    expect(audit.stdout).toMatch(/events\.jsonl:\d+/)
    expect((await plainly(world, ['status'], 0)).stdout).toMatch(/events\.jsonl/)
    expect((await submit(world, 'five', 1)).stderr).toMatch(/doctor --repair/)
    await plainly(world, ['doctor', '--repair'], [0, 1])
    await submit(world, 'six')
    expect(await world.stage('inbox')).toEqual(expect.arrayContaining(['one', 'three', 'four', 'six']))
    expect(whole.length).toBeGreaterThan(0)
  })

  test('a missing or changed document is named by audit and stops no command that does not need it', async () => {
    const world = await hostileWorld()
    await submit(world, 'one')
    await submit(world, 'two')
    const { doc } = (await world.log()).findLast(({ type }) => type === 'spec.submitted')?.data as { doc: { sha256: string } }
    const blob = join(world.dir, 'blobs', doc.sha256.slice(0, 2), doc.sha256.slice(2))
    const bytes = readFileSync(blob)
    rmSync(blob)
    expect((await plainly(world, ['audit'], 1)).stdout).toContain(doc.sha256.slice(2, 20))
    await plainly(world, ['status'], 0)
    await submit(world, 'three')
    const run = await plainly(world, ['run', 'spec', 'two'], [1, 4])
    expect(run.stdout + run.stderr).toMatch(new RegExp(doc.sha256.slice(2, 20)))
    chmodSync(join(blob, '..'), 0o755)
    writeFileSync(blob, bytes)
    await plainly(world, ['audit'], 0)
  })

  test('without events.jsonl, with a folder in its place or an empty one every command says so', async () => {
    const world = await hostileWorld()
    await submit(world, 'one')
    const path = join(world.dir, 'events.jsonl')
    renameSync(path, join(world.desk, 'kept'))
    for (const args of [['status'], ['audit'], ['start']]) await plainly(world, ['--workspace', world.dir, ...args], [1, 64])
    mkdirSync(path)
    for (const args of [['status'], ['audit'], ['start']]) expect((await plainly(world, ['--workspace', world.dir, ...args], [1, 64, 75])).stderr).toMatch(/events\.jsonl/)
    rmSync(path, { recursive: true })
    renameSync(join(world.desk, 'kept'), path)
    expect(await world.stage('inbox')).toEqual(['one'])
  })
})

describe('a machine that is in the way', () => {
  test('a lock of a dead process, of another machine and garbage in its place are judged, and told with the mend', async () => {
    const world = await hostileWorld()
    await submit(world, 'one')
    const local = join(world.dir, '.factory-local')
    const lock = readdirSync(local).find(name => /lock/.test(name)) ?? 'lock'
    for (const content of ['garbage']) {
      rmSync(join(local, lock), { recursive: true, force: true })
      writeFileSync(join(local, lock), content)
      await submit(world, `after-${content.length}`, [0, 75])
      rmSync(join(local, lock), { recursive: true, force: true })
    }
    await submit(world, 'last')
    expect(await isSound(world)).toEqual([])
  }, 120_000)

  test.runIf(process.getuid?.() === 0)('a directory that cannot be written is told, and reading goes on', async () => {
    const world = await hostileWorld()
    await submit(world, 'one')
    const mounted = spawnSync('mount', ['--bind', world.dir, world.dir]).status === 0 && spawnSync('mount', ['-o', 'remount,ro,bind', world.dir]).status === 0
    if (!mounted) { console.log('skipped: mounting is not allowed here'); return }
    try {
      await plainly(world, ['status'], 0)
      expect((await submit(world, 'two', [1, 75])).stderr).toMatch(/read-only|cannot be written|not be written/i)
    } finally {
      spawnSync('umount', ['-l', world.dir])
    }
    await submit(world, 'three')
    expect((await world.stage('inbox')).toSorted()).toEqual(['one', 'three'])
  })

  test.runIf(process.getuid?.() === 0)('a full disk refuses what it cannot hold, loses nothing, and goes on when there is room', async () => {
    const disk = temporaryDirectory('factory-disk')
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', disk]).status !== 0) { console.log('skipped: mounting is not allowed here'); return }
    try {
      const desk = temporaryDirectory('factory-desk')
      const world = worldAt(at(disk, temporaryDirectory('factory-home')), desk)
      await world.run(['init'])
      world.write('agents.yaml', hostileYaml(desk))
      await submit(world, 'one')
      spawnSync('dd', ['if=/dev/zero', `of=${join(disk, 'filler')}`, 'bs=1k'], { stdio: 'ignore' })
      const full = await submit(world, 'two', [1, 75])
      expect(full.stderr).toMatch(/space|full/)
      await plainly(world, ['status'], 0)
      rmSync(join(disk, 'filler'))
      await submit(world, 'three')
      expect(await world.stage('inbox')).toEqual(expect.arrayContaining(['one', 'three']))
      expect(await isSound(world)).toEqual([])
    } finally {
      spawnSync('umount', ['-l', disk])
    }
  })

  test('a clock that goes backwards, stands in 1970 or lies in 2099 keeps the order, is reported, and stops nothing', async () => {
    const world = await hostileWorld()
    const preload = put(join(world.desk, 'clock.mjs'), `
      const shift = Number(process.env.CLOCK_SHIFT)
      const Real = Date
      globalThis.Date = class extends Real {
        constructor(...args) { if (args.length === 0) super(Real.now() + shift); else super(...args) }
        static now() { return Real.now() + shift }
      }`)
    const shifted = (ms: number): RunOptions => ({ env: { NODE_OPTIONS: `--import=${preload}`, CLOCK_SHIFT: String(ms) } })
    const year = 365 * 24 * 3_600_000
    await submit(world, 'now')
    await submit(world, 'future', 0, shifted(73 * year))
    await submit(world, 'past', 0, shifted(-56 * year))
    await submit(world, 'again')
    const log = await world.log()
    const times = log.map(({ time }) => time)
    expect(times).toEqual(times.toSorted())
    expect(log.slice(-3).map(({ stream }) => stream)).toEqual(['spec/future', 'spec/past', 'spec/again'])
    expect((await plainly(world, ['status'], 0)).stdout + (await plainly(world, ['doctor'], [0, 1])).stdout + (await plainly(world, ['audit'], [0, 1])).stdout).toMatch(/clock|ahead/)
    await plainly(world, ['run', 'spec', 'again'], 0)
    expect(await world.stage('ready')).toEqual(['again'])
    expect((await plainly(world, ['replay', '--verify'], 0)).exitCode).toBe(0)
  })
})

describe('git that is missing, failing or set up strangely', () => {
  const gitWorld = (): Promise<World> => newWorld({ agentsYaml: desk => hostileYaml(desk, '', 'git: commit, wall: off') })

  test('without git the workspace goes on, and says that nothing is committed', async () => {
    const world = await gitWorld()
    const bin = join(world.desk, 'bin')
    mkdirSync(bin)
    symlinkSync(process.execPath, join(bin, 'node'))
    const ran = await submit(world, 'one', 0, { env: { PATH: bin } })
    expect(ran.stderr).toMatch(/git/)
    await plainly(world, ['status'], 0, { env: { PATH: bin } })
    const doctor = await plainly(world, ['doctor'], [0, 1], { env: { PATH: bin } })
    expect(doctor.stdout).toMatch(/git/)
    await submit(world, 'two')
    expect(execFileSync('git', ['status', '--porcelain', 'events.jsonl'], { cwd: world.dir, encoding: 'utf8' })).toBe('')
  })

  test('a git that fails, hangs on hooks, wants signatures or rewrites line ends changes and loses nothing', async () => {
    const world = await gitWorld()
    const trap = put(join(world.desk, 'hooks/pre-commit'), `#!/bin/sh\ntouch ${join(world.desk, 'sprung')}\nexit 1\n`)
    chmodSync(trap, 0o755)
    for (const hook of ['commit-msg', 'post-commit', 'reference-transaction', 'post-index-change']) { writeFileSync(join(world.desk, 'hooks', hook), readFileSync(trap)); chmodSync(join(world.desk, 'hooks', hook), 0o755) }
    put(join(world.home, '.gitconfig'), `[core]\n\tautocrlf = true\n\thooksPath = ${join(world.desk, 'hooks')}\n\tfsmonitor = ${trap}\n[commit]\n\tgpgSign = true\n[gpg]\n\tprogram = /bin/false\n[user]\n\tsigningKey = nobody\n`)
    await submit(world, 'one')
    world.write('memory/spec/crlf.md', 'one\r\ntwo\r\n')
    await submit(world, 'two')
    expect(spawnSync('test', ['-e', join(world.desk, 'sprung')]).status).toBe(1)
    const show = (path: string): string => execFileSync('git', ['show', `HEAD:${path}`], { cwd: world.dir, encoding: 'utf8' })
    expect(show('events.jsonl')).toBe(world.read('events.jsonl'))
    expect(show('memory/spec/crlf.md')).toBe('one\r\ntwo\r\n')
    const bin = put(join(world.desk, 'bin/git'), '#!/bin/sh\necho "fatal: nothing works today" >&2\nexit 128\n')
    chmodSync(bin, 0o755)
    const failing = await submit(world, 'three', 0, { env: { PATH: `${join(world.desk, 'bin')}:${process.env['PATH'] ?? ''}` } })
    expect(failing.stderr).toMatch(/git/)
    expect((await world.stage('inbox')).toSorted()).toEqual(['one', 'three', 'two'])
    await submit(world, 'four')
    expect(show('events.jsonl')).toBe(world.read('events.jsonl'))
    expect(await isSound(world)).toEqual([])
  })
})
