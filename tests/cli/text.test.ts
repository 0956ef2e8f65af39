import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { age, lasting } from '../../src/cli/ages.ts'
import { actorOf } from '../../src/cli/actor.ts'
import { literal, oneLine } from '../../src/cli/literal.ts'
import { say } from '../../src/cli/messages.ts'
import { bold, green, withoutPaint, withPaint } from '../../src/cli/paint.ts'
import { table } from '../../src/cli/table.ts'
import { readTextArgument } from '../../src/cli/text-argument.ts'
import { nameProblem } from '../../src/formats/names.ts'
import { temporaryDirectory } from './factory.ts'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

// What a terminal obeys: C0 without tab and line feed, DEL, C1, and what reorders or hides text.
const obeyed = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/

describe('literal text', () => {
  test('shows what a terminal would obey', () => {
    expect(literal('a\u001b[31mred\u0007\u009b2J')).toBe('a\\x1b[31mred\\x07\\x9b2J')
    expect(literal('abc\u202ecba')).toBe('abc\\u202ecba')
    expect(literal('one\r\ntwo\rthree\tfour')).toBe('one\ntwo\\x0dthree\tfour')
  })

  test('never holds a character that a terminal obeys, and leaves ordinary text alone', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), text => {
      expect(literal(text)).not.toMatch(obeyed)
      expect(literal(literal(text))).toBe(literal(text))
    }))
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom('a', 'é', '中', '🙂', ' ', '\n', '[') }), text => { expect(literal(text)).toBe(text) }))
  })

  test('fits on one line where one line is wanted', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 2, max: 80 }), (text, limit) => {
      expect(oneLine(text, limit)).not.toContain('\n')
    }))
    expect(oneLine('a'.repeat(300), 10)).toBe(`${'a'.repeat(9)}…`)
  })
})

describe('paint', () => {
  const ansi = { bold: (text: string) => `<b>${text}</b>`, dim: String, red: String, green: (text: string) => `<g>${text}</g>`, yellow: String, cyan: String }
  test('becomes colour at the end, or nothing', () => {
    expect(withPaint(`${bold('a')} ${green('b')}`, ansi)).toBe('<b>a</b> <g>b</g>')
    expect(withoutPaint(`${bold('a')} ${green('b')}`)).toBe('a b')
  })
  test('survives being made literal', () => {
    expect(withPaint(literal(bold('x\u001b')), ansi)).toBe('<b>x\\x1b</b>')
  })
})

describe('tables', () => {
  test('keep one row a line whatever the cells hold', () => {
    const lines = table(['A', 'B'], [['x\ny', '\u001b[2J'], ['longer', null]]).split('\n')
    expect(lines.map(line => withoutPaint(line))).toEqual(['A       B', 'x y     \\x1b[2J', 'longer  -'])
  })
})

describe('ages', () => {
  const now = new Date('2026-11-20T12:00:00Z')
  test.each([['2026-11-20T11:59:30Z', 'just now'], ['2026-11-20T11:55:00Z', '5m ago'], ['2026-11-20T09:00:00Z', '3h ago'], ['2026-11-18T11:00:00Z', '2d ago'], ['2026-11-20T13:00:00Z', 'just now'], ['nonsense', 'unknown'], [null, 'unknown']])(
    '%s is %s', (moment, words) => { expect(age(moment, now)).toBe(words) })
  test('durations are short', () => {
    expect([lasting(1234), lasting(59_000), lasting(185_000), lasting(7_440_000)]).toEqual(['1.2s', '59s', '3m 5s', '2h 4m'])
  })
})

describe('the actor', () => {
  test('is a legal name whatever the login is', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), user => {
      const actor = actorOf({ USER: user })
      expect(nameProblem(actor.replace('human:', ''))).toBeNull()
    }))
    expect(actorOf({ USER: 'Ada Lovelace' })).toBe('human:ada-lovelace')
    expect(actorOf({ LOGNAME: 'grace' })).toBe('human:grace')
  })
})

describe('messages', () => {
  test('count and fill in', () => {
    expect(say('decide.pending', { n: 1 })).toBe('1 decision awaiting an answer.')
    expect(say('decide.pending', { n: 2 })).toBe('2 decisions awaiting an answer.')
    expect(say('run.finished', { agent: '$&', run: '{agent}' })).toBe('$& finished ({agent}).')
  })
})

describe('a text argument', () => {
  const cwd = temporaryDirectory()
  writeFileSync(join(cwd, 'a.md'), 'from a file\n')
  writeFileSync(join(cwd, 'b.bin'), Buffer.from([0xff, 0xfe, 0x00]))
  const from = { cwd, stdin: () => Promise.resolve(Buffer.from('from stdin')) }
  test.each([['plain', 'plain'], ['@a.md', 'from a file\n'], ['-', 'from stdin'], ['@@ada', '@ada'], ['', '']])('%j is %j', async (typed, text) => {
    expect(await readTextArgument(typed, from)).toBe(text)
  })
  test('refuses what is missing, is a directory, or is not text', async () => {
    await expect(readTextArgument('@none.md', from)).rejects.toMatchObject({ code: 'file-unreadable', exitCode: 1 })
    await expect(readTextArgument('@.', from)).rejects.toMatchObject({ code: 'file-unreadable' })
    await expect(readTextArgument('@b.bin', from)).rejects.toMatchObject({ code: 'not-text' })
  })
})
