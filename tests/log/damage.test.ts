/** Damage: torn tails, flipped bytes, markers, duplicates, foreign order, half batches. */
import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { activeBytes, activeLines, activePath, addRaw, at, cloneOf, command, draft, drafts, localFiles, logOf, names, namesIn, newDir, open, problemsIn, replaceAsGit, types, unsyncedFs } from './logs.ts'

const recordPath = (dir: string): string => join(dir, '.factory-local', 'writer')
const quarantined = (dir: string): string => localFiles(dir, 'quarantine').map(name => readFileSync(join(dir, '.factory-local/quarantine', name), 'utf8')).join('')

describe('a torn tail', () => {
  it('at any byte of the last three lines costs only what was not whole, and the next command repairs it', () => {
    const dir = newDir()
    logOf(dir, 'a', 'b', 'c', 'd', 'e').close()
    const whole = activeBytes(dir)
    const ends = [...whole.keys()].filter(index => whole[index] === 10)
    for (let size = (ends[1] ?? 0) + 1; size < whole.length; size++) {
      const expected = ['a', 'b', 'c', 'd', 'e'].slice(0, ends.filter(end => end <= size).length)
      const place = newDir()
      writeFileSync(activePath(place), whole.subarray(0, size))
      const log = open(place, { fs: unsyncedFs })
      expect(namesIn(log)).toEqual(expected)
      command(log, drafts('z'), at(9))
      log.close()
      expect([namesIn(open(place)), problemsIn(open(place))]).toEqual([[...expected, 'z'], []])
    }
  })

  it('is copied to quarantine, cut and recorded', () => {
    const dir = newDir()
    const log = logOf(dir, 'a')
    addRaw(dir, '{"format":1,"seq":2,"wri')
    expect(problemsIn(log)).toEqual(['torn-tail'])
    command(log, drafts('b'), at(1))
    const repaired = [...log.scan().events][1]
    expect(repaired).toMatchObject({ type: 'log.repaired', data: { bytes: 24 } })
    expect(quarantined(dir)).toBe('{"format":1,"seq":2,"wri')
  })

  it('that is a whole event but for its LF is an event, and gets its LF', () => {
    const dir = newDir()
    logOf(dir, 'a', 'b').close()
    const bytes = activeBytes(dir)
    truncateSync(activePath(dir), bytes.length - 1)
    const log = open(dir)
    expect(namesIn(log)).toEqual(['a', 'b'])
    expect(log.recover(at(3)).drafts).toEqual([])
    expect(activeBytes(dir)).toEqual(bytes)
  })

  it('in the middle of a batch takes back the whole batch, wherever it was cut off', () => {
    for (let kept = 1; ; kept += 61) {
      const dir = newDir()
      const log = logOf(dir, 'a')
      const before = activeBytes(dir).length
      const record = readFileSync(recordPath(dir))
      command(log, drafts('b', 'c', 'd'), at(1))
      if (before + kept >= activeBytes(dir).length - 1) return
      writeFileSync(recordPath(dir), record)
      truncateSync(activePath(dir), before + kept)
      expect(namesIn(open(dir))).toEqual(['a'])
      const again = open(dir)
      command(again, drafts('e'), at(2))
      expect([namesIn(again), problemsIn(again), again.writer()]).toEqual([['a', 'e'], [], log.writer()])
      expect(quarantined(dir)).toHaveLength(kept)
    }
  })
})

describe('a flipped byte', () => {
  it('in any place of one line never hides another line, is named, and lets no exception out', () => {
    const dir = newDir()
    logOf(dir, 'a', 'b', 'c').close()
    const whole = activeBytes(dir)
    const start = whole.indexOf(10) + 1
    const end = whole.indexOf(10, start)
    for (let index = start; index <= end; index++) {
      const bytes = Buffer.from(whole)
      bytes[index] = (bytes[index] ?? 0) ^ 0x04
      const place = newDir()
      writeFileSync(activePath(place), bytes)
      const scan = open(place).scan()
      const found = names(scan.events)
      expect(found).toContain('a')
      expect(index === end ? found[0] : found.at(-1)).toBe(index === end ? 'a' : 'c')
      expect(scan.problems().length).toBeGreaterThan(0)
    }
  })

  it('stops writing until it is in quarantine', () => {
    const dir = newDir()
    const log = logOf(dir, 'a', 'b', 'c')
    const bytes = activeBytes(dir)
    bytes[bytes.indexOf('spec/b')] = 0x53
    writeFileSync(activePath(dir), bytes)
    expect(log.recover(at(4)).problems.map(problem => problem.kind)).toEqual(['bad-hash'])
    expect(() => log.append(drafts('d'), at(4))).toThrow(/quarantine/)
    expect(namesIn(log)).toEqual(['a', 'c'])
    log.recover(at(4))
    log.append(log.repairLines().drafts, at(4))
    command(log, drafts('d'), at(5))
    expect(namesIn(log)).toEqual(['a', 'c', 'd'])
    expect(problemsIn(log)).toEqual(['gap'])
    expect(quarantined(dir)).toContain('Spec/b')
  })

  it('anywhere in anything that is not a log at all never throws', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), noise => {
      const dir = newDir()
      writeFileSync(activePath(dir), noise)
      const log = open(dir)
      expect(namesIn(log)).toEqual([])
      log.recover(at(0))
    }), { numRuns: 60 })
  })
})

describe('what git leaves behind', () => {
  const twoClones = (): { ours: string; theirs: string; base: Buffer } => {
    const ours = newDir()
    logOf(ours, 'base').close()
    const theirs = cloneOf(ours)
    const base = activeBytes(ours)
    command(open(ours), drafts('our-1', 'our-2'), at(10))
    command(open(theirs), drafts('their-1'), at(11))
    command(open(theirs), drafts('their-2'), at(9))
    command(open(ours), drafts('our-3'), at(12))
    return { ours, theirs, base }
  }
  const expected = ['base', 'our-1', 'our-2', 'their-1', 'their-2', 'our-3']

  it('conflict markers, with both sides between them, are healed and recorded', () => {
    const { ours, theirs, base } = twoClones()
    const [mine, other] = [ours, theirs].map(dir => activeBytes(dir).subarray(base.length).toString())
    replaceAsGit(ours, `${base.toString()}<<<<<<< HEAD\n${mine}=======\n${other}>>>>>>> origin/main\n`)
    expect(problemsIn(open(ours))).toContain('conflict-marker')
    expect(namesIn(open(ours))).toEqual(expected)
    const log = open(ours)
    command(log, drafts('next'), at(20))
    expect(namesIn(log)).toEqual([...expected, 'next'])
    expect(problemsIn(log)).toEqual([])
    expect([...log.scan().events].find(event => event.type === 'log.merged')).toMatchObject({ data: { removed: 3 } })
  })

  it('the union merge of two sides, in either order, folds the same and is sorted', () => {
    const { ours, theirs, base } = twoClones()
    const [mine, other] = [ours, theirs].map(dir => activeBytes(dir).subarray(base.length))
    for (const sides of [[mine, other], [other, mine]]) {
      const place = newDir()
      replaceAsGit(place, Buffer.concat([base, ...sides.map(side => side ?? Buffer.alloc(0))]))
      expect(namesIn(open(place))).toEqual(expected)
      command(open(place), drafts('next'), at(20))
      expect(activeLines(place).map(line => (JSON.parse(line) as { stream: string }).stream.slice(5)).slice(0, 6)).toEqual(expected)
    }
  })

  it('duplicated lines count once and go away', () => {
    const { ours, theirs } = twoClones()
    replaceAsGit(ours, Buffer.concat([activeBytes(ours), activeBytes(theirs)]))
    expect(namesIn(open(ours))).toEqual(expected)
    expect(problemsIn(open(ours))).toContain('duplicate')
    const log = open(ours)
    command(log, drafts('next'), at(20))
    expect([namesIn(log), problemsIn(log)]).toEqual([[...expected, 'next'], []])
  })

  it('a pull over lines that it did not know loses none of them', () => {
    const { ours, theirs, base } = twoClones()
    replaceAsGit(ours, Buffer.concat([base, activeBytes(theirs).subarray(base.length)]))
    const log = open(ours)
    const before = log.writer()
    command(log, drafts('next'), at(20))
    expect(namesIn(log)).toEqual([...expected, 'next'])
    expect(log.writer()).toBe(before)
    expect(types(log.scan().events)).toContain('log.restored')
  })

  it('a removed file comes back whole, under the same writer', () => {
    const dir = newDir()
    const log = logOf(dir, 'a', 'b')
    rmSync(activePath(dir))
    const writer = log.writer()
    command(log, drafts('c'), at(3))
    expect([namesIn(log), log.writer()]).toEqual([['a', 'b', 'c'], writer])
  })
})

describe('an incomplete batch', () => {
  it('of another writer is kept, never folded, reported, and folded once its last line arrives', () => {
    const dir = newDir()
    command(open(dir), drafts('a', 'b', 'c'))
    const [first = '', second = '', third = ''] = activeLines(dir)
    const place = newDir()
    writeFileSync(activePath(place), `${first}\n${second}\n`)
    const log = open(place)
    command(log, drafts('own'), at(5))
    expect([namesIn(log), problemsIn(log)]).toEqual([['own'], ['incomplete-batch']])
    const scan = log.scan()
    void [...scan.events]
    addRaw(place, `${third}\n`)
    const again = log.scan(scan.cursor())
    expect([again.from, names(again.events)]).toEqual(['all', ['a', 'b', 'c', 'own']])
    command(log, [draft('next')], at(6))
    expect([namesIn(log), problemsIn(log)]).toEqual([['a', 'b', 'c', 'own', 'next'], []])
  })
})
