/**
 * What the workspace costs beside the least that could be done instead, in the same run, in turn, as medians: `status` on a long
 * history, one command among many files, processes in contention, files on the board. Run by `npm run bench`.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { closeSync, fdatasyncSync, mkdirSync, mkdtempSync, openSync, rmSync, rmdirSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { openFileLog } from '../src/log/file-log.ts'
import { withLock } from '../src/log/lock.ts'
import type { EventDraft } from '../src/log/port.ts'
import { initWorkspace } from '../src/workspace/init.ts'
import { openWorkspace } from '../src/workspace/open-workspace.ts'
import { projectedHashes } from '../src/workspace/projected-tree.ts'
import type { Workspace } from '../src/workspace/session.ts'
import { initialState, reduce } from '../reducers/state.ts'
import type { State } from '../reducers/state.ts'
import { median, ordinaryDraft, timed } from './log-measure.ts'

export interface Row {
  readonly name: string
  /** What it is measured against, and ours, in milliseconds. */
  readonly rawMs: number
  readonly ourMs: number
  /** A ratio, or a difference in milliseconds. */
  readonly value: number
  readonly unit: 'times' | 'ms more'
  readonly limit: number
}

const actor = 'human:bench'
const program = fileURLToPath(new URL('../bin/factory.mjs', import.meta.url))
const noFields = { project: null, app: null, scope: [], priority: null, due: null, criteria: [] }

async function inFolder<T>(work: (dir: string) => Promise<T> | T): Promise<T> {
  const dir = mkdtempSync(join(process.env['BENCH_DIR'] ?? tmpdir(), 'factory-bench-'))
  try {
    return await work(dir)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

async function inTurn(rounds: number, raw: () => number | Promise<number>, ours: () => number | Promise<number>): Promise<{ rawMs: number; ourMs: number }> {
  const [rawTimes, ourTimes]: [number[], number[]] = [[], []]
  for (let round = 0; round < rounds; round += 1) {
    const turns = [async () => rawTimes.push(await raw()), async () => ourTimes.push(await ours())]
    for (const turn of round % 2 === 0 ? turns : turns.toReversed()) await turn()
  }
  return { rawMs: median(rawTimes), ourMs: median(ourTimes) }
}

const nodeMs = (): number => timed(() => void spawnSync(process.execPath, ['-e', '0']))

/** The life of one spec in about fifty events, as a pipeline of agents leaves it. */
function lifeOf(index: number, writer: string, first: number, sha256: string): EventDraft[] {
  const item = `${writer}:${first}` as const
  const stream = `spec/item-${index}`
  const doc = { sha256, bytes: 1800 }
  const by = (type: string, data: unknown, more: Partial<EventDraft> = {}): EventDraft => ({ type, version: 1, item, stream, actor: 'agent:spec', data, ...more })
  const { item: _, ...submitted } = by('spec.submitted', { name: `item-${index}`, title: `Item ${index}`, revision: 1, doc, fields: noFields, source: { kind: 'person', ref: 'human:ann' }, droppedAs: null })
  const run = (number: number, dispatch: string): EventDraft[] => {
    const id = `run-${writer}-${index * 10 + number}`
    const own = { run: id, item: undefined, stream: `run/${id}` } as unknown as Partial<EventDraft>
    return [
      by('run.claimed', { agent: 'builder', dispatch, spec: item, subject: null, project: 'shop', attempt: 1, segment: null, backend: 'mine', model: 'large', fence: 1, leaseMs: 7_200_000, deadlineMs: 1_800_000, silenceMs: 600_000, trigger: 'start', config: sha256, base: null, wall: 'none', reserve: { usd: 1, tokens: 100_000 }, message: null }, own),
      by('run.started', { prompt: doc, view: doc, context: [{ path: 'memory/shared/KNOWLEDGE.md', doc }], left: [], pid: 4711 }, own),
      by('access.denied', { agent: 'builder', path: `scenarios/shop/${index}.md`, want: 'read', why: 'hidden from builders', doc: null }, own),
      by('run.finished', { durationMs: 61_000, usage: { inputTokens: 12_000, outputTokens: 3400, cachedTokens: 9000 }, costUsd: 0.42, toolCalls: 17, log: doc, reply: doc, quiet: false, progress: true }, own),
    ]
  }
  const criteria = Array.from({ length: 12 }, (_one, criterion) => by('criterion.checked', { attempt: 1, id: `C${criterion}`, commit: sha256.slice(0, 40), ok: true, exitCode: 0, reason: 'exit 0', durationMs: 900, output: doc, provesNothing: false }))
  const edits = Array.from({ length: 10 }, () => by('spec.drafted', { doc, fields: noFields }))
  return [
    submitted, ...run(1, 'draft'), ...edits, by('spec.readied', { doc, fields: noFields }), ...run(2, 'build'),
    by('build.submitted', { attempt: 1, report: doc, notes: doc, commit: sha256.slice(0, 40), base: null }), ...run(3, 'verify'), ...criteria,
    by('spec.verified', { attempt: 1, doc, score: 9, commit: sha256.slice(0, 40) }), ...run(4, 'document'), ...run(5, 'document'), by('spec.documented', {}),
  ]
}

/** A workspace whose log holds about `events` events; what GC would have taken is out of view. */
export async function longHistory(root: string, events: number): Promise<Workspace> {
  const env = { HOME: root, PATH: process.env['PATH'] }
  await initWorkspace(root, { env, actor })
  const workspace = openWorkspace(root, { env })
  const doc = await workspace.transact({ command: 'bench', actor }, transaction => transaction.store(`${'text '.repeat(360)}\n`))
  const log = openFileLog({ dir: root })
  // A year of work, so that what is only kept for a month is as much as a month makes.
  const began = Date.now()
  const at = (written: number): Date => new Date(began + 60_000 - Math.round((1 - written / events) * 365 * 86_400_000))
  log.recover(at(0))
  for (let written = 0, index = 0; written < events;) {
    const drafts: EventDraft[] = []
    for (; drafts.length < 500 && written + drafts.length < events; index += 1) drafts.push(...lifeOf(index, log.writer(), log.nextSeq() + drafts.length, doc.sha256))
    log.append(drafts, at(written))
    log.seal()
    written += drafts.length
    const paths = drafts.filter(draft => draft.type === 'spec.submitted').flatMap(draft => {
      const { name } = draft.data as { name: string }
      return [`specs/archive/${name}.md`, `tasks/verified/${name}.md`, `tasks/verified/${name}.builder-notes.md`]
    })
    log.append([{ type: 'item.collected', version: 1, stream: 'gc/bench', actor: 'gc', data: { rule: 'cleanup-specs', paths } }], at(written))
  }
  log.close()
  await workspace.transact({ command: 'bench', actor }, () => undefined)
  return workspace
}

export const benchStatus = ({ events = 1_000_000, rounds = 9 } = {}): Promise<Row> => inFolder(async dir => {
  const root = join(dir, 'ws')
  await longHistory(root, events)
  const status = (): number => timed(() => {
    const { status: exit, stderr } = spawnSync(process.execPath, [program, '--workspace', root, 'status', '--json'], { env: { PATH: process.env['PATH'], HOME: dir } })
    if (exit !== 0) throw new Error(String(stderr))
  })
  const { rawMs, ourMs } = await inTurn(rounds, nodeMs, status)
  const snapshotMb = statSync(join(root, '.factory-local/snapshot.json')).size / 1e6
  return { name: `status, ${events} events (snapshot ${snapshotMb.toFixed(1)} MB)`, rawMs, ourMs, value: ourMs - rawMs, unit: 'ms more', limit: 100 }
})

export const benchCommand = ({ files = 10_000, rounds = 9 } = {}): Promise<Row> => inFolder(async dir => {
  const root = join(dir, 'ws')
  await manyFiles(root, files)
  const git = (...args: string[]): void => void execFileSync('git', ['-c', 'user.name=b', '-c', 'user.email=b@x', '-c', 'core.fsync=all', ...args], { cwd: root, stdio: 'ignore', env: { PATH: process.env['PATH'], HOME: dir } })
  let count = 0
  const raw = (): number => {
    writeFileSync(join(root, 'raw.txt'), String(count += 1))
    if (count === 1) git('add', 'raw.txt')
    return nodeMs() + timed(() => { git('status', '--porcelain'); git('commit', '-q', '-m', 'x', '--', 'raw.txt') })
  }
  const ours = (): number => timed(() => {
    const { status, stderr } = spawnSync(process.execPath, [program, '--workspace', root, 'submit', '-', '--name', `bench-${count += 1}`], { input: `# one more\n\nNumber ${count}.\n`, env: { PATH: process.env['PATH'], HOME: dir } })
    if (status !== 0) throw new Error(String(stderr))
  })
  raw()
  const { rawMs, ourMs } = await inTurn(rounds, raw, ours)
  return { name: `one command, ${files} files`, rawMs, ourMs, value: ourMs / rawMs, unit: 'times', limit: 2 }
})

async function manyFiles(root: string, files: number): Promise<Workspace> {
  const env = { HOME: root, PATH: process.env['PATH'] }
  await initWorkspace(root, { env, actor })
  const workspace = openWorkspace(root, { env })
  await workspace.transact({ command: 'bench', actor }, transaction => {
    for (let from = 0; from < files; from += 500) {
      transaction.append(Array.from({ length: Math.min(500, files - from) }, (_, index) => {
        const path = `universe/book-${from + index}.md`
        return { type: 'reference.written' as const, stream: `reference/${path}`, data: { path, doc: transaction.store(`# page ${(from + index) % 50}\n`) } }
      }))
    }
  })
  return workspace
}

/** This program itself, as one of several that append. */
async function contend([how = '', root = '', count = '']: readonly string[]): Promise<void> {
  const draft = ordinaryDraft(1)
  const bytes = Buffer.from(`${JSON.stringify(draft)}\n`)
  const log = openFileLog({ dir: root })
  for (let index = 0; index < Number(count); index += 1) {
    if (how === 'ours') await withLock(root, { command: 'bench', waitMs: 120_000, pollMs: 1 }, () => { log.recover(new Date()); log.append([draft], new Date()) })
    else await underMkdir(join(root, 'raw.lock'), () => {
      const fd = openSync(join(root, 'raw.jsonl'), 'a')
      writeSync(fd, bytes)
      fdatasyncSync(fd)
      closeSync(fd)
    })
  }
}

async function underMkdir(lock: string, work: () => void): Promise<void> {
  for (;;) {
    try {
      mkdirSync(lock)
      break
    } catch {
      await new Promise(resolve => setTimeout(resolve, 1 + Math.random()))
    }
  }
  try {
    work()
  } finally {
    rmdirSync(lock)
  }
}

export const benchContention = ({ processes = 8, appends = 100, rounds = 5, self = fileURLToPath(import.meta.url) } = {}): Promise<Row> => inFolder(async root => {
  writeFileSync(join(root, 'events.jsonl'), '')
  const all = async (how: string): Promise<number> => {
    const started = performance.now()
    await Promise.all(Array.from({ length: processes }, () => new Promise<void>((resolve, reject) => {
      spawn(process.execPath, [...process.execArgv, self, '--contend', how, root, String(appends)], { stdio: ['ignore', 'ignore', 'inherit'] }).once('close', code => (code === 0 ? resolve() : reject(new Error(`ended with ${code}`))))
    })))
    return performance.now() - started
  }
  const { rawMs, ourMs } = await inTurn(rounds, () => all('raw'), () => all('ours'))
  return { name: `${processes} processes, ${appends} appends each`, rawMs, ourMs, value: ourMs / rawMs, unit: 'times', limit: 1.5 }
})

export function stateWith(items: number): State {
  const state = initialState()
  let seq = 0
  for (let index = 0; index < items; index += 1) {
    const first = seq + 1
    for (const draft of lifeOf(index, 'bench1', first, 'a'.repeat(64)).slice(0, 16)) {
      seq += 1
      reduce(state, { seq, writer: 'bench1', time: new Date(1.7e12 + seq).toISOString(), tick: 0, prev: '', hash: '', ...draft, item: draft.item ?? `bench1:${seq}` } as never)
    }
  }
  return state
}

export async function benchBoard({ few = 100, many = 10_000, rounds = 9 } = {}): Promise<Row> {
  const { statusView } = await import('../projections/status.ts')
  const { plan } = await import('../src/dispatch/plan.ts')
  const { loadConfig } = await import('../src/config/load.ts')
  const { config } = loadConfig({ agents: null, permissions: null, apps: [] }, { env: {} })
  if (config === null) throw new Error('the built-in configuration does not load')
  const now = new Date().toISOString()
  const perItem = (state: State, items: number, times: number): number => timed(() => {
    for (let round = 0; round < times; round += 1) {
      projectedHashes(state, () => new Uint8Array())
      const { candidates, gates } = plan(state, config, now, { writer: 'bench1', backends: {}, trusted: () => true, alive: () => true } as never)
      statusView({ workspace: '', state, config, candidates, gates, cursor: { heads: {}, events: 0 }, unrecorded: [], problems: [], wall: 'none', now })
    }
  }) / times / items
  const [small, large] = [stateWith(few), stateWith(many)]
  perItem(small, few, 50)
  const { rawMs, ourMs } = await inTurn(rounds, () => perItem(small, few, many / few), () => perItem(large, many, 1))
  return { name: `board and files, per item, ${many} beside ${few}`, rawMs, ourMs, value: ourMs / rawMs, unit: 'times', limit: 1.5 }
}

/** Everything, for `npm run bench`. */
export const benchWorkspace = async (): Promise<readonly Row[]> => [await benchBoard(), await benchContention(), await benchCommand(), await benchStatus()]

export function printRows(rows: readonly Row[]): void {
  console.log('measure'.padEnd(48), 'against ms'.padStart(11), 'ours ms'.padStart(10), 'value'.padStart(14), 'limit'.padStart(8))
  for (const { name, rawMs, ourMs, value, unit, limit } of rows) {
    const digits = rawMs < 1 ? 4 : 1
    console.log(name.padEnd(48), rawMs.toFixed(digits).padStart(11), ourMs.toFixed(digits).padStart(10), `${value.toFixed(2)} ${unit}`.padStart(14), String(limit).padStart(8) + (value <= limit ? '' : '  OVER'))
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [first = '', ...rest] = process.argv.slice(2)
  if (first === '--contend') await contend(rest)
  else {
    const chosen = { board: benchBoard, contention: benchContention, command: benchCommand, status: benchStatus }
    const rows = Object.hasOwn(chosen, first) ? [await chosen[first as keyof typeof chosen]()] : await benchWorkspace()
    printRows(rows)
    if (rows.some(({ value, limit }) => value > limit)) process.exitCode = 1
  }
}
