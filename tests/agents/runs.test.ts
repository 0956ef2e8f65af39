import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { World, readied, specText } from './harness.ts'

const report = 'verdict: SATISFIED (9/10)\n\n## Summary\nIt works.\n'

describe('a spec from intent to delivered change', () => {
  let world: World
  beforeEach(async () => { world = await World.make() })
  afterEach(() => world.dispose())

  it('goes through draft, build, verify and document, and the change reaches main', async () => {
    world.put('specs/inbox/hello.md', '# Hello\n\nSay hello.\n')
    world.script('draft', { write: { 'specs/ready/hello.md': specText('Hello', ['grep -q hello hello.txt', 'test -f README.md']) } })
    await world.settle()
    const drafted = await world.run('spec', 'draft', 'hello')
    expect(drafted).toMatchObject({ outcome: 'finished', progress: true, quiet: false, reply: 'Done.' })
    expect((await world.spec('hello')).stage).toBe('ready')

    world.script('build', { write: { 'projects/shop/hello.txt': 'hello\n', 'tasks/review/hello.md': '# Built\n', 'tasks/review/hello.builder-notes.md': 'Notes.\n' } })
    expect(await world.run('builder', 'build', 'hello')).toMatchObject({ outcome: 'finished', progress: true })
    expect((await world.spec('hello')).stage).toBe('review')
    expect(world.git('show', 'factory/hello:hello.txt')).toBe('hello')
    expect(existsSync(join(world.project, 'hello.txt'))).toBe(false)

    const dump = join(world.folder, 'verify.json')
    world.script('verify', { dump, write: { 'tasks/verified/hello.md': report } })
    expect(await world.run('verifier', 'verify', 'hello')).toMatchObject({ outcome: 'finished', progress: true })
    const spec = await world.spec('hello')
    expect(spec.stage).toBe('verified')
    expect(spec.criteria.map(({ id, ok, provesNothing }) => ({ id, ok, provesNothing }))).toEqual([{ id: 'c1', ok: true, provesNothing: false }, { id: 'c2', ok: true, provesNothing: true }])
    const seen = JSON.parse(readFileSync(dump, 'utf8')) as { files: string[]; prompt: string }
    expect(seen.files).toContain('tasks/review/hello.criteria.md')
    expect(seen.prompt).toContain('Results of the criteria')
    expect(spec.delivery).toMatchObject({ status: 'delivered', detail: 'fast-forward' })
    expect(readFileSync(join(world.project, 'hello.txt'), 'utf8')).toBe('hello\n')

    world.script('document', { write: { 'memory/shared/KNOWLEDGE.md': '# Knowledge\n\n- hello is there\n' } })
    expect(await world.run('librarian', 'document', 'hello')).toMatchObject({ outcome: 'finished', progress: true })
    expect((await world.spec('hello')).stage).toBe('documented')
    expect(world.read('memory/shared/KNOWLEDGE.md')).toContain('hello is there')
    expect(await world.denied()).toEqual([])
    expect(readdirSync(join(world.home, 'views'), { recursive: true }).filter(name => String(name).endsWith('.md'))).toEqual([])
  })

  it('makes a new repository for a spec when no project is linked', async () => {
    const alone = await World.make({ project: false })
    try {
      await readied(alone, 'tool', specText('Tool', ['test -f tool.txt']))
      alone.script('build', { write: { 'projects/tool/tool.txt': 'x\n', 'tasks/review/tool.md': '# Built\n' } })
      await alone.run('builder', 'build', 'tool')
      alone.script('verify', { write: { 'tasks/verified/tool.md': report } })
      await alone.run('verifier', 'verify', 'tool')
      expect((await alone.spec('tool')).delivery).toMatchObject({ status: 'delivered' })
      expect(readFileSync(join(alone.root, 'projects/tool/tool.txt'), 'utf8')).toBe('x\n')
      expect(alone.events('project.linked').map(event => event.data)).toMatchObject([{ name: 'tool', created: true }])
    } finally { alone.dispose() }
  })
})
