/** Acceptance, robustness: agents and processes that fail, hang, die or do what they may not, and workspaces that move. */
import { spawn, spawnSync } from 'node:child_process'
import { appendFileSync, cpSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { at, environment, program, temporaryDirectory } from '../cli/factory.ts'
import { agentsYaml, filesOf, newWorld, until, worker, worldAt } from './world.ts'
import type { Seen, World } from './world.ts'

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    // A process that was ended and not yet waited for is no more.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
/** Notes of runs that have begun, also of such that are still at work. */
const notes = (world: World): readonly Seen[] => {
  const directory = join(world.desk, 'seen')
  return existsSync(directory) ? readdirSync(directory).map(name => JSON.parse(readFileSync(join(directory, name), 'utf8')) as Seen) : []
}
const countOf = (lines: readonly string[], line: string): number => lines.filter(one => one === line).length
const build = 'builder build foo'

/** A world with one ready spec, not yet built. */
async function readyWorld(config = ''): Promise<World> {
  const world = await newWorld({ config })
  world.intent('foo')
  await world.run(['start', '--max-steps', '1'])
  expect(await world.stage('ready')).toEqual(['foo'])
  return world
}

describe('agents that fail', () => {
  test('41 a backend that fails during documentation is a failed run, and the verified report stays queued', async () => {
    const world = await newWorld()
    world.script('document', { stderr: 'no tokens left\n', exit: 1 })
    world.intent('foo')
    await world.run(['start', '--max-steps', '3'])
    const failed = await world.run(['docs', 'foo'], 4)
    expect(failed.stdout).toContain('failed')
    expect((await world.runs()).at(-1)).toMatchObject({ agent: 'librarian', dispatch: 'document', outcome: 'failed' })
    expect(await world.stage('verified')).toEqual(['foo'])
    expect(world.exists('tasks/verified/foo.md')).toBe(true)
    expect((await world.run(['logs', '-n', '1', '--json'])).stdout).toContain('no tokens left')
    world.script('document', { usual: true })
    await world.run(['start'])
    expect(await world.stage('documented')).toEqual(['foo'])
  })

  // How soon the group is gone depends on the load of the machine; that it is gone at all, and by which deadline, does not.
  test('42 a run that never ends is ended with its whole process group at its deadline, and its item is queued again', async () => {
    const world = await readyWorld('agents: { builder: { timeout: 2s } }')
    world.script('build', { hang: true, child: true })
    const late = await world.run(['start', '--max-steps', '1'], 5)
    expect(late.stdout).toMatch(/ran out of time/)
    const pids = (await world.seen('build')).pids
    expect(pids.length).toBe(2)
    expect(pids.filter(isAlive)).toEqual([])
    const ended = (await world.log()).find(event => event.type === 'run.timed-out')
    expect(ended?.data).toMatchObject({ deadline: 'wall-clock' })
    expect(Number(ended?.data['durationMs'])).toBeGreaterThanOrEqual(2000)
    expect((await world.status()).stages['ready']).toEqual([expect.objectContaining({ name: 'foo', attempt: 1 })])
    expect((await world.runs()).at(-1)).toMatchObject({ outcome: 'timed-out' })
  })

  test('43 a build that dies in the middle, and a factory that is killed during one, are built again by the next start', async () => {
    const world = await readyWorld()
    world.script('build', { write: { 'specs/archive/foo.md': '# moved by hand\n', 'tasks/building/foo.md': 'mine\n' }, exit: 137 })
    await world.run(['start', '--max-steps', '1'], 4)
    expect((await world.status()).next[0]).toMatchObject({ item: 'spec/foo', ready: true })
    expect(world.exists('specs/ready/foo.md')).toBe(true)
    expect(world.exists('specs/archive/foo.md')).toBe(false)

    world.script('build', { until: 'go' })
    const before = notes(world).length
    const killed = spawn(process.execPath, [program, 'start'], { cwd: world.dir, env: environment({ home: world.home }), stdio: 'ignore' })
    await until(() => notes(world).length > before)
    killed.kill('SIGKILL')
    await until(() => killed.signalCode !== null)
    expect(world.exists('tasks/building/foo.md')).toBe(true)
    world.script('build', { usual: true })
    const resumed = await world.run(['start'])
    expect(resumed.stderr).toMatch(/taken back/i)
    writeFileSync(join(world.desk, 'go'), '')
    expect(await world.stage('documented')).toEqual(['foo'])
    expect((await world.runs()).filter(run => run.dispatch === 'build').map(run => run.outcome)).toEqual(['failed', 'abandoned', 'finished'])
  })

  test('44 fruitless runs stop at a gate after three, and promotions count against the steps', async () => {
    const world = await readyWorld()
    world.script('build', { reply: 'I looked at it.' })
    const stopped = await world.run(['start'], 3)
    expect(countOf(await world.trail(), build)).toBe(3)
    expect(stopped.stdout).toContain('no-progress')
    expect((await world.status()).gates).toContainEqual(expect.objectContaining({ kind: 'no-progress', item: 'spec/foo' }))
    await world.run(['start'], 3)
    expect(countOf(await world.trail(), build)).toBe(3)
    world.script('build', { usual: true })
    await world.run(['decide', 'foo', '--entry', 'no-progress', '--answer', 'retry'])
    await world.run(['start'])
    expect(await world.stage('documented')).toEqual(['foo'])

    const promoting = await newWorld({ agentsYaml: desk => agentsYaml(desk).replace('wall: off', 'wall: off, promoteLowObservations: on') })
    const remark = (id: string): string => `## ${id}\n- category: observation\n- observation: the colour of ${id} is odd\n\n`
    promoting.script('heartbeat.operator', { append: { 'memory/operator/needs.md': ['one', 'two', 'three'].map(remark).join('') }, reply: 'Noted.' })
    await promoting.run(['run', 'operator'])
    expect((await promoting.status()).observations.low).toBe(3)
    const one = await promoting.run(['start', '--max-steps', '1', '--json'])
    expect(one.json()).toMatchObject({ steps: 1, outcome: 'max-steps' })
    expect((await promoting.status()).observations.low).toBe(2)
    expect((await promoting.stage('inbox')).length).toBe(1)
  })
})

describe('nothing to run with', () => {
  test('a start without a backend says what waits, why, and what to do about it', async () => {
    const world = await newWorld({ agentsYaml: () => 'version: 1\n' })
    world.intent('foo')
    const started = await world.run(['start'])
    expect(started.stdout).toMatch(/After 0 steps, nothing more can be done now/)
    expect(started.stdout).toMatch(/draft foo: no backend is configured for spec\n\s+-> factory config edit/)
    expect(started.stdout).not.toMatch(/nothing is waiting/)
    expect((await world.run(['start', '--json'])).json()).toMatchObject({ outcome: 'idle', candidates: [{ name: 'foo', blocked: [{ code: 'backend' }] }] })
  })
})

describe('several at once', () => {
  // A second start leaves alone what is claimed and exits 0; only a workspace that is locked by a command is busy (75).
  test('45 two starts build one ready spec once: the second names the run and leaves it alone', async () => {
    const world = await readyWorld()
    world.script('build', { usual: true, until: 'go' })
    const before = notes(world).length
    const first = world.factory(['start'])
    await until(() => notes(world).length > before)
    const second = await world.run(['start'], 0)
    const [building] = (await world.status()).runs as readonly { id: string }[]
    expect(second.stdout).toContain(building?.id)
    expect(second.stdout).toContain('at work on it')
    const machine = (await world.run(['start', '--json'])).json()
    expect(machine).toMatchObject({ steps: 0, outcome: 'idle', exitCode: 0, busy: [building?.id] })
    writeFileSync(join(world.desk, 'go'), '')
    expect((await first).exitCode).toBe(0)
    expect(countOf(await world.trail(), build)).toBe(1)
    const ids = (await world.runs()).map(run => run.id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(await world.stage('documented')).toEqual(['foo'])
  })

  test('46 a command that is killed between the log and the files is repaired by the next one, byte for byte', async () => {
    const world = await newWorld()
    world.intent('before')
    await world.run(['pause'])
    const torn = killedBetween(world)
    expect(torn.exists('specs/inbox/after.md')).toBe(false)
    expect(await torn.stage('inbox')).toEqual(['after', 'before'])
    await torn.run(['submit', '-', '--name', 'next'], 0, { input: '# next\n' })
    expect(torn.read('specs/inbox/after.md')).toContain('# after')
    expect((await torn.run(['replay', '--verify', '--json'])).json()).toMatchObject({ drift: [] })
    const [one, two] = [temporaryDirectory(), temporaryDirectory()]
    await torn.run(['replay', '--out', join(one, 'at')])
    await torn.run(['replay', '--out', join(two, 'at')])
    const written = (directory: string) => filesOf(join(directory, 'at'), /^\.git\/|^\.factory-local\//)
    expect(written(one)).toEqual(written(two))
    expect(written(one).get('specs/inbox/after.md')).toBe(torn.read('specs/inbox/after.md'))
    await torn.run(['audit'])

    const lines = torn.read('events.jsonl')
    appendFileSync(join(torn.dir, 'events.jsonl'), lines.slice(lines.lastIndexOf('\n', lines.length - 2) + 1).slice(0, 40))
    await torn.run(['submit', '-', '--name', 'last'], 0, { input: '# last\n' })
    expect(await torn.stage('inbox')).toEqual(['after', 'before', 'last', 'next'])
    expect((await torn.log()).map(event => event.type)).toContain('log.repaired')
    await torn.run(['audit'])
  })
})

/** A copy of the world in which `submit` was killed after its event was durable and before its file lay there. */
function killedBetween(world: World): World {
  for (let step = 1; step < 200; step += 1) {
    const copy = worldAt(at(join(temporaryDirectory(), 'copy'), world.home), world.desk)
    cpSync(world.dir, copy.dir, { recursive: true })
    spawnSync(process.execPath, [program, 'submit', '-', '--name', 'after'], { cwd: copy.dir, env: { ...environment({ home: world.home }), FACTORY_FAULT: `kill:${step}` }, input: '# after\n' })
    if (copy.read('events.jsonl').includes('"spec/after"')) {
      if (copy.exists('specs/inbox/after.md')) break
      return copy
    }
  }
  throw new Error('no step of a submit lies between the log and the files')
}

describe('what agents say and see', () => {
  test('47 a reply with brackets is printed as it is', async () => {
    const world = await newWorld()
    world.script('reflect.librarian', { reply: 'see [/x] and [bold] and [red]this[/red]' })
    const replied = await world.run(['run', 'librarian', '-m', 'hello'])
    expect(replied.stdout).toContain('see [/x] and [bold] and [red]this[/red]')
    expect((await world.run(['logs', '-n', '1'])).stdout).toContain('see [/x] and [bold]')
    expect(world.list('notifications').length).toBe(1)
  })

  test('48 more knowledge than a prompt holds is cut, and agent and person are told what was', async () => {
    const world = await newWorld({ config: 'agents: { librarian: { skills: { always: [huge] } } }' })
    const lines = (count: number): string => `${'Something that is worth knowing about it.\n'.repeat(count)}`
    world.write('memory/shared/KNOWLEDGE.md', `# Knowledge\n\n${lines(7500)}`)
    world.write('skills/shared/huge/SKILL.md', `---\nname: huge\ndescription: much of it\n---\n\n${lines(5000)}`)
    world.script('reflect.librarian', { reply: 'Read.' })
    const ran = await world.run(['run', 'librarian', '-m', 'What do you know?'])
    const { prompt, files } = await world.seen('reflect')
    expect(prompt.length).toBeGreaterThan(300_000)
    expect(prompt).toContain('## Cut to fit')
    expect(prompt).toMatch(/memory\/shared\/KNOWLEDGE\.md: \d+ of \d+ characters are left out/)
    expect(prompt.trimEnd().endsWith('What do you know?')).toBe(true)
    expect(files).toContain('memory/shared/KNOWLEDGE.md')
    expect(ran.stderr).toMatch(/KNOWLEDGE\.md: \d+ of \d+ characters are left out/)
    const started = (await world.log()).findLast(event => event.type === 'run.started')
    expect(started?.data['left']).toEqual([expect.stringContaining('memory/shared/KNOWLEDGE.md')])
  })

  test('49 what a builder writes outside its hand-over is not taken but shown, and scenarios are not in its view', async () => {
    const world = await newWorld()
    world.write('scenarios/foo/login.md', '# Scenario: the hidden one\n')
    world.write('specs/archive/.gitkeep', '')
    world.script('build', {
      usual: true, write: { 'tasks/verified/foo.md': '# Report\n\nverdict: SATISFIED (10/10)\n', 'tasks/verified/x.md': 'verdict: SATISFIED\n', 'universe/z.md': 'mine\n' },
      read: ['scenarios/foo/login.md', '../scenarios/foo/login.md', 'projects/../scenarios/foo/login.md'],
    })
    world.intent('foo')
    await world.run(['start', '--max-steps', '2'])
    const seen = await world.seen('build')
    expect(Object.values(seen.tried)).toEqual([null, null, null])
    expect(seen.files.filter(path => path.includes('scenarios'))).toEqual([])
    expect(await world.stage('review')).toEqual(['foo'])
    expect(await world.stage('verified')).toEqual([])
    for (const path of ['tasks/verified/foo.md', 'tasks/verified/x.md', 'universe/z.md']) expect(world.exists(path), path).toBe(false)
    const { denied } = await world.status() as unknown as { denied: { count: number; latest: readonly { path: string; agent: string }[] } }
    expect(denied.latest.map(one => one.path).sort()).toEqual(['tasks/verified/foo.md', 'tasks/verified/x.md', 'universe/z.md'])
    expect((await world.run(['status'])).stdout).toMatch(/denied/i)
    expect((await world.log()).filter(event => event.type === 'access.denied').length).toBe(3)
    await world.run(['start', '--max-steps', '1'])
    expect((await world.seen('verify')).files).toContain('scenarios/foo/login.md')
  })
})

describe('places', () => {
  test('50 a copied workspace works where it lies, status writes nothing, commits take only their own paths, and backends come back', async () => {
    const world = await newWorld({
      agentsYaml: desk => `version: 1
backends:
  first: { kind: command, command: ["${process.execPath}", "${worker}"], env: { DESK: "${desk}" } }
  second: { kind: command, command: ["${process.execPath}", "${worker}"], env: { DESK: "${desk}" } }
  kimi: { kind: command, command: ["${process.execPath}", "${worker}"], env: { DESK: "${desk}" } }
defaults: { backend: first, model: small }
agents: { builder: { backend: second, model: large } }
policy: { wall: off }
`,
    })
    world.intent('foo')
    await world.run(['start', '--max-steps', '1'])
    const copy = worldAt(at(join(temporaryDirectory(), 'moved'), world.home), world.desk)
    cpSync(world.dir, copy.dir, { recursive: true })
    const [original, copied] = [filesOf(world.dir), filesOf(copy.dir)]
    await copy.run(['status'])
    await copy.run(['status', '--json'])
    expect(filesOf(copy.dir)).toEqual(copied)
    // A copy is another writer: programs that the original chose run there once a person has trusted them.
    const stopped = await copy.run(['start'], 3)
    expect(stopped.stdout).toMatch(/untrusted[^]*factory trust agents\.yaml/)
    await copy.run(['trust', 'agents.yaml'])
    await copy.run(['start'])
    expect(await copy.stage('documented')).toEqual(['foo'])
    expect(filesOf(world.dir)).toEqual(original)

    const git = (...args: string[]): string => spawnSync('git', args, { cwd: world.dir, encoding: 'utf8', env: environment({ home: world.home }) }).stdout
    writeFileSync(join(world.dir, 'stray.txt'), 'somebody else\'s\n')
    git('add', '-f', 'stray.txt')
    await world.run(['submit', '-', '--name', 'bar'], 0, { input: '# bar\n' })
    const committed = git('show', '--name-only', '--format=', 'HEAD').split('\n')
    expect(committed).toContain('specs/inbox/bar.md')
    expect(committed).toContain('events.jsonl')
    expect(committed).not.toContain('stray.txt')
    expect(git('status', '--porcelain', 'stray.txt')).toBe('A  stray.txt\n')

    const backends = async () => (await world.status()).agents.map(({ name, backend, ...rest }) => [name, backend, (rest as { model?: string }).model])
    const before = await backends()
    await world.run(['backend', 'kimi'])
    await world.run(['backend', 'kimi'])
    expect((await backends()).map(([, backend]) => backend)).toEqual(before.map(() => 'kimi'))
    await world.run(['backend', 'default'])
    expect(await backends()).toEqual(before)
  })
})
