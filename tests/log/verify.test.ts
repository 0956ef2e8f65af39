/** Full verification: what an audit sees. */
import { appendFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { verifyLog } from '../../src/log/verify.ts'
import { activeBytes, activeLines, activePath, at, cloneOf, command, draft, drafts, logOf, names, newDir, open } from './logs.ts'

const kinds = (dir: string): string[] => verifyLog(dir).problems.map(problem => problem.kind)
const rewrite = (dir: string, lines: readonly string[]): void => writeFileSync(activePath(dir), lines.map(line => `${line}\n`).join(''))

describe('verifying a log', () => {
  it('counts the events and names the head of every writer', () => {
    const dir = newDir()
    const log = logOf(dir, 'a', 'b')
    const clone = cloneOf(dir)
    const other = open(clone)
    const [last] = command(other, [draft('c')], at(5))
    const seen: string[] = []
    const { events, writers, problems } = verifyLog(clone, { onEvent: event => seen.push(...names([event])) })
    expect([events, problems, seen]).toEqual([3, [], ['a', 'b', 'c']])
    expect(writers.find(writer => writer.id === other.writer())).toEqual({ id: other.writer(), events: 1, head: 1, hash: last?.hash })
    expect(writers.find(writer => writer.id === log.writer())).toMatchObject({ events: 2, head: 2 })
  })

  it('finds a line that was taken out, and one that was put in its place', () => {
    const dir = newDir()
    logOf(dir, 'a', 'b', 'c').close()
    const [first = '', , third = ''] = activeLines(dir)
    rewrite(dir, [first, third])
    expect(kinds(dir)).toEqual(['gap'])
  })

  it('finds an edit although it looks like an event, and a broken chain although every line verifies', () => {
    const dir = newDir()
    logOf(dir, 'a', 'b').close()
    writeFileSync(activePath(dir), activeBytes(dir).toString().replace('human:ada', 'human:eve'))
    expect(kinds(dir)).toEqual(['bad-hash', 'gap'])
    const [left, right] = [newDir(), newDir()].map(place => {
      const log = open(place, { newWriter: () => 'writer' })
      command(log, drafts(place), at(0))
      command(log, drafts('second'), at(1))
      return activeLines(place)
    })
    rewrite(dir, [left?.[0] ?? '', right?.[1] ?? ''])
    expect(kinds(dir)).toEqual(['broken-chain'])
  })

  it('keeps and counts events with unknown fields and types, and names a newer format', () => {
    const dir = newDir()
    const log = open(dir)
    command(log, [draft('a', { type: 'thing.of.tomorrow', data: { deep: [1, { x: null }] } })])
    appendFileSync(activePath(dir), '{"format":2,"what":"ever"}\n')
    expect(verifyLog(dir).events).toBe(1)
    expect(kinds(dir)).toEqual(['newer-format'])
    log.recover(at(1))
    expect(() => log.append(drafts('b'), at(1))).toThrow(expect.objectContaining({ code: 'log-newer' }))
  })
})
