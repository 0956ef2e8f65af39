/** What an agent can get at from its view: nothing but what it may read, whichever way it looks. */
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { newProject } from '../acceptance/world.ts'
import { denials, hostileWorld, isSound, loot, obey, order, readySpec } from './hostile.ts'

const secret = 'only verifiers know'

describe('an agent looks around', () => {
  test('a builder finds no scenario, no other memory and nothing of the project but one commit and its past', async () => {
    const world = await hostileWorld()
    const project = newProject('shop')
    await world.run(['init-project', '--workspace', world.dir], 0, { cwd: project })
    world.write('scenarios/shop/hidden.md', `# Hidden\n\n${secret}\n`)
    world.write('memory/verifier/MEMORY.md', `${secret}\n`)
    await readySpec(world, 'alpha')
    await readySpec(world, 'beta')
    order(world, 'build', { attacks: ['look'], look: ['scenarios', 'scenarios/shop/hidden.md', 'memory/verifier', 'events.jsonl', 'blobs', '.factory-local', 'specs/ready/beta.md', '.git/hooks', '.git/objects/info/alternates'] })
    await world.run(['run', 'builder', 'alpha'])
    const { found, links, files, refs, remotes, config, hooks, alternates, worktrees, contents, inGit, environment } = loot(world) as { refs: string; remotes: string; config: string; alternates: string; worktrees: string; contents: string; found: string[]; links: string[]; files: string[]; hooks: string[]; inGit: string[]; environment: string[] }
    expect(found).toEqual([])
    expect(links).toEqual([])
    expect(files.filter(path => /scenario|verifier|beta/.test(path))).toEqual([])
    expect({ refs, remotes, hooks, alternates }).toEqual({ refs: 'refs/heads/main\n', remotes: '', hooks: [], alternates: '' })
    expect(worktrees.trim().split('\n')).toHaveLength(1)
    for (const text of [config, contents, inGit.join('\n'), refs]) {
      expect(text).not.toContain(world.dir)
      expect(text).not.toContain(project)
      expect(text).not.toContain(secret)
    }
    expect(environment.filter(name => /WORKSPACE|HOME$/.test(name))).toEqual(['HOME'])
  })

  test('the objects of another branch, of the stash and of a lost commit are not in the clone', async () => {
    const world = await hostileWorld()
    const project = newProject('shop')
    const { execFileSync } = await import('node:child_process')
    const { writeFileSync } = await import('node:fs')
    const git = (...args: string[]): void => { execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.invalid', ...args], { cwd: project, stdio: 'ignore' }) }
    for (const name of ['branch', 'lost', 'stash']) {
      git('checkout', '-qb', name)
      writeFileSync(join(project, `${name}.txt`), `${secret} ${name}\n`)
      git('add', '-A')
      git(...(name === 'stash' ? ['stash'] : ['commit', '-qm', `${secret} ${name}`]))
      git('checkout', '-q', 'main')
      if (name === 'lost') git('branch', '-qD', name)
    }
    await world.run(['init-project', '--workspace', world.dir], 0, { cwd: project })
    await readySpec(world, 'alpha')
    order(world, 'build', { attacks: ['look'], look: [] })
    await world.run(['run', 'builder', 'alpha'])
    // One commit, its tree, its one file.
    expect((loot(world) as { objects: string }).objects.trim().split('\n')).toHaveLength(3)
  })

  test('the writer of specs sees no project at all, and a verifier sees its scenarios', async () => {
    const world = await hostileWorld()
    world.write('scenarios/alpha/hidden.md', `# Hidden\n\n${secret}\n`)
    order(world, 'draft', { attacks: ['look'], look: ['projects', 'scenarios'] })
    await readySpec(world, 'alpha')
    expect((loot(world) as { found: string[] }).found).toEqual([])
    await world.run(['run', 'builder', 'alpha'])
    order(world, 'verify', { attacks: ['look'], look: [] })
    await world.run(['run', 'verifier', 'alpha'])
    expect((loot(world) as { files: string[] }).files).toContain('scenarios/alpha/hidden.md')
    expect(await isSound(world)).toEqual([])
  })

  test('a link that it makes itself is not followed by the import, and what it leads to is not taken', async () => {
    const world = await hostileWorld()
    await readySpec(world, 'alpha')
    const { writeFileSync } = await import('node:fs')
    writeFileSync(join(world.desk, 'secret.txt'), `${secret}\n`)
    writeFileSync(join(world.desk, 'hard.txt'), 'a second name of a file\n')
    order(world, 'build', { attacks: ['links'] })
    await world.run(['run', 'builder', 'alpha'])
    const denied = (await denials(world)).map(({ path }) => path)
    expect(denied).toEqual(expect.arrayContaining(['out', 'folder', 'loop', 'secret'].map(name => `memory/builder/links/${name}${name === 'folder' ? '' : '.md'}`)))
    expect(world.list('memory/builder/links')).toEqual(['hard.md'])
    expect(world.read('memory/builder/links/hard.md')).toBe('a second name of a file\n')
    obey(world, 'build')
    expect(await world.stage('review')).toEqual(['alpha'])
    expect((await world.status() as unknown as { denied: { count: number } }).denied.count).toBe(denied.length)
    expect((await world.run(['log', '--limit', '1000'])).stdout).toContain('memory/builder/links/out.md')
  })
})
