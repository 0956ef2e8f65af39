import { describe, expect, test } from 'vitest'
import { factory, newWorkspace, temporaryDirectory } from './factory.ts'

const wrong: readonly (readonly [string, readonly string[], RegExp])[] = [
  ['an unknown command', ['statsu'], /no command 'statsu'.*Did you mean status\?/],
  ['an unknown member of a group', ['scenario', 'lst'], /Did you mean scenario list\?/],
  ['an unknown option', ['log', '--limt', '3'], /unknown option '--limt'.*Did you mean --limit\?/i],
  ['an unknown option without a command', ['--jsn'], /unknown option '--jsn'/i],
  ['a missing argument', ['why'], /missing required argument 'ITEM'/i],
  ['a missing required option', ['resolve', 'login'], /required option '--reason <text>' not specified/i],
  ['an option without its value', ['decide', 'x', '--entry'], /option '-e, --entry <id>' argument missing/i],
  ['a number that is none', ['log', '--limit', 'ten'], /whole number/],
  ['too many arguments', ['pause', 'a', 'b'], /too many arguments/i],
  ['an answer without its entry', ['decide', 'login', '--answer', 'a'], /needs the entry/],
  ['a dismissal without its reason', ['triage', 'x', '--dismiss'], /needs --reason/],
  ['help about nothing known', ['help', 'statsu'], /Did you mean status\?/],
  ['a shell without completion', ['completion', 'ksh'], /no completion for ksh/],
]

describe('wrong usage', () => {
  test.each(wrong)('%s ends with 64, says what and where the help is', async (_, args, said) => {
    const ran = await factory(args)
    expect(ran).toMatchObject({ exitCode: 64, stdout: '' })
    expect(ran.stderr).toMatch(said)
    expect(ran.stderr.split('\n').length).toBeLessThanOrEqual(4)
  })

  test.each(wrong)('%s is one JSON document under --json', async (_, args) => {
    const ran = await factory(['--json', ...args])
    expect(ran).toMatchObject({ exitCode: 64, stderr: '' })
    expect(ran.json()).toEqual({ error: { code: expect.stringMatching(/^[a-z-]+$/) as string, message: expect.any(String) as string, mend: expect.stringContaining('factory') as string } })
  })

  test('a group without a command prints its help and ends with 64', async () => {
    const ran = await factory(['config'])
    expect(ran.exitCode).toBe(64)
    expect(ran.stdout).toContain('config check')
  })

  test('factory alone, with nobody at a terminal, prints help and ends with 64', async () => {
    const ran = await factory([])
    expect(ran.exitCode).toBe(64)
    expect(ran.stdout).toContain('Usage: factory')
  })

  test('names of later versions refuse clearly, whatever follows them', async () => {
    const ran = await factory(['ceo', './shop', '--loop', '--interval', '9'])
    expect(ran).toMatchObject({ exitCode: 1, stdout: '' })
    expect(ran.stderr).toContain('factory ceo is not in this version')
  })

  test('a directory instead of an agent means ceo, and a bare word never does', async () => {
    const workspace = await newWorkspace()
    expect((await workspace.factory(['run', './specs'])).stderr).toContain('factory ceo is not in this version')
    expect((await workspace.factory(['run', 'specs'])).stderr).toContain('no agent named specs')
  })

  test('global options are understood before and behind the name of the command', async () => {
    const workspace = await newWorkspace()
    const outside = { cwd: temporaryDirectory() }
    const before = await workspace.factory(['--workspace', workspace.dir, '--json', 'status'], outside)
    const behind = await workspace.factory(['status', '--json', '--workspace', workspace.dir], outside)
    expect(before.exitCode).toBe(0)
    expect(behind.json()).toEqual(before.json())
  })

  test('an option value that looks like an option stays a value', async () => {
    const workspace = await newWorkspace()
    const ran = await workspace.factory(['needs', '--resolve', '--json'])
    expect(ran).toMatchObject({ exitCode: 1, stdout: '' })
    expect(ran.stderr).toContain('--json')
  })

  test('without a workspace a command says how to get one', async () => {
    const ran = await factory(['status'])
    expect(ran.exitCode).toBe(1)
    expect(ran.stderr).toContain('factory init')
  })

  test('no stack is shown without --debug, and one is with it', async () => {
    expect((await factory(['status'])).stderr).not.toContain('    at ')
    expect((await factory(['status', '--debug'])).stderr).toContain('    at ')
  })
})
