/** A real workspace with a real project in temporary folders, and scripted agents as small executables. */
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { claimRun } from '../../src/agents/claim.ts'
import type { RunRequest } from '../../src/agents/claim.ts'
import { executeRun } from '../../src/agents/run.ts'
import type { RunOutcome } from '../../src/agents/run.ts'
import type { FactoryEvent, ItemId } from '../../src/events/types.ts'
import { initWorkspace } from '../../src/workspace/init.ts'
import { linkProject } from '../../src/workspace/linked-projects.ts'
import { openWorkspace } from '../../src/workspace/open-workspace.ts'
import type { Workspace } from '../../src/workspace/session.ts'
import type { Spec } from '../../reducers/spec.ts'
import { findSpec } from '../../reducers/spec-names.ts'

export const scriptedAgent = fileURLToPath(new URL('../../fixtures/agents/scripted.mjs', import.meta.url))
export const human = 'human:tester'

/** What the scripted agent does, by dispatch; read from the prompt's message or a file beside agents.yaml. */
export interface Script {
  readonly write?: Readonly<Record<string, string>>
  readonly remove?: readonly string[]
  readonly link?: Readonly<Record<string, string>>
  readonly fifo?: readonly string[]
  readonly big?: Readonly<Record<string, number>>
  readonly outbox?: readonly { readonly command: string; readonly args: Readonly<Record<string, string>> }[]
  readonly reply?: string
  readonly exit?: number
  readonly hang?: boolean
  readonly dump?: string
}

export class World {
  readonly folder = mkdtempSync(join(tmpdir(), 'factory-agents-'))
  readonly root = join(this.folder, 'workspace')
  readonly project = join(this.folder, 'shop')
  readonly home = join(this.folder, 'home')
  readonly scripts = join(this.folder, 'scripts')
  workspace: Workspace = openWorkspace(this.root)

  /** With `project`, a linked repository `shop` that holds `README.md`. */
  static async make(options: { project?: boolean; config?: string } = {}): Promise<World> {
    const world = new World()
    for (const folder of [world.root, world.home, world.scripts]) mkdirSync(folder, { recursive: true })
    await initWorkspace(world.root, { actor: human, person: human })
    if (options.project !== false) await world.makeProject()
    world.put('agents.yaml', `version: 1\nbackends:\n  scripted: { kind: command, command: ["${process.execPath}", "${scriptedAgent}"], env: { SCRIPTS: "${world.scripts}" } }\n  missing: { kind: command, command: ["./nobody.mjs"] }\ndefaults: { backend: scripted, timeout: 30s, silence: 20s }\npolicy: { git: off }\n${options.config ?? ''}`)
    world.workspace = openWorkspace(world.root, { person: human })
    await world.settle()
    return world
  }

  async makeProject(): Promise<void> {
    mkdirSync(this.project)
    this.git('init', '--quiet', '--initial-branch', 'main')
    this.inProject('README.md', 'A shop.\n')
    await linkProject(openWorkspace(this.root, { person: human }), { name: 'shop', path: this.project, actor: human })
  }

  git(...args: readonly string[]): string {
    const { status, stdout, stderr } = spawnSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@localhost', ...args], { cwd: this.project, encoding: 'utf8' })
    if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`)
    return stdout.trim()
  }

  /** Writes and commits a file of the project. */
  inProject(path: string, text: string): string {
    mkdirSync(dirname(join(this.project, path)), { recursive: true })
    writeFileSync(join(this.project, path), text)
    this.git('add', '-A')
    this.git('commit', '--quiet', '-m', `Change ${path}`)
    return this.git('rev-parse', 'HEAD')
  }

  /** A person writes a file of the workspace; the next command takes it in. */
  put(path: string, text: string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true })
    writeFileSync(join(this.root, path), text)
  }

  read(path: string): string { return readFileSync(join(this.root, path), 'utf8') }

  async settle(): Promise<void> { await this.workspace.transact({ command: 'test', actor: human }, () => {}) }

  /** What the agent does the next times it runs this dispatch. */
  script(dispatch: string, script: Script): void { writeFileSync(join(this.scripts, `${dispatch}.json`), JSON.stringify(script)) }

  async spec(name: string): Promise<Spec> {
    const { state } = await this.workspace.look()
    const spec = findSpec(state.specs, name)
    if (spec === undefined) throw new Error(`no spec ${name}`)
    return spec
  }

  claim(request: Omit<RunRequest, 'trigger' | 'spec'> & { spec?: string; id?: ItemId }) {
    return this.workspace.transact({ command: 'run', actor: human }, transaction => {
      const spec = request.spec === undefined ? undefined : findSpec(transaction.state.specs, request.spec)?.id
      const { spec: _, id: __, ...rest } = request
      return claimRun(transaction, { ...rest, trigger: 'command', ...(spec === undefined ? {} : { spec }) })
    })
  }

  async run(agent: string, dispatch: string, spec?: string, more: { signal?: AbortSignal; message?: string; onProgress?: (line: string) => void; subject?: ItemId; segment?: number } = {}): Promise<RunOutcome> {
    const { signal, onProgress, ...rest } = more
    const claim = await this.claim({ agent, dispatch, ...(spec === undefined ? {} : { spec }), ...rest })
    return executeRun(this.workspace, claim, { env: { ...process.env, MY_API_KEY: 'caller-secret' }, factoryHome: this.home, ...(signal === undefined ? {} : { signal }), ...(onProgress === undefined ? {} : { onProgress }) })
  }

  events(...types: readonly string[]): FactoryEvent[] { return [...this.workspace.events()].filter(event => types.length === 0 || types.includes(event.type)) }

  async denied(): Promise<readonly { path: string; want: string; why: string }[]> {
    return (await this.workspace.look()).state.runs.denials
  }

  dispose(): void {
    spawnSync('chmod', ['-R', 'u+rwX', this.folder])
    rmSync(this.folder, { recursive: true, force: true })
  }
}

export const specText = (title: string, criteria: readonly string[] = [], front = ''): string =>
  `${front}# ${title}\n\n## Behavioral Requirements\nIt works.\n\n## Verification Criteria\n${criteria.map(script => `\n\`\`\`sh\n${script}\n\`\`\`\n`).join('')}`

/** Takes an intent to `ready` by a person's hand. */
export async function readied(world: World, name: string, text: string): Promise<void> {
  world.put(`specs/ready/${name}.md`, text)
  await world.settle()
  if ((await world.spec(name).catch(() => null))?.stage === 'ready') return
  rmSync(join(world.root, `specs/ready/${name}.md`), { force: true })
  world.put(`specs/inbox/${name}.md`, text)
  await world.settle()
  rmSync(join(world.root, `specs/inbox/${name}.md`))
  world.put(`specs/ready/${name}.md`, text)
  await world.settle()
}

export const executable = (path: string, text: string): void => { writeFileSync(path, text); chmodSync(path, 0o755) }
