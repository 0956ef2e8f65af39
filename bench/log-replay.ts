/**
 * What replaying and verifying a long history costs beside JSON.parse of the same lines in memory, and what memory a replay
 * needs. `node bench/log-replay.ts [events …]`
 */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { openFileLog } from '../src/log/file-log.ts'
import { verifyLog } from '../src/log/verify.ts'
import { compare, ordinaryDraft, printTable, timed, withDir, type Ratio } from './log-measure.ts'

const REPLAY_LIMIT = 1.5
const VERIFY_LIMIT = 3.5
export const MEMORY_LIMIT_MB = 150

/** A history of `events` events in sealed segments, batches of up to seven. */
export function buildHistory(dir: string, events: number): void {
  const log = openFileLog({ dir })
  let now = Date.UTC(2026, 0, 1)
  log.recover(new Date(now))
  for (let index = 0; index < events;) {
    const size = Math.min(events - index, index % 3 === 0 ? 1 + (index % 7) : 500)
    log.append(Array.from({ length: size }, (_, offset) => ordinaryDraft(index + offset)), new Date(now += 1000))
    log.seal()
    index += size
  }
  log.close()
}

function linesOf(dir: string): readonly string[] {
  const files = [...readdirSync(join(dir, 'log')).map(name => join(dir, 'log', name)), join(dir, 'events.jsonl')]
  return files.flatMap(path => readFileSync(path, 'utf8').split('\n')).filter(Boolean)
}

const parseAll = (lines: readonly string[]): number => timed(() => {
  let sum = 0
  for (const line of lines) sum += (JSON.parse(line) as { seq: number }).seq
  if (sum === 0) throw new Error('nothing was parsed')
})

function replay(dir: string, expected: number): void {
  let count = 0
  let sum = 0
  for (const event of openFileLog({ dir }).scan().events) {
    count++
    sum += event.seq
  }
  if (count !== expected || sum === 0) throw new Error(`replayed ${count} of ${expected}`)
}

export function benchReplay({ events = 100_000, rounds = 5 }: { events?: number; rounds?: number } = {}): readonly Ratio[] {
  return withDir(dir => {
    buildHistory(dir, events)
    const rssMb = replayMemoryMb(dir, events)
    console.log(`memory of a replay of ${events} events beyond that of the same program without one: ${rssMb.toFixed(0)} MB (limit ${MEMORY_LIMIT_MB})`)
    const lines = linesOf(dir)
    return [
      compare(`replay of ${events}`, REPLAY_LIMIT, rounds, () => parseAll(lines), () => timed(() => replay(dir, events))),
      compare(`verification of ${events}`, VERIFY_LIMIT, rounds, () => parseAll(lines), () => timed(() => {
        const found = verifyLog(dir)
        if (found.events !== events || found.problems.length > 0) throw new Error(JSON.stringify(found.problems.slice(0, 3)))
      })),
    ]
  })
}

/** The largest memory of a process of its own that replays, less that of one that only loads the same code. */
export function replayMemoryMb(dir: string, events: number): number {
  const run = (...args: string[]): number => {
    const child = spawnSync(process.execPath, [...process.execArgv, fileURLToPath(import.meta.url), ...args], { encoding: 'utf8' })
    return Number(child.stdout.trim()) / 1024
  }
  return run('--replay', dir, String(events)) - run('--idle')
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [first = '', dir = '', count = ''] = process.argv.slice(2)
  if (first.startsWith('--')) {
    if (first === '--replay') replay(dir, Number(count))
    console.log(process.resourceUsage().maxRSS)
  } else {
    const sizes = process.argv.slice(2).map(Number)
    for (const events of sizes.length > 0 ? sizes : [100_000, 1_000_000]) printTable(benchReplay({ events }))
  }
}
