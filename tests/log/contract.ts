/** What every implementation of the log port must do; run against the file log and the memory log. */
import { describe, expect, it } from 'vitest'
import type { LogPort } from '../../src/log/port.ts'
import { Refusal } from '../../src/error.ts'
import { at, command, draft, drafts, names, namesIn } from './logs.ts'

export function describeLogPort(name: string, make: () => LogPort): void {
  describe(`the log port: ${name}`, () => {
    it('gives back what was appended, in order, equal to what append returned', () => {
      const log = make()
      const stored = [...command(log, drafts('a', 'b')), ...command(log, [draft('c', { run: 'run-x-1', cause: 'x:1', key: 'k', onBehalfOf: 'agent:spec' })], at(5))]
      expect([...log.scan().events]).toEqual(stored)
    })

    it('counts per writer from 1 and chains each event to the one before', () => {
      const log = make()
      const [first, second] = command(log, drafts('a', 'b'))
      const [third] = command(log, drafts('c'), at(1))
      expect([first?.seq, second?.seq, third?.seq]).toEqual([1, 2, 3])
      expect([first?.prev, second?.prev, third?.prev]).toEqual(['', first?.hash, second?.hash])
      expect(log.nextSeq()).toBe(4)
      expect(log.heads()).toEqual({ [log.writer()]: 3 })
    })

    it('makes an event without an item the beginning of its own', () => {
      const log = make()
      log.recover(at(0))
      const id = `${log.writer()}:${log.nextSeq()}` as const
      const [first, second] = log.append([draft('a'), draft('a', { item: id })], at(0))
      expect([first?.item, second?.item]).toEqual([id, id])
    })

    it('marks the events of one command as a batch, and a single one not', () => {
      const log = make()
      expect(command(log, drafts('a', 'b', 'c')).map(event => event.batch)).toEqual([[1, 3], [2, 3], [3, 3]])
      expect(command(log, drafts('d'))[0]).not.toHaveProperty('batch')
    })

    it('stores data as a reader will see it, without undefined and with dates as text', () => {
      const log = make()
      const stored = command(log, [draft('a', { data: { gone: undefined, when: at(0), text: 'ü\u2028"\ud800' } })])
      expect(stored[0]?.data).toEqual([...log.scan().events][0]?.data)
      expect(stored[0]?.data).not.toHaveProperty('gone')
    })

    it('appends nothing for no drafts', () => {
      const log = make()
      expect(command(log, [])).toEqual([])
      expect(namesIn(log)).toEqual([])
    })

    it('never lets the clock run backwards, and keeps the wall clock beside it', () => {
      const log = make()
      const [first] = command(log, drafts('a'), at(100))
      const [second] = command(log, drafts('b'), at(0))
      const [third] = command(log, drafts('c'), at(100.5))
      expect([second?.time, second?.tick, second?.at]).toEqual([first?.time, 1, at(0).toISOString()])
      expect([third?.time, third?.tick, third?.at]).toEqual([at(100.5).toISOString(), 0, undefined])
      expect(namesIn(log)).toEqual(['a', 'b', 'c'])
    })

    it('refuses an event larger than a line may be, and stays usable', () => {
      const log = make()
      expect(() => command(log, [draft('big', { data: 'x'.repeat(1024 * 1024) })])).toThrow(Refusal)
      command(log, drafts('a'))
      expect(namesIn(log)).toEqual(['a'])
    })

    it('goes on from a cursor with only what is new', () => {
      const log = make()
      command(log, drafts('a', 'b'))
      const scan = log.scan()
      void [...scan.events]
      command(log, drafts('c', 'd'), at(1))
      const next = log.scan(scan.cursor())
      expect(next.from).toBe('tail')
      expect(names(next.events)).toEqual(['c', 'd'])
      expect(next.cursor().events).toBe(4)
      expect(names(log.scan(next.cursor()).events)).toEqual([])
    })

    it('reads everything again for a cursor that it does not know', () => {
      const log = make()
      command(log, drafts('a', 'b'))
      const scan = log.scan()
      void [...scan.events]
      const again = log.scan({ ...scan.cursor(), activeHash: 'f'.repeat(64) })
      expect([again.from, names(again.events)]).toEqual(['all', ['a', 'b']])
    })
  })
}
