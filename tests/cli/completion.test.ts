import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { completionScript } from '../../src/cli/completion-script.ts'
import { shown } from '../../src/cli/help.ts'
import { commands } from '../../src/cli/registry.ts'
import { factory } from './factory.ts'

const has = (shell: string): boolean => spawnSync(shell, ['-c', 'exit 0']).status === 0

/** What bash offers for a line, as it would at the tab key. */
function offered(line: string): string[] {
  const words = line.split(' ')
  const script = `${completionScript('bash')}\nCOMP_WORDS=(${words.map(word => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _factory; printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', script], { encoding: 'utf8' })
  expect(stderr).toBe('')
  return stdout.split('\n').filter(word => word !== '')
}

describe.runIf(has('bash'))('completion in bash', () => {
  test('offers every command, and none that is hidden', () => {
    const words = offered('factory ')
    for (const spec of shown(commands)) expect(words).toContain(spec.name.split(' ')[0])
    expect(words).not.toContain('ceo')
  })
  test('narrows by what is typed', () => { expect(offered('factory sta')).toEqual(['status', 'start']) })
  test('offers the options of the command, behind global options too', () => {
    expect(offered('factory decide --ent')).toEqual(['--entry'])
    expect(offered('factory --workspace /somewhere decide --ov')).toEqual(['--override'])
  })
  test('offers the members of a group, then their options', () => {
    expect(offered('factory scenario ')).toEqual(['init-meta', 'new', 'list'])
    expect(offered('factory config show --rev')).toEqual(['--reveal'])
  })
  test('offers the shells', () => { expect(offered('factory completion zs')).toEqual(['zsh']) })
})

describe('completion scripts', () => {
  test('come out of the program as they are', async () => {
    for (const shell of ['bash', 'zsh', 'fish'] as const) expect((await factory(['completion', shell])).stdout).toBe(completionScript(shell))
  })
  test.runIf(has('zsh'))('are zsh', () => { expect(spawnSync('zsh', ['-n'], { input: completionScript('zsh') }).status).toBe(0) })
  test.runIf(has('fish'))('are fish', () => { expect(spawnSync('fish', ['-n'], { input: completionScript('fish') }).status).toBe(0) })
})
