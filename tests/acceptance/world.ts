/**
 * The world of the acceptance cases: a workspace made by `factory init`, agents that do their work unless a script on their desk says
 * otherwise, and what the machine output says. Only the built command line is used. Extend it; both halves of the suite stand on it.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, vi } from 'vitest'
import { at, temporaryDirectory } from '../cli/factory.ts'
import type { Ran, RunOptions, TestWorkspace } from '../cli/factory.ts'

export type { Ran } from '../cli/factory.ts'
/** A case is many programs one after another; how long they take is the machine's affair. */
vi.setConfig({ testTimeout: 300_000 })

export const worker = fileURLToPath(new URL('../../fixtures/agents/worker.mjs', import.meta.url))

/** What an agent does instead of its usual work; `usual` adds that work. */
export interface Script {
  readonly usual?: boolean
  readonly write?: Readonly<Record<string, string>>
  readonly append?: Readonly<Record<string, string>>
  /** Paths of the view it tries to read; see `Seen.tried`. */
  readonly read?: readonly string[]
  readonly reply?: string
  readonly stderr?: string
  readonly result?: unknown
  readonly exit?: number
  readonly hang?: boolean
  /** Works until this file lies on the desk. */
  readonly until?: string
  /** Starts a process of its own that would outlive it. */
  readonly child?: boolean
}

export interface LogEvent { readonly type: string; readonly stream: string; readonly actor: string; readonly run?: string; readonly time: string; readonly data: Readonly<Record<string, unknown>> }
export interface RunLine { readonly id: string; readonly agent: string; readonly dispatch: string; readonly item: string | null; readonly outcome: string; readonly prompt?: string | null; readonly [key: string]: unknown }
export interface StageEntry { readonly name: string; readonly item: string; readonly project: string | null; readonly attempt: number }
export interface GateLine { readonly kind: string; readonly item: string; readonly reason: string; readonly until: string | null; readonly mend: string }
export interface NextLine { readonly command: string; readonly item: string | null; readonly ready: boolean; readonly blockedBy: readonly string[] }
export interface Status {
  readonly workspace: string
  readonly stages: Readonly<Record<string, readonly StageEntry[]>>
  readonly agents: readonly { readonly name: string; readonly backend: string | null; readonly lastRun: { readonly id: string; readonly outcome: string } | null; readonly idle: boolean }[]
  readonly runs: readonly unknown[]
  readonly gates: readonly GateLine[]
  readonly needs: number
  readonly observations: { readonly critical: number; readonly high: number; readonly low: number }
  readonly unrecorded: readonly { readonly path: string; readonly change: string }[]
  readonly problems: readonly unknown[]
  readonly next: readonly NextLine[]
  readonly [key: string]: unknown
}
export interface DecisionLine {
  readonly spec: string; readonly entry: string; readonly question: string; readonly options: readonly { readonly id: string; readonly text: string }[]
  readonly recommendation: string | null; readonly reversibility: string | null; readonly impact: string | null; readonly status: string; readonly answer: string | null; readonly by: string | null; readonly at: string | null
}
/** What an agent noted of one run: its prompt, the files of its view, what it could read of `Script.read`. */
export interface Seen { readonly prompt: string; readonly pids: readonly number[]; readonly files: readonly string[]; readonly tried: Readonly<Record<string, string | null>> }

export interface World extends TestWorkspace {
  readonly desk: string
  /** Runs the command and expects this exit code (0 unless said otherwise). */
  readonly run: (args: readonly string[], exitCode?: number, options?: RunOptions) => Promise<Ran>
  /** `name` is `DISPATCH`, `DISPATCH.AGENT`, `DISPATCH.ITEM` or `DISPATCH.ITEM.ATTEMPT`. Of a list each run takes the next; the last goes on. */
  readonly script: (name: string, script: Script | readonly Script[]) => void
  readonly intent: (name: string, text?: string) => void
  readonly status: () => Promise<Status>
  /** Names of the specs in a stage. */
  readonly stage: (stage: string) => Promise<readonly string[]>
  readonly log: () => Promise<readonly LogEvent[]>
  /** Runs, oldest first. */
  readonly runs: () => Promise<readonly RunLine[]>
  /** `AGENT DISPATCH ITEM` of each run, oldest first. */
  readonly trail: () => Promise<readonly string[]>
  /** The note of the last run of this dispatch. */
  readonly seen: (dispatch: string, item?: string) => Promise<Seen>
  readonly decisions: (...args: readonly string[]) => Promise<readonly DecisionLine[]>
}

/** agents.yaml with every agent on the scripted worker; `more` are further lines of it. */
export const agentsYaml = (desk: string, more = ''): string => `version: 1
backends:
  worker: { kind: command, command: ["${process.execPath}", "${worker}"], env: { DESK: "${desk}" } }
defaults: { backend: worker, timeout: 30s, silence: 20s }
policy: { git: off, wall: off }
${more}`

export interface WorldOptions {
  /** Further lines of agents.yaml; a second `policy` replaces the first. */
  readonly config?: string
  /** The whole of agents.yaml, made from the desk. */
  readonly agentsYaml?: (desk: string) => string
}

/** A fresh workspace with agents that work. */
export async function newWorld(options: WorldOptions = {}): Promise<World> {
  const base = at(temporaryDirectory('factory-world'), temporaryDirectory('factory-home'))
  const desk = temporaryDirectory('factory-desk')
  const world = worldAt(base, desk)
  await world.run(['init'])
  world.write('agents.yaml', options.agentsYaml?.(desk) ?? agentsYaml(desk, options.config))
  return world
}

export function worldAt(base: TestWorkspace, desk: string): World {
  const run: World['run'] = async (args, exitCode = 0, runOptions = {}) => {
    const ran = await base.factory(args, runOptions)
    expect(ran.exitCode, `factory ${args.join(' ')}\n${ran.stdout}\n${ran.stderr}`).toBe(exitCode)
    return ran
  }
  const status = async (): Promise<Status> => (await run(['status', '--json'])).json() as Status
  const runs = async (): Promise<readonly RunLine[]> => ((await run(['logs', '-n', '100', '--json'])).json() as { runs: RunLine[] }).runs.toReversed()
  return {
    ...base, desk, run, status, runs,
    script: (name, script) => { writeFileSync(join(desk, `${name}.json`), JSON.stringify(script)) },
    intent: (name, text = `# ${name}\n\nPlease make ${name}.\n`) => { base.write(`specs/inbox/${name}.md`, text) },
    stage: async stage => ((await status()).stages[stage] ?? []).map(spec => spec.name),
    log: async () => (await run(['log', '--limit', '10000', '--jsonl'])).stdout.split('\n').filter(line => line !== '').map(line => JSON.parse(line) as LogEvent),
    trail: async () => (await runs()).map(one => `${one.agent} ${one.dispatch} ${one.item ?? '-'}`),
    seen: async (dispatch, item) => {
      const last = (await runs()).findLast(one => one.dispatch === dispatch && (item === undefined || one.item === item))
      const path = join(desk, 'seen', `${last?.id ?? 'none'}.json`)
      expect(existsSync(path), `no note of a run of ${dispatch}`).toBe(true)
      return JSON.parse(readFileSync(path, 'utf8')) as Seen
    },
    decisions: async (...args) => ((await run(['decide', ...args, '--json'])).json() as { decisions: DecisionLine[] }).decisions,
  }
}

/** Every file below a directory with its bytes, by path; what `except` matches is left out. */
export function filesOf(directory: string, except: RegExp = /^$/): ReadonlyMap<string, string> {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
  const paths = entries.map(entry => join(entry.parentPath, entry.name).slice(directory.length + 1)).filter(path => !except.test(path)).sort()
  return new Map(paths.map(path => [path, readFileSync(join(directory, path), 'latin1')]))
}

/** Waits until it is so; a test that waits in vain runs into its own time limit. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise(resolve => setTimeout(resolve, 20))
}

/** A report of a verifier that is not satisfied. */
export const failedReport = (name: string, sections: string, verdict = 'NOT SATISFIED (4/10)'): string => `# Verification Report: ${name}\n\nverdict: ${verdict}\n\n${sections}`

/** A git repository with one commit, to be linked as a project. */
export function newProject(name = 'shop'): string {
  const directory = join(temporaryDirectory('factory-projects'), name)
  mkdirSync(directory)
  writeFileSync(join(directory, 'README.md'), `# ${name}\n`)
  const git = (...args: string[]): void => { expect(spawnSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.invalid', '-c', 'init.defaultBranch=main', ...args], { cwd: directory }).status).toBe(0) }
  git('init', '-q')
  git('add', '-A')
  git('commit', '-qm', 'Begin')
  return directory
}
