/**
 * What starting the program costs beside starting node on nothing: version, help, and the board of a fresh workspace. Needs a build.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { compare, printTable, timed, withDir, type Ratio } from './log-measure.ts'

const program = fileURLToPath(new URL('../bin/factory.mjs', import.meta.url))
const cases: readonly (readonly [name: string, args: readonly string[], limit: number])[] = [
  ['factory --version', ['--version'], 1.35],
  ['factory --help', ['--help'], 1.35],
  ['factory decide --help', ['decide', '--help'], 1.35],
  ['factory status', ['status'], 2.5],
]

export function benchStartUp({ rounds = 31 }: { rounds?: number } = {}): readonly Ratio[] {
  return withDir(dir => {
    const env = { PATH: process.env['PATH'], HOME: dir, GIT_CONFIG_NOSYSTEM: '1', NO_COLOR: '1' }
    const node = (args: readonly string[]): void => {
      const { status, stderr } = spawnSync(process.execPath, args, { cwd: dir, env, encoding: 'utf8' })
      if (status !== 0) throw new Error(`${args.join(' ')} ended with ${String(status)}: ${stderr}`)
    }
    node([program, 'init'])
    // A command after the configuration has changed leaves it parsed; that is how a workspace is most of the time.
    node([program, 'pause', '--off'])
    return cases.map(([name, args, limit]) => compare(name, limit, rounds, () => timed(() => { node(['-e', '0']) }), () => timed(() => { node([program, ...args]) })))
  })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) printTable(benchStartUp())
