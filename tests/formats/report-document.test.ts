/** Verification reports and rebuild briefs. */
import { describe, expect, it } from 'vitest'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { rebuildBrief } from '../../src/formats/rebuild-brief.ts'
import { parseReport } from '../../src/formats/report-document.ts'

const codes = (text: string) => parseReport(text).problems.map(({ code }) => code)

describe('a report', () => {
  it.each([
    ['verdict: NOT SATISFIED (4/10)', 'not-satisfied', 4],
    ['**Verdict:** SATISFIED (9/10)', 'satisfied', 9],
    ['- verdict: NOT SATISFIED\n\n## Satisfaction Score: 3/10', 'not-satisfied', 3],
    ['SATISFIED\n\n## Satisfaction Score\n\n**8.5/10**', 'satisfied', 8.5],
    ['## Verdict: NOT SATISFIED (2/10)', 'not-satisfied', 2],
    ['## Verdict\n\nSATISFIED (10/10)', 'satisfied', 10],
    ['spec: x\nreviewed_at: y\nverdict: NOT SATISFIED (5/10)', 'not-satisfied', 5],
  ])('has its verdict and score: %s', (text, verdict, score) => {
    expect(parseReport(`# Verification Report: x\n\n${text}\n`)).toMatchObject({ verdict, score, problems: [] })
  })

  it('reports what is missing, unclear or contradictory instead of guessing', () => {
    expect(codes('# r\nAll good.\n')).toEqual(['verdict-missing'])
    expect(codes('# r\nverdict: PARTIALLY SATISFIED\n')).toEqual(['verdict-unclear'])
    expect(parseReport('# r\nverdict: SATISFIED (9/10)\n\nverdict: NOT SATISFIED (2/10)\n')).toMatchObject({ verdict: null, problems: [{ code: 'verdict-contradictory', line: 4 }] })
    expect(codes('# r\nverdict: SATISFIED (9/10)\n## Satisfaction Score: 6/10\n')).toEqual(['scores-differ', 'verdict-against-score'])
    expect(parseReport('# r\nverdict: SATISFIED (12/10)\n').score).toBeNull()
    expect(parseReport('# r\n```\nverdict: SATISFIED (9/10)\n```\n').verdict).toBeNull()
    expect(parseReport('# r\nThe verdict reached after an hour is below.\n').verdict).toBeNull()
  })

  it('says what to fix: the path, else the summary, else everything', () => {
    const report = parseReport('# r\nverdict: NOT SATISFIED (1/10)\n## 2. Summary\ns\n## Path to Resolution\n1. do\n### in detail\nso\n## Generalizable Learning\nl\n')
    expect(report).toMatchObject({ summary: 's', pathToResolution: '1. do\n### in detail\nso', learning: 'l', whatToFix: '1. do\n### in detail\nso' })
    expect(parseReport('# r\n## Summary\ns\n').whatToFix).toBe('s')
    expect(parseReport('# r\nx\n').whatToFix).toBe('# r\nx')
  })
})

describe('a rebuild brief', () => {
  const parts = { name: 'x', attempt: 1, priorFailure: 'tasks/failed/x.v1.md', priorScore: null, whatToFix: 'do', failedCriteria: [{ id: 'c1', command: 'echo "```"', exitCode: 1, output: '````\nno' }] }

  it('says unknown where there was no score, and names the next attempt', () => {
    expect(rebuildBrief(parts)).toContain('- attempt: 2\n- prior_failure: tasks/failed/x.v1.md\n- prior_score: unknown\n')
    expect(rebuildBrief({ ...parts, priorScore: 4 })).toContain('- prior_score: 4/10')
  })

  it('fences commands and output so that nothing in them becomes Markdown', () => {
    const code = fromMarkdown(rebuildBrief(parts)).children.filter(node => node.type === 'code')
    expect(code.map(({ value }) => value)).toEqual(['echo "```"', '````\nno'])
  })

  it('shows the end of a long output, and a conflict where there is one', () => {
    const text = rebuildBrief({ ...parts, failedCriteria: [{ id: 'c1', command: 'x', exitCode: null, output: `${'a'.repeat(9000)}the end` }], conflict: 'src/a.ts' })
    expect(text).toContain('the end')
    expect(text.length).toBeLessThan(6000)
    expect(text).toContain('## Conflict with the Target\n\nsrc/a.ts')
    expect(text).toContain('did not end by itself')
  })
})
