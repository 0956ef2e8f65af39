import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { initWorkspace } from '../../src/workspace/init.ts'
import { ann, exists, inTemporaryHome, open, put, read, temporaryFolder } from './workspaces.ts'

inTemporaryHome()
const yaml = 'version: 1\nbackends:\n  mine: { kind: command, command: ["true"] }\ndefaults: { backend: mine }\n'

it('a directory that holds only what a workspace would becomes the workspace, and what was written stays', async () => {
  const folder = temporaryFolder()
  put(folder, 'agents.yaml', yaml)
  put(folder, 'specs/inbox/idea.md', '# An idea\n')
  const made = await initWorkspace(folder, { actor: ann })
  expect(made).toMatchObject({ embedded: false, changed: true })
  expect(read(folder, 'agents.yaml')).toBe(yaml)
  const { state, config } = await open(made.root).look()
  expect(Object.keys(state.specs.byName)).toEqual(['idea'])
  expect(Object.keys(config.backends)).toEqual(['mine'])
})

it('a directory with other things gets an embedded workspace', async () => {
  const folder = temporaryFolder()
  put(folder, 'package.json', '{}\n')
  expect(await initWorkspace(folder, { actor: ann })).toMatchObject({ embedded: true })
  expect(exists(folder, '.factory/events.jsonl')).toBe(true)
})

it('a git worktree of a project, whose .git is a file, gets an embedded workspace too', async () => {
  const folder = temporaryFolder()
  const main = join(folder, 'main')
  mkdirSync(main)
  const git = (...args: string[]): void => { execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.invalid', ...args], { cwd: main, stdio: 'ignore' }) }
  git('init')
  put(main, 'readme.txt', 'x')
  git('add', '.')
  git('commit', '-m', 'first')
  git('worktree', 'add', '-b', 'side', '../side')
  expect(await initWorkspace(join(folder, 'side'), { actor: ann })).toMatchObject({ embedded: true })
  expect(execFileSync('git', ['status', '--porcelain'], { cwd: join(folder, 'side'), encoding: 'utf8' })).toBe('')
})
