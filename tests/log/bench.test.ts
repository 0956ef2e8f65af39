/** The benchmarks run and measure what they say; their limits are not judged here, a busy machine proves nothing. */
import { describe, expect, it } from 'vitest'
import { benchAppend } from '../../bench/log-append.ts'
import { buildHistory } from '../../bench/log-replay.ts'
import { verifyLog } from '../../src/log/verify.ts'
import { newDir, open } from './logs.ts'

describe('the benchmarks of the log', () => {
  it('give a ratio for each size of batch', () => {
    const rows = benchAppend({ rounds: 20 })
    expect(rows.map(row => row.name)).toEqual(['append, batches of 1', 'append, batches of 10', 'append, batches of 100'])
    for (const row of rows) expect(row.ratio).toBeGreaterThan(0)
  })

  it('replay a sound history of the size they name, in segments', () => {
    const dir = newDir()
    buildHistory(dir, 20_000)
    expect(verifyLog(dir)).toMatchObject({ events: 20_000, problems: [] })
    expect(open(dir).scan().from).toBe('all')
  })
})
