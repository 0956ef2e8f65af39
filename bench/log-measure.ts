/** How the log's benchmarks measure: rounds of each variant in turn, medians, ratios to the raw variant of the same run. */
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EventDraft } from '../src/log/port.ts'

export interface Ratio {
  readonly name: string
  readonly rawMs: number
  readonly ourMs: number
  readonly ratio: number
  readonly limit: number
}

export const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN

export function timed(run: () => void): number {
  const start = performance.now()
  run()
  return performance.now() - start
}

/** The variants run in turn, so that a slow moment of the machine meets both. */
export function compare(name: string, limit: number, rounds: number, raw: () => number, ours: () => number): Ratio {
  const rawTimes: number[] = []
  const ourTimes: number[] = []
  for (let round = 0; round < rounds; round++) {
    const runs = [() => rawTimes.push(raw()), () => ourTimes.push(ours())]
    for (const run of round % 2 === 0 ? runs : runs.toReversed()) run()
  }
  const [rawMs, ourMs] = [median(rawTimes), median(ourTimes)]
  return { name, rawMs, ourMs, ratio: ourMs / rawMs, limit }
}

export function printTable(rows: readonly Ratio[]): void {
  console.log('measure'.padEnd(36), 'raw ms'.padStart(10), 'ours ms'.padStart(10), 'ratio'.padStart(7), 'limit'.padStart(6))
  for (const row of rows) {
    const verdict = row.ratio <= row.limit ? '' : '  OVER'
    console.log(row.name.padEnd(36), row.rawMs.toFixed(2).padStart(10), row.ourMs.toFixed(2).padStart(10), row.ratio.toFixed(2).padStart(7), String(row.limit).padStart(6) + verdict)
  }
}

/** A workspace under the working directory's disk or the temporary one, removed afterwards. */
export function withDir<T>(run: (dir: string) => T): T {
  const dir = mkdtempSync(join(process.env['BENCH_DIR'] ?? tmpdir(), 'factory-bench-'))
  try {
    return run(dir)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** An event of ordinary size: about 500 bytes as a line. */
export const ordinaryDraft = (index: number): EventDraft => ({
  type: 'spec.readied', version: 1, stream: `spec/login-page-${index % 1000}`, actor: 'agent:spec', item: `k3f9ab:${1 + (index % 1000)}`,
  run: `run-k3f9ab-${index % 500}`, cause: `k3f9ab:${Math.max(1, index)}`,
  data: { doc: { sha256: index.toString(16).padStart(64, '0'), bytes: index }, note: 'as discussed, with the smaller form first' },
})

export interface RawFile {
  append(bytes: Buffer): void
  close(): void
}

export function openRaw(path: string): RawFile {
  const fd = openSync(path, 'a')
  return {
    append: bytes => {
      writeSync(fd, bytes)
      fdatasyncSync(fd)
    },
    close: () => closeSync(fd),
  }
}
