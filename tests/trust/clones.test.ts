/** A workspace that was cloned to another machine: what would run there waits until a person there has said so, bound to exactly that. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { agentsYaml, newWorld, worldAt } from '../acceptance/world.ts'
import type { World } from '../acceptance/world.ts'
import { at, environment, temporaryDirectory } from '../cli/factory.ts'

const onGit = (desk: string, more = ''): string => agentsYaml(desk, more).replace('git: off', 'git: commit')

function cloneOf(world: World): World {
  const directory = join(temporaryDirectory('factory-elsewhere'), 'clone')
  const home = temporaryDirectory('factory-home')
  expect(spawnSync('git', ['clone', '-q', world.dir, directory], { env: environment({ home }) }).status).toBe(0)
  return worldAt(at(directory, home), world.desk)
}

const spec = '# a\n\nText.\n\n## Verification Criteria\n\n```sh\ntest -f a.txt\n```\n'
const untrusted = async (world: World): Promise<readonly string[]> => ((await world.run(['trust', '--json'])).json() as { subjects: { subject: string }[] }).subjects.map(({ subject }) => subject)
const count = async (world: World, type: string): Promise<number> => (await world.log()).filter(event => event.type === type).length

test('backends and criteria of another clone run only after trust there, which is local and bound to what would run', async () => {
  const home = await newWorld({ agentsYaml: desk => onGit(desk, 'projects: { a: { setup: "true" } }\n') })
  home.intent('a')
  home.script('draft.a', { write: { 'specs/ready/a.md': spec } })
  await home.run(['start', '--max-steps', '1'])
  const there = cloneOf(home)

  const stopped = await there.run(['start'], 3)
  expect(stopped.stdout + stopped.stderr).toContain('factory trust agents.yaml')
  expect((await there.status()).next[0]).toMatchObject({ ready: false, blockedBy: expect.arrayContaining(['untrusted']) as unknown })
  expect((await there.run(['run', 'builder', 'a', '--json'], 3)).json()).toMatchObject({ error: { code: 'untrusted', mend: 'factory trust agents.yaml' } })
  expect(await count(there, 'run.claimed')).toBe(1)
  expect(await untrusted(there)).toEqual(['backend:worker', 'criteria:a'])

  await there.run(['trust', 'agents.yaml'])
  await there.run(['start'], 3)
  expect(await there.stage('review')).toEqual(['a'])
  expect(await count(there, 'criterion.checked')).toBe(0)
  expect(await untrusted(there)).toEqual(['criteria:a'])
  await there.run(['trust', 'specs/archive/a.md'])
  await there.run(['start'])
  expect([await there.stage('documented'), await count(there, 'criterion.checked')]).toEqual([['a'], 1])

  // What was trusted there says nothing about here, and a changed command is another one there.
  home.write('agents.yaml', `${home.read('agents.yaml')}`.replace('worker.mjs"]', 'worker.mjs", "--more"]'))
  home.intent('b')
  await home.run(['start', '--max-steps', '1'])
  await there.run(['sync', home.dir])
  expect(await untrusted(there)).toEqual(['backend:worker'])
  await there.run(['start'], 3)

  // A change of something else in the same file does not make the command of another clone one's own.
  there.write('agents.yaml', `${there.read('agents.yaml')}limits: { slots: 2 }\n`)
  await there.run(['start'], 3)
  expect(await untrusted(there)).toEqual(['backend:worker'])
  await home.run(['sync', there.dir])
  expect(await untrusted(home)).toEqual([])
})
