/** Whatever an agent leaves, reading it answers with a document and problems; never with an exception. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { intentTitle } from '../../src/formats/intent-document.ts'
import { parseNeeds } from '../../src/formats/needs-document.ts'
import { parseReport } from '../../src/formats/report-document.ts'
import { parseResearch } from '../../src/formats/research-document.ts'
import { parseSkill } from '../../src/formats/skill-document.ts'
import { parseSpec } from '../../src/formats/spec-document.ts'

const line = fc.constantFrom(
  '---', 'blocks: x', 'scope: [a', 'due: 2026-01-01', 'name: &a [*a]', '? {a: b}', '# T', '## 6. Verification Criteria', '```sh', '```', 'npm test', '## 7. Ambiguities', '### 7. Ambiguities', '### 7.1 Q', '#### 7.1.1 R',
  '- category: observation', '- category: config-edit', '- change-class: model-change', '- status: open', '### Exact Change', 'move a from available to always', 'verdict: SATISFIED (9/10)', 'NOT SATISFIED',
  '## Satisfaction Score', '## Summary', '> quote', '  indented', '', '\t- tab', '<div>', '[^1]: note', '| a | b |', '|---|---|', '~~~', '- [ ] task', '\u0000', '\uFEFF', 'constructor: 1', '__proto__: 2', '## __proto__')
const text = fc.oneof(fc.array(line, { maxLength: 30 }).chain(lines => fc.constantFrom('\n', '\r\n').map(end => lines.join(end))), fc.string({ unit: 'grapheme', maxLength: 80 }))

describe('any text', () => {
  it('is read as any kind of document, with problems on lines that exist', () => {
    fc.assert(fc.property(text, given => {
      const spec = parseSpec(given)
      const documents = [spec, parseNeeds(given, 'spec'), parseReport(given), parseResearch(given), parseSkill(given)]
      const last = given.split(/\r\n|\n|\r/).length + 1
      for (const { problems } of documents) for (const found of problems) expect(found.line >= 1 && found.line <= last, JSON.stringify(found)).toBe(true)
      expect(spec.criteria.map(({ id }) => id)).toEqual(spec.criteria.map((_, index) => `c${index + 1}`))
      expect(intentTitle(given, 'file.md')).not.toBe('')
    }), { numRuns: 1200 })
  })

  it('reads the same with either line end', () => {
    fc.assert(fc.property(fc.array(line.filter(each => !each.includes('\u0000')), { maxLength: 30 }), lines => {
      const [unix, dos] = [parseNeeds(lines.join('\n')), parseNeeds(lines.join('\r\n'))]
      expect(dos).toEqual(unix)
    }), { numRuns: 400 })
  })
})
