/**
 * Runs the built program as a person would, in a home directory of its own. Every end-to-end test goes through here:
 * `factory(['status', '--json'], { cwd })`, or `newWorkspace()` for a fresh one with short-hands.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const program = fileURLToPath(new URL('../../bin/factory.mjs', import.meta.url))

export interface Ran {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
  /** Standard output as the one JSON document that it must be. */
  readonly json: () => unknown
}

export interface RunOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly input?: string | Buffer
  /** HOME of the program; a fresh one per test file without it. */
  readonly home?: string
  /** Interrupts the program after so many milliseconds. */
  readonly interruptAfterMs?: number
}

const made: string[] = []

/** A fresh directory, removed when the test process ends. */
export function temporaryDirectory(name = 'factory-test'): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), `${name}-`)))
  made.push(directory)
  return directory
}
process.on('exit', () => { for (const directory of made) rmSync(directory, { recursive: true, force: true }) })

let sharedHome: string | undefined
const homeOf = (options: RunOptions): string => options.home ?? (sharedHome ??= temporaryDirectory('factory-home'))

/** Nothing of the person who runs the tests gets in: no git configuration, no workspace, no name. */
export function environment(options: RunOptions = {}): NodeJS.ProcessEnv {
  const home = homeOf(options)
  const base = { PATH: process.env.PATH, HOME: home, FACTORY_HOME: join(home, '.factory'), USER: 'ada', LANG: 'C.UTF-8', GIT_CONFIG_NOSYSTEM: '1', TMPDIR: process.env.TMPDIR, TERM: 'dumb' }
  return Object.fromEntries(Object.entries({ ...base, ...options.env }).filter(([, value]) => value !== undefined)) as NodeJS.ProcessEnv
}

export function factory(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], { cwd: options.cwd ?? temporaryDirectory(), env: environment(options), stdio: 'pipe' })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => { stdout += chunk })
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => { stderr += chunk })
    child.on('error', reject)
    child.on('close', exitCode => { resolve({ exitCode, stdout, stderr, json: () => JSON.parse(stdout) as unknown }) })
    child.stdin.on('error', () => undefined).end(options.input ?? '')
    if (options.interruptAfterMs !== undefined) setTimeout(() => child.kill('SIGINT'), options.interruptAfterMs)
  })
}

export interface TestWorkspace {
  readonly dir: string
  readonly home: string
  readonly factory: (args: readonly string[], options?: RunOptions) => Promise<Ran>
  readonly write: (path: string, text: string) => void
  readonly read: (path: string) => string
  readonly exists: (path: string) => boolean
  readonly list: (path: string) => string[]
}

/** Short-hands for a directory that is, or will be, a workspace. */
export function at(dir: string, home: string): TestWorkspace {
  return {
    dir, home,
    factory: (args, options = {}) => factory(args, { cwd: dir, home, ...options }),
    write: (path, text) => {
      mkdirSync(dirname(join(dir, path)), { recursive: true })
      writeFileSync(join(dir, path), text)
    },
    read: path => readFileSync(join(dir, path), 'utf8'),
    exists: path => existsSync(join(dir, path)),
    list: path => (existsSync(join(dir, path)) ? readdirSync(join(dir, path)).filter(name => name !== '.gitkeep').sort() : []),
  }
}

/** A workspace made by `factory init`, with this agents.yaml if one is given. */
export async function newWorkspace(agentsYaml?: string): Promise<TestWorkspace> {
  const workspace = at(temporaryDirectory('factory-workspace'), temporaryDirectory('factory-home'))
  const made = await workspace.factory(['init'])
  if (made.exitCode !== 0) throw new Error(`factory init ended with ${String(made.exitCode)}: ${made.stderr}`)
  if (agentsYaml !== undefined) workspace.write('agents.yaml', agentsYaml)
  return workspace
}
