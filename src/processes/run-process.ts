/**
 * Runs one program in its own process group and always ends: by itself, at a deadline, after too long a silence, or when
 * it is cancelled. Called by backends, criteria and project set-up. Nothing here throws for what the program does; the
 * result says it. Background processes that the program leaves behind end with it, and no flood of output fills memory.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { StringDecoder } from 'node:string_decoder'
import { messageOf } from '../error.ts'
import { endMarked, markName } from './marked-processes.ts'
import { keepHeadAndTail } from './output-capture.ts'

export type OutputStream = 'stdout' | 'stderr'

export interface ProcessOptions {
  /** Program and arguments; no shell. */
  readonly argv: readonly [string, ...string[]]
  readonly cwd: string
  /** Exactly this environment, nothing inherited; beside it only the mark by which what is left running is found. */
  readonly env: Readonly<Record<string, string>>
  /** Marks the program and all it starts; whoever knows the mark can end them after a crash. A fresh one if left out. */
  readonly mark?: string
  readonly stdin?: string
  readonly timeoutMs?: number
  /** Longest time without output on either stream. */
  readonly silenceMs?: number
  /** Between the request to end and the end by force (2 s). */
  readonly graceMs?: number
  /** Kept of each stream (4 MiB): half from the start, half from the end. */
  readonly keepBytes?: number
  readonly signal?: AbortSignal
  readonly onOutput?: (stream: OutputStream, text: string) => void
  /** The process runs now; called once, before any output. */
  readonly onStart?: (pid: number) => void
}

export type EndReason = 'exited' | 'timed-out' | 'silent' | 'cancelled' | 'spawn-failed'

export interface ProcessResult {
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  readonly reason: EndReason
  readonly stdout: string
  readonly stderr: string
  /** Bytes of both streams that were counted, not kept. */
  readonly truncatedBytes: number
  readonly startedAt: string
  readonly durationMs: number
  readonly pid: number | null
  /** Why it could not be started. */
  readonly error?: string
}

const defaultGraceMs = 2000
const defaultKeepBytes = 4 * 1024 * 1024
// A process that left the group may keep the pipes open for ever; nobody waits for it longer than this.
const drainMs = 500

/** Run to the end. Never rejects. */
export async function runProcess(options: ProcessOptions): Promise<ProcessResult> {
  const startedAt = new Date().toISOString()
  const start = performance.now()
  const outputs = capture(options)
  const end = options.signal?.aborted === true ? notStarted('cancelled') : await runToEnd(options, outputs)
  return {
    ...end,
    stdout: outputs.stdout.text(),
    stderr: outputs.stderr.text(),
    truncatedBytes: outputs.stdout.truncatedBytes() + outputs.stderr.truncatedBytes(),
    startedAt,
    durationMs: Math.round(performance.now() - start),
  }
}

/** Groups of programs that run now. */
const living = new Set<number>()
// Whoever ends this process at once leaves nothing behind.
process.on('exit', () => { for (const pid of living) signalGroup(pid, 'SIGKILL') })

type End = Pick<ProcessResult, 'exitCode' | 'signal' | 'reason' | 'pid' | 'error'>

interface Outputs {
  readonly stdout: ReturnType<typeof keepHeadAndTail>
  readonly stderr: ReturnType<typeof keepHeadAndTail>
}

function capture({ keepBytes = defaultKeepBytes }: ProcessOptions): Outputs {
  return { stdout: keepHeadAndTail(keepBytes), stderr: keepHeadAndTail(keepBytes) }
}

const notStarted = (reason: 'cancelled' | 'spawn-failed', error?: unknown): End =>
  ({ exitCode: null, signal: null, reason, pid: null, ...(error === undefined ? {} : { error: messageOf(error) }) })

function runToEnd(options: ProcessOptions, outputs: Outputs): Promise<End> {
  const mark = options.mark ?? randomUUID()
  let child: ChildProcessWithoutNullStreams
  try {
    const [program, ...args] = options.argv
    child = spawn(program, args, { cwd: options.cwd, env: { ...options.env, [markName]: mark }, detached: true, stdio: 'pipe', windowsHide: true })
  } catch (error) {
    return Promise.resolve(notStarted('spawn-failed', error))
  }
  feed(child, options.stdin)
  const pid = child.pid
  if (pid === undefined) return new Promise(resolve => child.once('error', error => resolve(notStarted('spawn-failed', error))))
  options.onStart?.(pid)
  return superviseChild(child, pid, mark, options, outputs)
}

/** A program that does not read its input, or ends early, breaks the pipe: that is its right. */
function feed(child: ChildProcessWithoutNullStreams, text: string | undefined): void {
  child.stdin.on('error', () => {})
  child.stdin.end(text ?? '')
}

async function superviseChild(child: ChildProcessWithoutNullStreams, pid: number, mark: string, options: ProcessOptions, outputs: Outputs): Promise<End> {
  living.add(pid)
  const graceMs = options.graceMs ?? defaultGraceMs
  let reason: EndReason = 'exited'
  let force: NodeJS.Timeout | undefined
  const endEarly = (why: EndReason): void => {
    if (reason !== 'exited') return
    reason = why
    signalGroup(pid, 'SIGTERM')
    force = setTimeout(() => signalGroup(pid, 'SIGKILL'), graceMs)
  }
  const stopWatching = watch(options, endEarly)
  const closed = new Promise<void>(resolve => child.once('close', () => resolve()))
  read(child, options, outputs, stopWatching.heard)
  const { exitCode, signal } = await exitOf(child)
  stopWatching()
  clearTimeout(force)
  await endGroup(pid, graceMs)
  endMarked(mark)
  living.delete(pid)
  await within(closed, drainMs)
  child.stdout.destroy()
  child.stderr.destroy()
  return { exitCode, signal, reason, pid }
}

const exitOf = (child: ChildProcessWithoutNullStreams): Promise<{ exitCode: number | null; signal: NodeJS.Signals | null }> =>
  new Promise(resolve => {
    child.on('error', () => {})
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }))
  })

function read(child: ChildProcessWithoutNullStreams, { onOutput }: ProcessOptions, outputs: Outputs, heard: () => void): void {
  for (const name of ['stdout', 'stderr'] as const) {
    const decoder = new StringDecoder('utf8')
    child[name].on('error', () => {})
    child[name].on('data', (chunk: Buffer) => {
      heard()
      outputs[name].add(chunk)
      const text = onOutput === undefined ? '' : decoder.write(chunk)
      if (text !== '') onOutput?.(name, text)
    })
  }
}

type StopWatching = (() => void) & { readonly heard: () => void }

/** Deadline, silence and cancellation; each asks for the end once. */
function watch({ timeoutMs, silenceMs, signal }: ProcessOptions, endEarly: (why: EndReason) => void): StopWatching {
  let lastHeard = performance.now()
  let silence: NodeJS.Timeout | undefined
  const deadline = timeoutMs === undefined ? undefined : setTimeout(() => endEarly('timed-out'), timeoutMs)
  const cancel = (): void => endEarly('cancelled')
  signal?.addEventListener('abort', cancel, { once: true })
  // One timer that is set again when it finds that something was heard: a flood costs no timers.
  const listen = (limitMs: number, waitMs: number): void => {
    silence = setTimeout(() => {
      const leftMs = limitMs - (performance.now() - lastHeard)
      if (leftMs <= 0) endEarly('silent')
      else listen(limitMs, leftMs)
    }, waitMs)
  }
  if (silenceMs !== undefined) listen(silenceMs, silenceMs)
  const stop = (): void => {
    clearTimeout(deadline)
    clearTimeout(silence)
    signal?.removeEventListener('abort', cancel)
  }
  return Object.assign(stop, { heard: () => { lastHeard = performance.now() } })
}

/** What the program left running in its group: asked to end, then ended. */
async function endGroup(pid: number, graceMs: number): Promise<void> {
  if (!signalGroup(pid, 'SIGTERM')) return
  const deadline = performance.now() + graceMs
  while (performance.now() < deadline) {
    if (!signalGroup(pid, 0)) return
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  signalGroup(pid, 'SIGKILL')
}

/** False when nobody is left in the group. */
export function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-pid, signal)
    return true
  } catch (error) {
    // EPERM: somebody is there, though not ours to signal.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function within(promise: Promise<void>, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  await Promise.race([promise, new Promise<void>(resolve => { timer = setTimeout(resolve, limitMs) })])
  clearTimeout(timer)
}
