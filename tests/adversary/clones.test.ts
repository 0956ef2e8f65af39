/** What an agent does to its private clone: nothing of it is run or believed, and only plain content of its own comes back. */
import { execFileSync } from 'node:child_process'
import { existsSync, lstatSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { newProject } from '../acceptance/world.ts'
import type { World } from '../acceptance/world.ts'
import { crashed, denials, hostileWorld, isSound, order, put, readySpec } from './hostile.ts'
import type { Order } from './hostile.ts'

interface Attacked { readonly world: World; readonly project: string; readonly git: (...args: string[]) => string }

/** A linked project and a spec that waits for its builder. */
async function target(...names: readonly string[]): Promise<Attacked> {
  const world = await hostileWorld()
  const project = newProject('shop')
  await world.run(['init-project', '--workspace', world.dir], 0, { cwd: project })
  for (const name of names) await readySpec(world, name)
  return { world, project, git: (...args) => execFileSync('git', args, { cwd: project, encoding: 'utf8' }).trim() }
}

async function build({ world }: Attacked, name: string, attack: Order, exitCode = 0): Promise<string> {
  order(world, 'build', attack)
  const ran = await world.run(['run', 'builder', name], exitCode)
  expect(crashed(ran.stderr), ran.stderr).toBe(false)
  return ran.stderr + ran.stdout
}

/** Names, inodes and sizes below a folder: equal when nobody wrote there. */
const traceOf = (folder: string): string => execFileSync('sh', ['-c', 'find "$1" -printf "%P %i %s %T@\\n" | sort', 'sh', folder], { encoding: 'utf8' })

describe('an agent rewrites the git of its clone', () => {
  test('hooks, filters, a file system monitor, alternates, and replaced objects are not run or believed, and its files come back', async () => {
    const attacked = await target('alpha')
    const { world, git, project } = attacked
    const before = readFileSync(join(project, '.git/config'), 'utf8')
    await build(attacked, 'alpha', { attacks: ['rewriteGit'], target: project })
    expect(existsSync(join(world.desk, 'sprung'))).toBe(false)
    expect(readFileSync(join(project, '.git/config'), 'utf8')).toBe(before)
    expect(git('ls-tree', '-r', '--name-only', 'factory/alpha').split('\n')).toEqual(['.gitattributes', 'README.md', 'alpha.txt'])
    expect(git('log', '--format=%an', 'factory/alpha', '-1')).toBe('Factory builder')
    expect(git('for-each-ref', '--format=%(refname)').split('\n')).toEqual(['refs/heads/factory/alpha', 'refs/heads/main'])
    await world.run(['run', 'verifier', 'alpha'])
    expect(existsSync(join(world.desk, 'sprung'))).toBe(false)
    expect(await isSound(world)).toEqual([])
  })

  test('its own commits and repositories in the tree count as their content', async () => {
    const attacked = await target('alpha')
    await build(attacked, 'alpha', { attacks: ['commits', 'nested'] })
    expect(attacked.git('ls-tree', '-r', '--name-only', 'factory/alpha').split('\n')).toEqual(['README.md', 'alpha.txt', 'committed.txt', 'inner/in.txt', 'left.txt'])
    expect(attacked.git('rev-list', '--count', 'main..factory/alpha')).toBe('1')
  })

  test('a .git that became a link, a file, or holds a link in the place that the import uses writes nothing elsewhere', async () => {
    const attacked = await target('linked', 'filed', 'imported')
    const { world, git } = attacked
    const elsewhere = put(join(world.desk, 'elsewhere/.git/HEAD'), 'ref: refs/heads/main\n').replace('/.git/HEAD', '')
    const before = traceOf(elsewhere)
    await build(attacked, 'linked', { attacks: ['linkGit'], target: join(elsewhere, '.git') })
    await build(attacked, 'filed', { attacks: ['fileGit'], target: join(elsewhere, '.git') })
    await build(attacked, 'imported', { attacks: ['linkImport'], target: elsewhere })
    expect(traceOf(elsewhere)).toBe(before)
    for (const name of ['linked', 'filed', 'imported']) expect(git('ls-tree', '--name-only', `factory/${name}`).split('\n')).toEqual(['README.md', `${name}.txt`])
    expect(await isSound(world)).toEqual([])
  })
})

describe('an agent replaces the folder of its project', () => {
  test('by a link to a folder of somebody else, by one above it, or by nothing: nothing is taken and nothing written there', async () => {
    const attacked = await target('alpha', 'beta', 'gamma')
    const { world, git } = attacked
    const elsewhere = join(world.desk, 'elsewhere')
    put(join(elsewhere, 'shop/secret.txt'), 'not the agent\'s\n')
    execFileSync('git', ['init', '-q', join(elsewhere, 'shop')])
    const before = traceOf(elsewhere)
    await build(attacked, 'alpha', { attacks: ['linkProject'], target: join(elsewhere, 'shop') }, 4)
    await build(attacked, 'beta', { attacks: ['linkProjects'], target: elsewhere }, 4)
    await build(attacked, 'gamma', { attacks: ['dropProject'] }, 4)
    expect(traceOf(elsewhere)).toBe(before)
    expect(git('branch', '--list', 'factory/*')).toBe('')
    expect(await world.stage('review')).toEqual([])
    expect((await world.runs()).slice(-3).map(({ fault }) => fault)).toEqual(['agent', 'agent', 'agent'])
    expect(await isSound(world)).toEqual([])
  })
})

describe('an agent fills its project with what does not belong there', () => {
  test('links that lead out are left out and denied, others are kept as links', async () => {
    const attacked = await target('alpha')
    const { world, git } = attacked
    await build(attacked, 'alpha', { attacks: ['projectLinks'] })
    expect(git('ls-tree', '-r', '--name-only', 'factory/alpha').split('\n')).toEqual(['README.md', 'alpha.txt', 'fine'])
    expect((await denials(world)).map(({ path }) => path)).toEqual(['projects/shop/leak', 'projects/shop/passwd'])
    await world.run(['run', 'verifier', 'alpha'])
    expect(lstatSync(join(attacked.project, 'fine')).isSymbolicLink()).toBe(true)
    expect(existsSync(join(attacked.project, 'leak'))).toBe(false)
  })

  test('pipes, odd names and bytes that are no names do not hang or crash the import', async () => {
    const attacked = await target('alpha')
    await build(attacked, 'alpha', { attacks: ['odd'] })
    expect(execFileSync('git', ['ls-tree', '-r', '-z', '--name-only', 'factory/alpha'], { cwd: attacked.project, encoding: 'latin1' }).split('\0').filter(Boolean)).toEqual(['-rf', ':(top)x', 'README.md', 'alpha.txt', 'bad\u00ffname', 'new\nline'])
    await attacked.world.run(['run', 'verifier', 'alpha'])
    await attacked.world.run(['why', 'alpha'])
    expect(await isSound(attacked.world)).toEqual([])
  })

  test('what git cannot take is the fault of the agent: its backend goes on for everybody else, and the attempts are counted', async () => {
    const attacked = await target('encoding', 'dotgitname', 'pipes', 'submodule')
    const { world } = attacked
    for (const [name, attack] of [['encoding', 'encoding'], ['dotgitname', 'dotGitName'], ['pipes', 'projectThings'], ['submodule', 'submodule']] as const) {
      order(world, 'build', { attacks: [attack] })
      const ran = await world.factory(['run', 'builder', name])
      expect(crashed(ran.stderr), ran.stderr).toBe(false)
      const last = (await world.runs()).at(-1)
      if (ran.exitCode !== 0) expect(last).toMatchObject({ outcome: 'failed', fault: 'agent' })
    }
    const { next } = await world.status()
    expect(next.filter(({ blockedBy }) => blockedBy.includes('backend'))).toEqual([])
    expect(await isSound(world)).toEqual([])
  })
})
