/**
 * Who a process is, so that another one can tell later whether it still lives: a pid alone is reused.
 * Called by the workspace lock and by whoever judges the owner of a lease. A verdict of `gone` is final: a process that
 * is gone never comes back under the same identity.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** Enough to recognise a process across restarts, hosts and containers; empty strings mean "not known here". */
export interface ProcessIdentity {
  readonly pid: number
  /** Start time as the system tells it; opaque, only compared. */
  readonly started: string
  /** Changes at every boot of a machine. */
  readonly boot: string
  readonly host: string
  /** Process ids of two containers on one machine mean different things. */
  readonly pidSpace: string
}

/** `elsewhere`: cannot be judged from here, only by age. */
export type Liveness = 'alive' | 'gone' | 'elsewhere'

let own: ProcessIdentity | undefined

/** The identity of the running process. */
export function thisProcess(): ProcessIdentity {
  own ??= {
    pid: process.pid,
    started: startTimeOf(process.pid) ?? '',
    boot: textOf('/proc/sys/kernel/random/boot_id'),
    host: hostname(),
    pidSpace: pidSpace(),
  }
  return own
}

/** Whether that process still runs, as seen from this one. */
export function livenessOf(other: ProcessIdentity): Liveness {
  const here = thisProcess()
  const bootsKnown = here.boot !== '' && other.boot !== ''
  if (bootsKnown && here.boot !== other.boot) return here.host === other.host ? 'gone' : 'elsewhere'
  // The boot id outlives a renamed host (a laptop that changes networks).
  if (!bootsKnown && here.host !== other.host) return 'elsewhere'
  if (here.pidSpace !== other.pidSpace) return 'elsewhere'
  return runs(other) ? 'alive' : 'gone'
}

function runs({ pid, started }: ProcessIdentity): boolean {
  if (!signalReaches(pid)) return false
  const now = startTimeOf(pid)
  if (now === 'zombie') return false
  return now === undefined || started === '' || now === started
}

function signalReaches(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it runs, but belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Start time of a process, 'zombie' for one that has ended but was not collected, undefined where nothing tells. */
function startTimeOf(pid: number): string | undefined {
  if (process.platform === 'linux') return linuxStartTime(pid)
  const { stdout, status } = spawnSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], { encoding: 'utf8', timeout: 5000, env: { ...process.env, LC_ALL: 'C' } })
  if (status !== 0) return undefined
  const text = stdout.trim()
  return text.startsWith('Z') ? 'zombie' : text.replace(/^\S+\s+/, '')
}

function linuxStartTime(pid: number): string | undefined {
  const stat = textOf(`/proc/${pid}/stat`)
  // The command name may hold blanks and brackets: fields are counted behind its last bracket.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  if (fields[0] === 'Z' || fields[0] === 'X') return 'zombie'
  return fields[19]
}

function pidSpace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return ''
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return ''
  }
}
