/** A workspace inside a project: `.factory/`, which the project's own git does not see, and which builds that project. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { agentsYaml, newProject, worldAt } from '../acceptance/world.ts'
import { at, environment, factory, temporaryDirectory } from '../cli/factory.ts'

test('init in a project makes an embedded workspace, ignored there, whose pipeline builds the project', async () => {
  const project = newProject()
  const home = temporaryDirectory('factory-home')
  const git = (...args: string[]): string => spawnSync('git', args, { cwd: project, env: environment({ home }), encoding: 'utf8' }).stdout.trim()
  const inside = join(project, 'src', 'deep')
  mkdirSync(inside, { recursive: true })
  expect((await factory(['init'], { cwd: project, home })).exitCode).toBe(0)
  expect((await factory(['init'], { cwd: project, home })).exitCode).toBe(0)
  expect(git('status', '--porcelain')).toBe('')
  expect(readFileSync(join(project, '.git/info/exclude'), 'utf8').match(/^\/?\.factory\/?$/gm)).toHaveLength(1)

  const world = worldAt(at(join(project, '.factory'), home), temporaryDirectory('factory-desk'))
  world.write('agents.yaml', agentsYaml(world.desk).replace('git: off', 'git: commit'))
  world.write('scenarios/hidden.md', '# It has a title\n')
  const spec = '# a\n\nText.\n\n## Verification Criteria\n\n```sh\ntest -f a.txt\n```\n'
  world.script('draft.a', { write: { 'specs/ready/a.md': spec } })
  world.script('verify.a', { usual: true, read: ['scenarios/hidden.md'] })
  world.script('build.a', { usual: true, read: ['scenarios/hidden.md'] })
  world.intent('a')
  const started = await factory(['start'], { cwd: inside, home })
  expect([started.exitCode, started.stderr]).toEqual([0, expect.not.stringContaining('warn') as unknown])
  expect(await world.stage('documented')).toEqual(['a'])
  expect([git('show', 'main:a.txt'), git('rev-parse', '--abbrev-ref', 'HEAD'), git('status', '--porcelain')]).toEqual(['attempt 1', 'main', ''])
  expect([(await world.seen('build')).tried, (await world.seen('verify')).tried]).toEqual([{ 'scenarios/hidden.md': null }, { 'scenarios/hidden.md': '# It has a title\n' }])
  expect((await world.log()).filter(({ type }) => type === 'criterion.checked')).toMatchObject([{ data: { ok: true } }])
  expect((await world.log()).filter(({ type, data }) => type === 'run.claimed' && data['dispatch'] === 'build')).toMatchObject([{ data: { project: 'shop' } }])
  expect((await world.run(['replay', '--verify', '--json'])).json()).toMatchObject({ drift: [] })
  expect(git('ls-files')).toBe('README.md\na.txt')
})
