/** The block format of requests, and decisions read from it. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isSoft, parseDecisions, readDecision } from '../../src/formats/decision-document.ts'
import { parseEntryBlocks } from '../../src/formats/entry-block.ts'

const only = (text: string) => {
  const { entries } = parseEntryBlocks(text)
  expect(entries).toHaveLength(1)
  return entries[0]!
}
const codes = (problems: readonly { code: string }[]) => problems.map(({ code }) => code)

describe('an entry', () => {
  it('has its id, title, fields and labelled parts, with lines', () => {
    const entry = only('# Decisions: x\n\n### 7.1 Which database?\n- reversibility: high\n- impact: cosmetic\n\n**Options:**\n- **(a)** one\n- **(b)** two\n\n**Recommendation:** (b)\n')
    expect(entry).toMatchObject({ id: '7.1', title: 'Which database?', line: 3 })
    expect(entry.fields).toEqual([{ key: 'reversibility', value: 'high', line: 4 }, { key: 'impact', value: 'cosmetic', line: 5 }])
    expect(entry.parts.map(({ label, line }) => [label, line])).toEqual([['options', 7], ['recommendation', 11]])
  })

  it('reads labels written directly under a list, which Markdown takes for the last item', () => {
    const decision = readDecision(only('### 7.1 Q\n- reversibility: high\n- impact: cosmetic\n**Options:**\n- **(a)** one\n- (b) two\n- c) three\n**Recommendation:** (c) because it is shorter\n'))
    expect(decision).toMatchObject({ reversibility: 'high', impact: 'cosmetic', recommendation: 'c', problems: [] })
    expect(decision.options).toEqual([{ id: 'a', text: 'one' }, { id: 'b', text: 'two' }, { id: 'c', text: 'three' }])
  })

  it('lets a text go on over lines, and takes no prose into a word', () => {
    const entry = only('## a-b\n- blocked: one\ntwo\n  three\n- status: open\nAnd then prose.\n\n- context: four\n  - five\n')
    expect(entry.fields.map(({ key, value }) => [key, value])).toEqual([['blocked', 'one\ntwo\nthree'], ['status', 'open'], ['context', 'four\n- five']])
    expect(entry.text).toBe('And then prose.')
  })

  it('reads level-2 entries with level-3 Options and Recommendation as one entry', () => {
    const { decisions, problems } = parseDecisions('# Decisions: x\n\n## 7.1 Which?\n- reversibility: low\n- impact: governance\n\n### Options\n- (a) one\n- (b) two\n\n### Recommendation\n(a)\n\n## 7.2 Else?\n- reversibility: high\n- impact: implementation\n\n### Options\n1. first\n2. second\n')
    expect(problems).toEqual([])
    expect(decisions.map(({ entry, recommendation, options }) => [entry, recommendation, options.map(({ id }) => id)])).toEqual([['7.1', 'a', ['a', 'b']], ['7.2', null, ['1', '2']]])
    expect(decisions.map(isSoft)).toEqual([false, true])
  })

  it('keeps 7.1 and 7.10 apart, and the first of a repeated id', () => {
    const { entries, problems } = parseEntryBlocks('## 7.10 ten\n- status: open\n\n## 7.1 one\n\n## 7.1 again\n')
    expect(entries.map(({ id, title }) => [id, title])).toEqual([['7.10', 'ten'], ['7.1', 'one']])
    expect(problems).toMatchObject([{ code: 'entry-twice', line: 6 }])
  })

  it('does not take headings inside code for entries or fields inside code for fields', () => {
    const entry = only('## a-b\n\n```md\n## c-d\n- status: resolved\n```\n')
    expect(entry.fields).toEqual([])
  })

  it('reports a field outside a list instead of missing it silently', () => {
    expect(codes(only('## a-b title\nstatus: resolved\n').problems)).toEqual(['field-not-in-list'])
  })

  it('treats a missing or unknown tag as unclassified, hard and reported', () => {
    const decision = readDecision(only('### 7.1 Q\n- impact: huge\n\n**Options:**\n- (a) one\n'))
    expect(decision).toMatchObject({ reversibility: 'unclassified', impact: 'unclassified' })
    expect(isSoft(decision)).toBe(false)
    expect(codes(decision.problems)).toEqual(['reversibility-missing', 'impact-unknown'])
  })

  it('does not invent a recommendation that names no option', () => {
    const decision = readDecision(only('### 7.1 Q\n- reversibility: high\n- impact: cosmetic\n\n**Options:**\n- (a) one\n- what else\n\n**Recommendation:** (z)\n'))
    expect(decision.recommendation).toBeNull()
    expect(codes(decision.problems)).toEqual(['recommendation-unknown', 'option-unreadable'])
  })

  it('never throws, and gives every problem a line of the text', () => {
    const piece = fc.constantFrom('## 7.1 a\n', '### x-y\n', '- status: open\n', '- key : v\n', '**Options:**\n', '- **(a)** t\n', '  nested\n', '\n', '```\n', '> q\n', 'prose\n', '**Recommendation:** (a)\n', '1. n\n', '  - (b) deep\n', '<!-- c -->\n', '| a |\n|---|\n', '\r\n', '\t- x: y\n')
    fc.assert(fc.property(fc.array(piece, { maxLength: 25 }), pieces => {
      const text = pieces.join('')
      const { decisions, problems } = parseDecisions(text)
      for (const found of problems) expect(found.line >= 1 && found.line <= text.split('\n').length).toBe(true)
      expect(new Set(decisions.map(({ entry }) => entry)).size).toBe(decisions.length)
    }), { numRuns: 1500 })
  })
})
