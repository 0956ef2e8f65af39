/**
 * The command line inside a run: reads answer from the view, a few writes become requests in the outbox that the import decides, and
 * everything else refuses. Called by the command line when FACTORY_RUN is set; knows nothing of the workspace.
 */
import { appendFileSync, lstatSync, readdirSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { Refusal } from '../error.ts'
import { readRegularFile } from '../log/durable-file.ts'
import { requestCommands } from './outbox.ts'
import { outboxName, viewFileName } from './views.ts'

/** What the view says about its run. */
export interface AboutRun {
  readonly run: string
  readonly agent: string
  readonly dispatch: string
  readonly workspace: string | null
  readonly spec: string | null
  readonly stage: string | null
  readonly research: string | null
  readonly attempt: number
  readonly segment: number | null
  readonly project: string | null
  readonly base: string | null
}

export interface AgentMode { readonly view: string; readonly about: AboutRun }

/** The run that this process is part of; null outside of one. A run without its view refuses. */
export function agentMode(env: NodeJS.ProcessEnv): AgentMode | null {
  const { FACTORY_RUN: run = '', FACTORY_VIEW: view = '' } = env
  if (run === '') return null
  const about = view === '' ? null : readAbout(view)
  if (about === null || about.run !== run) throw new Refusal('agent-mode', `This is a run of an agent (${run}), and its view is not there.`, 'work only in the directory that FACTORY_VIEW names')
  return { view: resolve(view), about }
}

function readAbout(view: string): AboutRun | null {
  try {
    const read = readRegularFile(join(view, viewFileName), { maxBytes: 1024 * 1024 })
    return read === undefined ? null : JSON.parse(read.bytes.toString('utf8')) as AboutRun
  } catch {
    return null
  }
}

const most = 1024 * 1024

/** A file of the view, as text; null when there is none. Nothing outside the view is read, whatever the path. */
export function readInView({ view }: AgentMode, path: string): string | null {
  const full = resolve(view, path)
  const inside = relative(view, full)
  if (inside === '' || inside.startsWith('..')) throw new Refusal('agent-mode', `${path} is not in the view of this run.`, 'read what lies in the view')
  const parents = inside.split('/').slice(0, -1).map((_, index, parts) => join(view, ...parts.slice(0, index + 1)))
  if (parents.some(parent => lstatSync(parent, { throwIfNoEntry: false })?.isDirectory() !== true)) return null
  return readRegularFile(full, { maxBytes: most })?.bytes.toString('utf8') ?? null
}

/** Names of the files in a folder of the view. */
export function listInView({ view }: AgentMode, folder: string): readonly string[] {
  try {
    return readdirSync(join(view, relative('/', resolve('/', folder)))).sort()
  } catch {
    return []
  }
}

export const isRequest = (command: string): boolean => (requestCommands as readonly string[]).includes(command)

/** Leaves a request for the import to decide; any other command refuses. */
export function leaveRequest({ view, about }: AgentMode, command: string, args: Readonly<Record<string, string>>): void {
  if (!isRequest(command)) throw refusedInRun(about, command)
  appendFileSync(join(view, outboxName), `${JSON.stringify({ command, args })}\n`, { mode: 0o600 })
}

/** What every command that is neither a read nor a request answers inside a run. */
export const refusedInRun = (about: Pick<AboutRun, 'run'>, command: string): Refusal =>
  new Refusal('agent-mode', `factory ${command} is not for agents: this is the run ${about.run}.`, `hand over files, or ask with one of ${requestCommands.join(', ')}`)
