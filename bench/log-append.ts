/**
 * What a durable append costs beside a raw write and fdatasync of the same bytes. `node bench/log-append.ts`
 */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { composeBatch } from '../src/log/compose.ts'
import type { WriterPosition } from '../src/log/compose.ts'
import { openFileLog } from '../src/log/file-log.ts'
import { compare, openRaw, ordinaryDraft, printTable, timed, withDir, type Ratio } from './log-measure.ts'

const LIMITS: readonly (readonly [number, number])[] = [[1, 1.2], [10, 1.35], [100, 1.8]]

export function benchAppend({ rounds = 1500 }: { rounds?: number } = {}): readonly Ratio[] {
  return LIMITS.map(([batch, limit]) => withDir(dir => appendRatio(dir, batch, limit, Math.max(20, Math.round(rounds / Math.sqrt(batch))))))
}

const nowhere: WriterPosition = { writer: 'aaaaaa', seq: 1, hash: '0'.repeat(64), stamp: ['2026-01-01T00:00:00.000Z', 0], others: {} }

/** One append of each kind in turn: the medians of single appends do not mind a slow moment. */
function appendRatio(dir: string, batch: number, limit: number, rounds: number): Ratio {
  const log = openFileLog({ dir, segmentBytes: Number.MAX_SAFE_INTEGER })
  log.recover(new Date())
  const raw = openRaw(join(dir, 'raw.jsonl'))
  const drafts = Array.from({ length: batch }, (_, index) => ordinaryDraft(index))
  const bytes = Buffer.from(log.append(drafts, new Date()).map(event => `${JSON.stringify(event)}\n`).join(''))
  // A sync that comes after a pause takes several times as long on a virtual disk: the raw variant makes up its batch too, outside its time.
  const rawAppend = (): number => {
    composeBatch(nowhere, drafts, new Date())
    return timed(() => raw.append(bytes))
  }
  const ratio = compare(`append, batches of ${batch}`, limit, rounds, rawAppend, () => timed(() => log.append(drafts, new Date())))
  raw.close()
  log.close()
  return ratio
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) printTable(benchAppend())
