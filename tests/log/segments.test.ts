/** Sealed segments: names, order, whole batches, two clones that seal, damage. */
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { StoredEvent } from '../../src/log/port.ts'
import { verifyLog } from '../../src/log/verify.ts'
import { activeBytes, activeLines, activePath, at, cloneOf, command, draft, drafts, names, namesIn, newDir, open, problemsIn, replaceAsGit, types } from './logs.ts'

const segmentsOf = (dir: string): string[] => (existsSync(join(dir, 'log')) ? readdirSync(join(dir, 'log')).toSorted() : [])
const bytesOf = (dir: string, name: string): Buffer => readFileSync(join(dir, 'log', name))

/** `count` commands of up to four events, sealed on the way. */
function sealedLog(dir: string, count: number, prefix = 'n', segmentBytes = 2000, from = 0): string[] {
  const log = open(dir, { segmentBytes })
  const made: string[] = []
  for (let index = 0; index < count; index++) {
    const words = Array.from({ length: 1 + (index % 4) }, (_, member) => `${prefix}${index}-${member}`)
    made.push(...names(command(log, drafts(...words), at(from + index))))
    log.seal()
  }
  log.close()
  return made
}

describe('sealing', () => {
  it('moves the head of the active file to segments named by their bytes, and nothing is read differently', () => {
    const dir = newDir()
    const made = sealedLog(dir, 30)
    expect(segmentsOf(dir).length).toBeGreaterThan(5)
    for (const name of segmentsOf(dir)) expect(createHash('sha256').update(bytesOf(dir, name)).digest('hex').slice(0, 16)).toBe(name.slice(0, 16))
    expect(statSync(activePath(dir)).size).toBeLessThanOrEqual(2000)
    expect([namesIn(open(dir)), problemsIn(open(dir)), verifyLog(dir).problems]).toEqual([made, [], []])
  })

  it('never cuts a batch', () => {
    const dir = newDir()
    sealedLog(dir, 40)
    for (const name of segmentsOf(dir)) {
      const events = bytesOf(dir, name).toString().split('\n').filter(Boolean).map(line => JSON.parse(line) as StoredEvent)
      expect(events.at(0)?.batch?.[0] ?? 1).toBe(1)
      expect(events.at(-1)?.batch?.[0]).toBe(events.at(-1)?.batch?.[1])
    }
  })

  it('seals a batch larger than the limit as a whole', () => {
    const dir = newDir()
    const log = open(dir, { segmentBytes: 2000 })
    const words = Array.from({ length: 40 }, (_, index) => `w${index}`)
    command(log, drafts(...words))
    expect(log.seal()).toEqual([`log/${segmentsOf(dir)[0] ?? ''}`, 'events.jsonl'])
    expect([segmentsOf(dir).length, activeBytes(dir).length, namesIn(log)]).toEqual([1, 0, words])
    command(log, drafts('next'), at(1))
    expect(namesIn(log)).toEqual([...words, 'next'])
  })

  it('does nothing below the limit', () => {
    const dir = newDir()
    const log = open(dir)
    command(log, drafts('a'))
    expect([log.seal(), segmentsOf(dir)]).toEqual([[], []])
  })

  it('keeps the id of the writer although its head has gone into a segment, also when the index is gone', () => {
    const dir = newDir()
    const log = open(dir, { segmentBytes: 1 })
    command(log, drafts('a'))
    log.seal()
    const before = log.writer()
    writeFileSync(join(dir, '.factory-local', 'segments.json'), 'nonsense')
    writeFileSync(activePath(dir), '')
    const [event] = command(open(dir), drafts('b'), at(1))
    expect([event?.writer, event?.seq]).toEqual([before, 2])
  })

  it('leaves a half batch and a line that cannot be read in the active file', () => {
    const dir = newDir()
    const source = newDir()
    command(open(source), drafts('x', 'y'), at(0))
    const log = open(dir, { segmentBytes: 300 })
    command(log, drafts('a'), at(1))
    const half = activeLines(source)[0] ?? ''
    replaceAsGit(dir, `${activeBytes(dir).toString()}${half}\nnot a line\n`)
    log.recover(at(1))
    log.seal()
    expect(activeLines(dir)).toEqual([half, 'not a line'])
    expect(namesIn(log)).toEqual(['a'])
  })

  it('tells a reader with a cursor to read everything again', () => {
    const dir = newDir()
    const log = open(dir, { segmentBytes: 600 })
    command(log, drafts('a', 'b'))
    const scan = log.scan()
    void [...scan.events]
    log.seal()
    const again = log.scan(scan.cursor())
    expect([again.from, names(again.events)]).toEqual(['all', ['a', 'b']])
  })
})

describe('segments of two clones', () => {
  it('that were cut differently from one history are read once, by both, in one order', () => {
    const ours = newDir()
    const base = sealedLog(ours, 10, 'base', 1e6)
    const theirs = cloneOf(ours)
    const mine = sealedLog(ours, 10, 'our', 2000, 100)
    const other = sealedLog(theirs, 10, 'their', 3100, 100)
    for (const [from, to] of [[ours, theirs], [theirs, ours]] as const) cpSync(join(from, 'log'), join(to, 'log'), { recursive: true })
    const active = [activeBytes(ours), activeBytes(theirs)]
    replaceAsGit(ours, Buffer.concat(active))
    replaceAsGit(theirs, Buffer.concat(active.toReversed()))
    const read = namesIn(open(ours))
    expect(read).toEqual(namesIn(open(theirs)))
    expect(read.toSorted()).toEqual([...base, ...mine, ...other].toSorted())
    for (const dir of [ours, theirs]) {
      command(open(dir), [draft('end')], at(500))
      expect(namesIn(open(dir))).toEqual([...read, 'end'])
      expect(verifyLog(dir).problems.filter(problem => problem.kind !== 'duplicate')).toEqual([])
    }
  })

  it('a crash between the segment and the shortened file leaves lines twice, which the next command heals', () => {
    const dir = newDir()
    const log = open(dir, { segmentBytes: 500 })
    command(log, drafts('a', 'b', 'c'))
    const before = activeBytes(dir)
    log.seal()
    replaceAsGit(dir, before)
    expect([namesIn(open(dir)), problemsIn(open(dir))]).toEqual([['a', 'b', 'c'], ['duplicate']])
    command(open(dir), drafts('d'), at(1))
    expect([types(open(dir).scan().events).at(-2), namesIn(open(dir)), problemsIn(open(dir))]).toEqual(['log.merged', ['a', 'b', 'c', 'd'], []])
  })

  it('an older checkout takes segments away too, and rewinds', () => {
    const dir = newDir()
    sealedLog(dir, 6, 'old', 1e6)
    const older = cloneOf(dir)
    sealedLog(dir, 12, 'new', 2000, 50)
    const log = open(dir)
    const before = log.writer()
    const bytes = activeBytes(older)
    rmSync(join(dir, 'log'), { recursive: true })
    replaceAsGit(dir, bytes)
    command(log, drafts('next'), at(99))
    expect(log.writer()).not.toBe(before)
    expect(namesIn(log)).toEqual([...namesIn(open(older)), 'next'])
  })
})

describe('a damaged segment', () => {
  it('is named, and every line that verifies is still read in its place', () => {
    const dir = newDir()
    const made = sealedLog(dir, 20)
    const victim = 'n4-0'
    const name = segmentsOf(dir).find(segment => bytesOf(dir, segment).includes(`spec/${victim}`)) ?? ''
    const bytes = bytesOf(dir, name)
    bytes[bytes.indexOf(`"name":"${victim}"`) + 9] = 0x58
    writeFileSync(join(dir, 'log', name), bytes)
    const read = namesIn(open(dir))
    expect(read).toEqual(made.filter(word => word !== victim))
    expect(problemsIn(open(dir))).toEqual(['segment-damaged', 'bad-hash', 'gap'])
    expect(verifyLog(dir).problems.map(problem => problem.kind)).toContain('segment-damaged')
  })
})
