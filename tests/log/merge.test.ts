/** Two writers: any interleaving, any order of uniting, one fold order; readers that follow. */
import { appendFileSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openMemoryLog } from '../../src/log/memory-log.ts'
import { uniteLogs } from '../../src/log/merge.ts'
import { subscribe } from '../../src/log/subscribe.ts'
import type { StoredEvent } from '../../src/log/port.ts'
import { activeBytes, activePath, at, cloneOf, command, draft, drafts, names, namesIn, newDir, open, problemsIn, replaceAsGit, unsyncedFs } from './logs.ts'

type Step = { readonly who: 'ours' | 'theirs'; readonly events: number; readonly skewSeconds: number } | { readonly sync: 'ours' | 'theirs' }

const side = fc.constantFrom('ours' as const, 'theirs' as const)
const steps = fc.array(fc.oneof(
  { weight: 4, arbitrary: fc.record({ who: side, events: fc.integer({ min: 1, max: 4 }), skewSeconds: fc.integer({ min: -3, max: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ sync: side }) },
), { maxLength: 14 })

/** Two clones that work and now and then take over what the other one has. */
function play(plan: readonly Step[]): { ours: string; theirs: string; made: number } {
  const ours = newDir()
  command(open(ours, { fs: unsyncedFs }), drafts('base'), at(0))
  const dirs = { ours, theirs: cloneOf(ours) }
  let made = 1
  for (const [index, step] of plan.entries()) {
    if ('sync' in step) {
      const other = step.sync === 'ours' ? 'theirs' : 'ours'
      replaceAsGit(dirs[step.sync], uniteLogs(activeBytes(dirs[step.sync]), activeBytes(dirs[other])).bytes)
      continue
    }
    const log = open(dirs[step.who], { fs: unsyncedFs })
    command(log, Array.from({ length: step.events }, (_, member) => draft(`${step.who}-${index}-${member}`)), at(index + step.skewSeconds))
    log.close()
    made += step.events
  }
  return { ...dirs, made }
}

describe('two writers', () => {
  it('fold to the same order on both sides, whatever was interleaved and synced, and nothing is lost', () => {
    fc.assert(fc.property(steps, plan => {
      const { ours, theirs, made } = play(plan)
      const [left, right] = [activeBytes(ours), activeBytes(theirs)]
      const united = uniteLogs(left, right)
      expect(united.bytes).toEqual(uniteLogs(right, left).bytes)
      expect(uniteLogs(united.bytes, left, right).bytes).toEqual(united.bytes)
      const orders = [united.bytes, Buffer.concat([left, right]), Buffer.concat([right, left])].map(bytes => {
        const dir = newDir()
        writeFileSync(activePath(dir), bytes)
        return [...open(dir).scan().events].map(event => event.hash)
      })
      expect(orders[1]).toEqual(orders[0])
      expect(orders[2]).toEqual(orders[0])
      const dir = newDir()
      writeFileSync(activePath(dir), united.bytes)
      expect(namesIn(open(dir))).toHaveLength(made)
      expect(problemsIn(open(dir))).toEqual([])
    }), { numRuns: 60 })
  })

  it('keep the order in which each of them wrote, and put nothing before what it was decided on', () => {
    fc.assert(fc.property(steps, plan => {
      const { ours, theirs } = play(plan)
      const dir = newDir()
      writeFileSync(activePath(dir), uniteLogs(activeBytes(ours), activeBytes(theirs)).bytes)
      const seenSoFar = new Map<string, number>()
      for (const event of open(dir).scan().events) {
        expect(event.seq).toBe((seenSoFar.get(event.writer) ?? 0) + 1)
        for (const [writer, seq] of Object.entries(event.seen ?? {})) expect(seenSoFar.get(writer) ?? 0).toBeGreaterThanOrEqual(seq)
        seenSoFar.set(event.writer, event.seq)
      }
    }), { numRuns: 60 })
  })

  it('read from any cursor come to what reading from the beginning gives', () => {
    fc.assert(fc.property(steps, fc.nat(), (plan, cutAt) => {
      const { ours, theirs } = play(plan)
      const lines = uniteLogs(activeBytes(ours), activeBytes(theirs)).bytes.toString().split('\n').filter(Boolean)
      const cut = cutAt % (lines.length + 1)
      const dir = newDir()
      writeFileSync(activePath(dir), lines.slice(0, cut).map(line => `${line}\n`).join(''))
      const log = open(dir)
      const first = log.scan()
      const before = [...first.events]
      const cursor = first.cursor()
      appendFileSync(activePath(dir), lines.slice(cut).map(line => `${line}\n`).join(''))
      const next = log.scan(cursor)
      const after = [...next.events]
      const whole = log.scan()
      expect(next.from === 'tail' ? [...before, ...after] : after).toEqual([...whole.events])
      expect(next.cursor()).toEqual(whole.cursor())
    }), { numRuns: 80 })
  })
})

describe('uniting logs', () => {
  it('keeps the bytes of lines with fields that this version does not know, and sets aside what cannot be read', () => {
    const dir = newDir()
    command(open(dir), drafts('a', 'b'))
    const united = uniteLogs(Buffer.concat([activeBytes(dir), Buffer.from('noise\n<<<<<<< HEAD\ntorn')]), activeBytes(dir))
    expect(united.bytes).toEqual(activeBytes(dir))
    expect(united.unreadable.map(String).toSorted()).toEqual(['noise', 'torn'])
    expect([united.events, Object.values(united.heads)]).toEqual([2, [2]])
  })
})

describe('a subscription', () => {
  const collect = (): { got: string[]; take: (events: readonly StoredEvent[]) => void } => {
    const got: string[] = []
    return { got, take: events => void got.push(...names(events)) }
  }

  it('delivers each event once, also those of another writer that arrive late', () => {
    const ours = newDir()
    command(open(ours), drafts('base'), at(0))
    const theirs = cloneOf(ours)
    command(open(theirs), drafts('early'), at(1))
    const { got, take } = collect()
    const follower = subscribe(open(ours), {}, take)
    expect(follower.poll()).toBe(1)
    command(open(ours), drafts('late-1', 'late-2'), at(10))
    expect(follower.poll()).toBe(2)
    replaceAsGit(ours, uniteLogs(activeBytes(ours), activeBytes(theirs)).bytes)
    expect(follower.poll()).toBe(1)
    expect(follower.poll()).toBe(0)
    expect(got).toEqual(['base', 'late-1', 'late-2', 'early'])
    expect(follower.heads()).toEqual(open(ours).heads())
  })

  it('goes on from the heads that another one ended with', () => {
    const dir = newDir()
    const log = open(dir)
    command(log, drafts('a', 'b'))
    const first = subscribe(log, {}, () => {})
    first.poll()
    command(log, drafts('c'), at(1))
    const { got, take } = collect()
    subscribe(log, first.heads(), take).poll()
    expect(got).toEqual(['c'])
  })

  it('makes a delivery again that has thrown', () => {
    const log = openMemoryLog()
    command(log, drafts('a'))
    let fails = true
    const { got, take } = collect()
    const follower = subscribe(log, {}, events => {
      if (fails) throw new Error('full')
      take(events)
    })
    expect(() => follower.poll()).toThrow('full')
    fails = false
    follower.poll()
    expect(got).toEqual(['a'])
  })

  it('does not claim to have what is still missing', () => {
    const source = newDir()
    command(open(source), drafts('a'), at(0))
    command(open(source), drafts('b'), at(1))
    command(open(source), drafts('c'), at(2))
    const lines = activeBytes(source).toString().split('\n')
    const dir = newDir()
    writeFileSync(activePath(dir), `${lines[0]}\n${lines[2]}\n`)
    const { got, take } = collect()
    const follower = subscribe(open(dir), {}, take)
    follower.poll()
    expect(Object.values(follower.heads())).toEqual([1])
    writeFileSync(activePath(dir), `${lines[0]}\n${lines[2]}\n${lines[1]}\n`)
    follower.poll()
    expect([got, Object.values(follower.heads())]).toEqual([['a', 'c', 'b'], [3]])
  })
})
