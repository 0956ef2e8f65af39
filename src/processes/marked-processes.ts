/**
 * Ends what a program left running outside its process group. Every program that Factory starts carries a mark in its environment, and
 * what it starts inherits it. Called after each program, and by whoever takes back a run whose owner is gone. Must hold: a process
 * without the mark is never touched. A program that wipes its environment escapes; only a wall holds that.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'

export const markName = 'FACTORY_PROCESS'

const mostLooks = 5

/** Ends every process with this mark, by force. Returns how many there were. */
export function endMarked(mark: string): number {
  let ended = 0
  // Again until nothing is found: what is being ended may still start something.
  for (let look = 0; look < mostLooks; look += 1) {
    const found = marked(mark).filter(kill)
    ended += found.length
    if (found.length === 0) break
  }
  return ended
}

function marked(mark: string): readonly number[] {
  const wanted = `${markName}=${mark}`
  return process.platform === 'linux' ? inProc(wanted) : inTable(wanted)
}

function inProc(wanted: string): readonly number[] {
  return readdirSync('/proc').filter(name => /^\d+$/.test(name)).map(Number).filter(pid => pid !== process.pid && environmentOf(pid).includes(wanted))
}

/** Empty for another user's process, and for one that has ended. */
function environmentOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0')
  } catch {
    return []
  }
}

function inTable(wanted: string): readonly number[] {
  const { stdout } = spawnSync('ps', ['-axEww', '-o', 'pid=,command='], { encoding: 'utf8', timeout: 5000, maxBuffer: 64 * 1024 * 1024 })
  return (stdout ?? '').split('\n').filter(line => line.split(' ').includes(wanted)).map(line => Number.parseInt(line, 10)).filter(pid => pid > 0 && pid !== process.pid)
}

function kill(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL')
    return true
  } catch {
    return false
  }
}
