/**
 * Worlds with a hostile agent: every dispatch is done by `fixtures/agents/hostile.mjs`, which carries out the attacks that a test
 * orders. Used by the tests of this folder; only the built program is run.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { newWorld } from '../acceptance/world.ts'
import type { World } from '../acceptance/world.ts'

const hostile = fileURLToPath(new URL('../../fixtures/agents/hostile.mjs', import.meta.url))

export interface Order { readonly attacks: readonly string[]; readonly usual?: boolean; readonly [more: string]: unknown }
export interface Denial { readonly agent: string; readonly path: string; readonly want: string; readonly why: string }

export const hostileYaml = (desk: string, more = '', policy = 'git: off, wall: off'): string => `version: 1
backends:
  hostile: { kind: command, command: ["${process.execPath}", "${hostile}"], env: { DESK: "${desk}" } }
defaults: { backend: hostile, timeout: 30s, silence: 20s }
policy: { ${policy} }
${more}`

export const hostileWorld = (more = ''): Promise<World> => newWorld({ agentsYaml: desk => hostileYaml(desk, more) })

/** What the agent does in this dispatch from now on. */
export const order = (world: World, dispatch: string, attack: Order): void => { writeFileSync(join(world.desk, `${dispatch}.json`), JSON.stringify(attack)) }
export const obey = (world: World, dispatch: string): void => { rmSync(join(world.desk, `${dispatch}.json`), { force: true }) }

/** What the agent noted. */
export const loot = (world: World): Readonly<Record<string, unknown>> => JSON.parse(readFileSync(join(world.desk, 'loot.json'), 'utf8')) as Readonly<Record<string, unknown>>

/** A spec that waits to be built. */
export async function readySpec(world: World, name: string, text?: string): Promise<void> {
  world.intent(name, text)
  await world.run(['run', 'spec', name])
}

export const denials = async (world: World): Promise<readonly Denial[]> => (await world.log()).filter(event => event.type === 'access.denied').map(event => event.data as unknown as Denial)

export const alive = (pid: number): boolean => {
  try {
    // A process that ended but was not collected is no process any more.
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

/** Pids of processes that have a word in their environment: what an agent of this world left running. */
export function processesOf(word: string): readonly number[] {
  return readdirSync('/proc').filter(name => /^\d+$/.test(name)).map(Number).filter(pid => {
    try {
      return pid !== process.pid && alive(pid) && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(word)
    } catch {
      return false
    }
  })
}

export const put = (path: string, text: string | Buffer): string => { mkdirSync(dirname(path), { recursive: true }); writeFileSync(path, text); return path }

/** Everything that a person would call a crash. */
export const crashed = (text: string): boolean => /\n\s+at .+:\d+:\d+|defect in Factory|node:internal|UnhandledPromise|TypeError|ENOENT|EISDIR|ENOTDIR/.test(text)

/** Nothing was made of the attack: the log is whole and the files say what it says. */
export async function isSound(world: World): Promise<readonly string[]> {
  const audit = await world.factory(['audit', '--json'])
  const drift = await world.factory(['replay', '--verify', '--json'])
  const told = audit.exitCode === 0 ? [] : (audit.json() as { problems: readonly unknown[] }).problems.map(problem => JSON.stringify(problem))
  return [...told, ...(drift.exitCode === 0 ? [] : [drift.stdout])]
}

export const viewsOf = (world: World): readonly string[] => {
  const folder = join(world.home, '.factory/views')
  return existsSync(folder) ? readdirSync(folder).flatMap(id => readdirSync(join(folder, id))) : []
}
