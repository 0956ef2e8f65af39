/**
 * The executable backend, `kind: command`: an argv without a shell, the prompt on standard input, the reply on standard output.
 * Exit 0 is success, everything else failure. Tests, demos and home-made agents rely on exactly this.
 */
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, isAbsolute, join, resolve } from 'node:path'
import { isFactoryError } from '../error.ts'
import type { BackendConfig } from '../config/model.ts'
import { readRegularFile } from '../log/durable-file.ts'
import type { Availability, Backend, BackendInput, BackendResult, Usage } from './backends.ts'
import { runProcess } from '../processes/run-process.ts'
import type { ProcessResult } from '../processes/run-process.ts'

const resultBytes = 1024 * 1024

export const commandBackend: Backend = {
  kind: 'command',
  check: (config, workspaceRoot, env) => {
    const [program] = config.command ?? []
    if (program === undefined) return no(`backend ${config.name} names no command`, `give it command: ["node", "agent.mjs"] in agents.yaml`)
    const missing = (config.command ?? []).find((part, index) => looksLikePath(part) && (index === 0 || isOwnPath(part)) && !exists(resolve(workspaceRoot, part)))
    if (missing !== undefined) return no(`backend ${config.name} names ${missing}, which is not there`, 'correct the path in agents.yaml; it is relative to that file')
    if (!looksLikePath(program) && !onPath(program, env)) return no(`backend ${config.name} needs the program ${program}, which is not installed`, `install ${program}, or choose another backend in agents.yaml`)
    return { ok: true, why: '', mend: '' }
  },
  run: async input => {
    const { claim, onEvent } = input
    const argv = argvOf(claim.backend, input.workspaceRoot)
    if (argv === null) return failed('infrastructure', `backend ${claim.backend.name} names no command`)
    const result = await runProcess({
      argv, mark: claim.run, cwd: input.view, env: environmentOf(input), stdin: input.prompt, timeoutMs: input.deadlineMs, silenceMs: input.silenceMs, signal: input.signal,
      onStart: pid => onEvent({ kind: 'pid', pid }),
      onOutput: (stream, text) => onEvent({ kind: stream === 'stdout' ? 'output' : 'log', text }),
    })
    return resultOf(result, resultPath(input))
  },
}

const resultPath = (input: BackendInput): string => join(input.room, 'result.json')
const no = (why: string, mend: string): Availability => ({ ok: false, why, mend })
const looksLikePath = (part: string): boolean => part.includes('/')
/** An argument is checked only where it is plainly a file beside agents.yaml. */
const isOwnPath = (part: string): boolean => /^\.{1,2}\//.test(part)
const exists = (path: string): boolean => statSync(path, { throwIfNoEntry: false }) !== undefined

function onPath(program: string, env: NodeJS.ProcessEnv): boolean {
  return (env['PATH'] ?? '').split(delimiter).some(folder => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/** Relative paths are meant from where agents.yaml lies; what is no path there (an option, a word) stays as it is. */
function argvOf(config: BackendConfig, root: string): readonly [string, ...string[]] | null {
  const [program, ...args] = config.command ?? []
  if (program === undefined) return null
  const place = (part: string): string => (looksLikePath(part) && !isAbsolute(part) && (isOwnPath(part) || exists(resolve(root, part))) ? resolve(root, part) : part)
  return [looksLikePath(program) ? resolve(root, program) : program, ...args.map(place)]
}

function environmentOf(input: BackendInput): Record<string, string> {
  const { claim, view, env } = input
  return {
    ...env, ...claim.backend.env,
    FACTORY_AGENT: claim.agent.name, FACTORY_RUN: claim.run, FACTORY_DISPATCH: claim.dispatch, FACTORY_SPEC: claim.spec?.name ?? claim.research?.name ?? '',
    FACTORY_ATTEMPT: String(claim.attempt), FACTORY_VIEW: view, FACTORY_PROJECT: claim.project?.name ?? '', FACTORY_RESULT: resultPath(input),
    ...(claim.model === null ? {} : { FACTORY_MODEL: claim.model }),
    ...(claim.segment === null ? {} : { FACTORY_SEGMENT: String(claim.segment) }),
  }
}

function resultOf(process: ProcessResult, path: string): BackendResult {
  const left = readResult(path)
  const reply = (left.reply ?? process.stdout).trim()
  const log = [process.stderr, ...left.problems.map(problem => `[factory] ${problem}\n`), ...(process.truncatedBytes > 0 ? [`[factory] ${process.truncatedBytes} bytes of output were not kept\n`] : [])].join('')
  const shared = { reply, usage: left.usage, costUsd: left.costUsd, toolCalls: left.toolCalls, exitCode: process.exitCode, log, sessionId: null, until: null }
  switch (process.reason) {
    case 'spawn-failed': return { ...shared, ok: false, fault: 'infrastructure', deadline: null, message: `could not be started: ${process.error ?? 'unknown reason'}` }
    case 'timed-out': return { ...shared, ok: false, fault: 'timeout', deadline: 'wall-clock', message: 'ran longer than its deadline' }
    case 'silent': return { ...shared, ok: false, fault: 'timeout', deadline: 'silence', message: 'was silent for too long' }
    case 'cancelled': return { ...shared, ok: false, fault: 'cancelled', deadline: null, message: 'was cancelled' }
    case 'exited': return process.exitCode === 0
      ? { ...shared, ok: true, fault: null, deadline: null, message: '' }
      : { ...shared, ok: false, fault: 'agent', deadline: null, message: endedHow(process) }
  }
}

const endedHow = ({ exitCode, signal, stderr }: ProcessResult): string =>
  [exitCode === null ? `ended by ${signal ?? 'a signal'}` : `exit code ${exitCode}`, stderr.trim().split('\n').at(-1)?.slice(0, 500) ?? ''].filter(Boolean).join(': ')

const failed = (fault: BackendResult['fault'], message: string): BackendResult =>
  ({ ok: false, fault, deadline: null, message, reply: '', usage: null, costUsd: null, toolCalls: null, exitCode: null, log: '', sessionId: null, until: null })

interface LeftResult { readonly reply: string | null; readonly usage: Usage | null; readonly costUsd: number | null; readonly toolCalls: number | null; readonly problems: readonly string[] }
const nothingLeft: LeftResult = { reply: null, usage: null, costUsd: null, toolCalls: null, problems: [] }

/** What the agent left in FACTORY_RESULT; what cannot be read is unknown, and said in the log. */
function readResult(path: string): LeftResult {
  try {
    const file = readRegularFile(path, { maxBytes: resultBytes })
    if (file === undefined) return nothingLeft
    const value: unknown = JSON.parse(file.bytes.toString('utf8'))
    if (typeof value !== 'object' || value === null) return { ...nothingLeft, problems: ['FACTORY_RESULT is not a JSON object'] }
    const { reply, usage, cost, toolCalls } = value as Record<string, unknown>
    return { reply: typeof reply === 'string' ? reply : null, usage: usageOf(usage), costUsd: amount(cost), toolCalls: count(toolCalls), problems: [] }
  } catch (error) {
    return { ...nothingLeft, problems: [isFactoryError(error) ? `FACTORY_RESULT was not read: ${error.code}` : 'FACTORY_RESULT is not JSON'] }
  }
}

const amount = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null)
const count = (value: unknown): number | null => (amount(value) !== null && Number.isSafeInteger(value) ? amount(value) : null)

function usageOf(value: unknown): Usage | null {
  if (typeof value !== 'object' || value === null) return null
  const { inputTokens, outputTokens, cachedTokens } = value as Record<string, unknown>
  const usage = { inputTokens: amount(inputTokens), outputTokens: amount(outputTokens), cachedTokens: amount(cachedTokens) }
  return Object.values(usage).every(part => part === null) ? null : usage
}

/** A reply that says that there was nothing to do. */
export const isQuiet = (reply: string): boolean => reply.trim().toUpperCase() === 'NO_REPLY'
