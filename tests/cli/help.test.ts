import { describe, expect, test } from 'vitest'
import { argumentKey, groups, optionKey } from '../../src/cli/command.ts'
import { commandHelp, programHelp, shown } from '../../src/cli/help.ts'
import { commandNamed, commands } from '../../src/cli/registry.ts'
import { factory } from './factory.ts'

describe('help', () => {
  test('of the program is as it was agreed', async () => {
    await expect(programHelp()).toMatchFileSnapshot('help/factory.txt')
  })

  test.each(shown(commands).map(spec => spec.name))('of %s is as it was agreed', async name => {
    const spec = commandNamed(name)
    if (spec === undefined) throw new Error(`no ${name}`)
    await expect(commandHelp(spec)).toMatchFileSnapshot(`help/${name.replace(' ', '-')}.txt`)
  })

  test('every command has examples that begin with a command line, and its exit codes', () => {
    for (const spec of shown(commands)) {
      expect(spec.examples.length, spec.name).toBeGreaterThan(0)
      for (const example of spec.examples) expect(example.command, spec.name).toContain(`factory ${spec.name}`.trim())
      expect(commandHelp(spec)).toContain('Exit codes:')
    }
  })

  test('names are unique, and so are the keys of a command', () => {
    const names = commands.flatMap(spec => [spec.name, ...(spec.aliases ?? [])])
    expect(new Set(names).size).toBe(names.length)
    for (const spec of commands) {
      const keys = [...(spec.options ?? []).map(option => optionKey(option.flags)), ...(spec.arguments ?? []).map(one => argumentKey(one.name))]
      expect(new Set(keys).size, spec.name).toBe(keys.length)
      expect(groups).toContain(spec.group)
    }
  })

  test('is the same by every way of asking for it', async () => {
    const [a, b, c] = await Promise.all([factory(['help', 'decide']), factory(['decide', '--help']), factory(['decide', '--json', '--help'])])
    for (const ran of [a, b, c]) expect(ran).toMatchObject({ exitCode: 0, stderr: '', stdout: a.stdout })
    expect(a.stdout).toContain('--override')
  })

  test('of a member of a group is found', async () => {
    expect((await factory(['help', 'scenario', 'new'])).stdout).toContain('Usage: factory scenario new NAME')
    expect((await factory(['scenario', 'new', '--help'])).stdout).toContain('Usage: factory scenario new NAME')
  })

  test('the version is one line, and JSON under --json', async () => {
    expect((await factory(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
    expect((await factory(['--version', '--json'])).json()).toEqual({ version: expect.stringMatching(/^\d/) as string })
  })
})
