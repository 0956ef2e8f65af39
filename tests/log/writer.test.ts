/** Who writes: identity of a clone, clocks, forks. */
import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { activeBytes, activeLines, activePath, addRaw, at, cloneOf, command, draft, drafts, localFiles, logOf, namesIn, newDir, open, problemsIn, replaceAsGit, types } from './logs.ts'

describe('the writer of a clone', () => {
  it('writes and reads nothing into a workspace that is only read', () => {
    const dir = logAndForget('a')
    const clone = cloneOf(dir)
    const log = open(clone)
    expect([log.writer(), namesIn(log), Object.values(log.heads())]).toEqual(['', ['a'], [1]])
    expect(localFiles(clone, '.')).toEqual([])
  })

  it('keeps its id from command to command and from process to process', () => {
    const dir = newDir()
    const first = logOf(dir, 'a')
    const second = open(dir)
    command(second, drafts('b'), at(1))
    expect(second.writer()).toBe(first.writer())
    expect(open(dir).heads()).toEqual({ [first.writer()]: 2 })
  })

  it('takes a new id in a copied directory and says so first', () => {
    const dir = newDir()
    const original = logOf(dir, 'a', 'b')
    const copyDir = newDir()
    cpSync(dir, copyDir, { recursive: true })
    const copy = open(copyDir)
    command(copy, drafts('c'), at(5))
    const events = [...copy.scan().events]
    const [rewound] = events.filter(event => event.type === 'log.rewound')
    expect(copy.writer()).not.toBe(original.writer())
    expect(rewound).toMatchObject({ writer: copy.writer(), seq: 1, data: { from: original.writer(), seq: 2, hash: events[1]?.hash, reason: 'copied-directory' } })
    command(original, drafts('d'), at(6))
    expect(original.writer()).toBe(events[0]?.writer)
  })

  it('keeps its id when the directory is moved', () => {
    const dir = newDir()
    const before = logOf(dir, 'a').writer()
    const moved = join(newDir(), 'elsewhere')
    renameSync(dir, moved)
    const log = open(moved)
    command(log, drafts('b'), at(1))
    expect([log.writer(), namesIn(log)]).toEqual([before, ['a', 'b']])
    rmSync(moved, { recursive: true })
  })

  it('rewinds after a checkout of an older commit, and keeps what was taken away', () => {
    const dir = newDir()
    const log = logOf(dir, 'a')
    const older = activeBytes(dir)
    command(log, drafts('b'), at(1))
    const before = log.writer()
    replaceAsGit(dir, older)
    const recovery = log.recover(at(2))
    expect([recovery.rewound, recovery.problems.map(problem => problem.kind)]).toEqual([true, ['lost-events']])
    command(log, drafts('c'), at(2))
    expect(log.writer()).not.toBe(before)
    expect(namesIn(log)).toEqual(['a', 'c'])
    expect(localFiles(dir, 'quarantine').map(name => readFileSync(join(dir, '.factory-local/quarantine', name), 'utf8')).join()).toContain('spec/b')
  })

  it('rewinds when a backup is copied over the file in place', () => {
    const dir = newDir()
    const log = logOf(dir, 'a')
    const backup = activeBytes(dir)
    command(log, drafts('b'), at(1))
    writeFileSync(activePath(dir), backup)
    command(log, drafts('c'), at(2))
    expect(types(log.scan().events)).toEqual(['spec.readied', 'log.rewound', 'spec.readied'])
  })

  it('records a rewind again if the process died before it was appended', () => {
    const dir = newDir()
    logOf(dir, 'a')
    const copyDir = newDir()
    cpSync(dir, copyDir, { recursive: true })
    open(copyDir).recover(at(1))
    const log = open(copyDir)
    command(log, drafts('b'), at(2))
    expect(types(log.scan().events)).toEqual(['spec.readied', 'log.rewound', 'spec.readied'])
  })

  it('goes on under its id when the newer history is checked out again', () => {
    const dir = newDir()
    const log = logOf(dir, 'a')
    const older = activeBytes(dir)
    command(log, drafts('b'), at(1))
    const newer = activeBytes(dir)
    replaceAsGit(dir, older)
    replaceAsGit(dir, newer)
    expect(log.recover(at(2)).rewound).toBe(false)
  })

  it('takes a new id when its record is damaged', () => {
    const dir = newDir()
    logOf(dir, 'a')
    writeFileSync(join(dir, '.factory-local', 'writer'), '{"writer":"xx')
    const log = open(dir)
    command(log, drafts('b'), at(1))
    expect(types(log.scan().events)).toEqual(['spec.readied', 'log.rewound', 'spec.readied'])
  })

  it('names the heads of the others that it had seen', () => {
    const dir = newDir()
    const other = logOf(dir, 'a', 'b')
    const clone = cloneOf(dir)
    const log = open(clone)
    const [first, second] = command(log, drafts('c', 'd'), at(3))
    expect([first?.seen, second?.seen]).toEqual([{ [other.writer()]: 2 }, undefined])
    expect(activeLines(dir).join()).not.toContain('"seen"')
  })
})

describe('clocks', () => {
  it('report a writer in 2099, order its events, and come after them', () => {
    const dir = newDir()
    const log = open(dir)
    command(log, drafts('future'), new Date('2099-01-01T00:00:00.000Z'))
    const clone = cloneOf(dir)
    const other = open(clone)
    expect(other.recover(at(0)).problems.map(problem => problem.kind)).toEqual(['clock-ahead'])
    const [event] = other.append([draft('now')], at(0))
    expect(event).toMatchObject({ time: '2099-01-01T00:00:00.000Z', tick: 1, at: at(0).toISOString() })
    expect(namesIn(other)).toEqual(['future', 'now'])
    expect(other.clocksAhead(at(0))).toHaveLength(1)
  })

  it('are not reported any more once the writer has been put right', () => {
    const dir = newDir()
    const log = open(dir)
    command(log, drafts('future'), new Date('2099-01-01T00:00:00.000Z'))
    command(log, drafts('now'), at(0))
    expect(log.recover(at(1)).problems).toEqual([])
    expect(log.clocksAhead(at(1))).toEqual([])
  })
})

describe('a fork', () => {
  it('is folded from both lines, in the same order everywhere, and reported', () => {
    const dir = logAndForget('a')
    const twin = newDir()
    cpSync(dir, twin, { recursive: true })
    const [left, right] = [dir, twin].map((place, index) => {
      const log = open(place, { newWriter: () => 'forked' })
      rmSync(join(place, '.factory-local'), { recursive: true })
      command(log, drafts(index === 0 ? 'left' : 'right'), at(1))
      return activeLines(place).at(-1) ?? ''
    })
    const merged = cloneOf(dir)
    const mirrored = cloneOf(twin)
    addRaw(merged, `${right}\n`)
    addRaw(mirrored, `${left}\n`)
    expect(namesIn(open(merged))).toEqual(namesIn(open(mirrored)))
    expect(namesIn(open(merged)).toSorted()).toEqual(['a', 'left', 'right'])
    expect(problemsIn(open(merged))).toContain('fork')
  })
})

function logAndForget(...words: string[]): string {
  const dir = newDir()
  logOf(dir, ...words).close()
  return dir
}
