/**
 * `factory doctor`: environment, backends, walls, git, damaged lines, drift; one line for each with its mend. `--repair` puts unreadable
 * lines into quarantine; nothing else is changed by it.
 */
import { statfsSync } from 'node:fs'
import { isFactoryError, messageOf } from '../error.ts'
import { readLockOwner } from '../log/lock.ts'
import { gitState } from '../workspace/git-dir.ts'
import { gitVersion } from '../workspace/git-version.ts'
import { projectPath } from '../workspace/linked-projects.ts'
import { openWorkspace } from '../workspace/open-workspace.ts'
import type { OpenOptions } from '../workspace/open-workspace.ts'
import type { Workspace } from '../workspace/session.ts'
import { isBreach } from './audit.ts'
import { checkBackends } from './check-backends.ts'
import { replay } from './replay.ts'

export interface Finding {
  readonly status: 'OK' | '!!' | 'XX'
  readonly what: string
  readonly detail: string
  readonly mend: string | null
}

export interface DoctorReport {
  readonly ok: boolean
  readonly findings: readonly Finding[]
  /** What `--repair` did. */
  readonly repaired: readonly string[]
}

export interface DoctorOptions extends OpenOptions {
  readonly repair?: boolean
  readonly actor: string
}

const ok = (what: string, detail: string): Finding => ({ status: 'OK', what, detail, mend: null })
const warn = (what: string, detail: string, mend: string): Finding => ({ status: '!!', what, detail, mend })
const bad = (what: string, detail: string, mend: string): Finding => ({ status: 'XX', what, detail, mend })

export async function doctor(root: string | null, options: DoctorOptions): Promise<DoctorReport> {
  const findings = [nodeFinding(), await gitFinding()]
  const repaired: string[] = []
  if (root === null) findings.push(warn('workspace', 'none here', 'factory init makes one'))
  else {
    const workspace = openWorkspace(root, options)
    if (options.repair === true) repaired.push(...await repair(workspace, options.actor))
    findings.push(...await workspaceFindings(workspace, options))
  }
  return { ok: findings.every(finding => finding.status !== 'XX'), findings, repaired }
}

function nodeFinding(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const text = `Node ${process.versions.node}`
  return major > 20 || (major === 20 && minor >= 19) ? ok('node', text) : bad('node', text, 'install Node 20.19 or newer')
}

async function gitFinding(): Promise<Finding> {
  const version = await gitVersion()
  if (version === null) return bad('git', 'not found, or it does not answer', 'install git; without it nothing is committed and projects cannot be built')
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > 2 || (major === 2 && minor >= 38) ? ok('git', version) : warn('git', version, 'install git 2.38 or newer: delivering changes needs merge-tree')
}

async function workspaceFindings(workspace: Workspace, options: DoctorOptions): Promise<Finding[]> {
  const findings: Finding[] = []
  try {
    const { state, config, configProblems, problems, unrecorded } = await workspace.look()
    findings.push(ok('workspace', `${state.events} events, ${Object.keys(state.heads).length} writer${Object.keys(state.heads).length === 1 ? '' : 's'}`))
    findings.push(...problems.map(problem => (isBreach(problem) ? bad : warn)(`log: ${problem.kind}`, `${problem.at}: ${problem.detail}`, mendOf(problem.kind))))
    findings.push(...configProblems.map(problem => bad('configuration', `${problem.file}:${problem.line}: ${problem.message}`, problem.mend ?? `correct ${problem.file}`)))
    findings.push(...unrecorded.filter(change => change.refused !== undefined).map(change => warn('file', `${change.path}: ${change.refused}`, 'the next command restores it and keeps yours in quarantine')))
    findings.push(...checkBackends(workspace, state, config, options.env ?? process.env))
    findings.push(warn('wall', 'none: agents are kept to their views by import only', 'a wall comes with the agent backends that need one'))
    for (const project of Object.values(state.projects)) {
      if (project.linked && projectPath(workspace, project.name) === null) findings.push(warn('project', `${project.name} does not lie on this machine`, 'run factory init-project in its clone here'))
    }
    if (Object.keys(state.unknown).length > 0) findings.push(warn('events', `types this version does not know: ${Object.keys(state.unknown).join(', ')}`, 'update Factory'))
  } catch (error) {
    findings.push(bad('workspace', messageOf(error), isFactoryError(error) ? error.mend ?? 'factory audit' : 'factory audit'))
    return findings
  }
  findings.push(repositoryFinding(workspace), ...lockFindings(workspace), ...spaceFindings(workspace), ...await driftFindings(workspace))
  return findings
}

const mendOf = (kind: string): string =>
  kind === 'newer-format' ? 'update Factory; it only reads this log' : kind === 'unreadable-line' ? 'factory doctor --repair puts such lines into quarantine' : 'the next state-changing command heals what can be healed; factory audit says the rest'

function repositoryFinding(workspace: Workspace): Finding {
  const { repository, busy, head } = gitState(workspace.root)
  if (!repository) return warn('repository', 'the workspace is no git repository of its own', 'git init in the workspace; the next command commits')
  if (busy !== null) return bad('repository', `git is in the middle of a ${busy}`, 'finish or abort it with git, or factory sync --continue')
  return head === null ? warn('repository', 'nothing is committed yet', 'the next state-changing command commits') : ok('repository', `HEAD ${head.slice(0, 12)}`)
}

function lockFindings(workspace: Workspace): Finding[] {
  const owner = readLockOwner(workspace.root)
  return owner === undefined ? [] : [warn('lock', `held by process ${owner.pid} (${owner.command}) since ${owner.since}`, 'wait for it; the lock of a process that is gone is taken over by itself')]
}

function spaceFindings(workspace: Workspace): Finding[] {
  const { bavail, bsize } = statfsSync(workspace.root)
  const free = Math.floor((bavail * bsize) / 1024 / 1024)
  return free >= 512 ? [] : [warn('disk', `${free} MiB free`, 'make room: a full disk stops every command before it writes')]
}

async function driftFindings(workspace: Workspace): Promise<Finding[]> {
  const { drift } = await replay(workspace, { verify: true })
  const missing = drift.filter(one => one.kind === 'missing')
  if (missing.length === 0) return [ok('files', drift.length === 0 ? 'all as the log says' : `${drift.length} not as the log says; see factory status`)]
  return [warn('files', `${missing.length} missing, first ${missing[0]?.path}`, 'the next state-changing command brings them back')]
}

/** Puts unreadable lines into quarantine; the events that record it are appended by the transaction. */
async function repair(workspace: Workspace, actor: string): Promise<string[]> {
  const { problems } = await workspace.look({ pending: false })
  await workspace.transact({ command: 'doctor --repair', actor, repairLines: true }, () => undefined)
  return problems.map(problem => `${problem.kind} ${problem.at}`)
}
