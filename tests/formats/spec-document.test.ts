/** Specs: front matter, criteria, ambiguities. */
import { describe, expect, it } from 'vitest'
import { parseSpec } from '../../src/formats/spec-document.ts'

const codes = (text: string) => parseSpec(text).problems.map(({ code }) => code)
const ids = (text: string) => parseSpec(text).ambiguities.map(({ id }) => id)

describe('a spec', () => {
  it('says for what, where and how urgently in its front matter', () => {
    const spec = parseSpec('---\nproject: shop\napp: gsd\nscope: ["src/**"]\npriority: 1\ndue: 2026-11-30\ndeliver: pull-request\nmine: 7\n---\n# Login page\n')
    expect(spec).toMatchObject({ title: 'Login page', project: 'shop', app: 'gsd', scope: ['src/**'], priority: 1, due: '2026-11-30', deliver: 'pull-request', problems: [] })
    expect(spec.frontMatter['mine']).toBe(7)
  })

  it('reports slips of the pen, bad values and broken front matter with their line', () => {
    expect(parseSpec('---\nprojct: shop\ndue: 2026-02-31\npriority: soon\nscope: ../x\nproject: A b\n---\n# t\n').problems)
      .toMatchObject([{ line: 2, mend: 'did you mean project?' }, { line: 3, code: 'spec-due' }, { line: 4, code: 'spec-priority' }, { line: 5, code: 'spec-scope' }, { line: 6, code: 'spec-project' }])
    expect(parseSpec('---\nproject: [a\n---\n# t\n').problems).toMatchObject([{ code: 'front-matter-yaml' }])
    expect(codes('---\nproject: shop\n\n# t\n')).toEqual(['front-matter-unclosed'])
    expect(codes('\n\n---\nproject: shop\n---\n# t\n')).toEqual(['front-matter-not-first'])
  })

  it('takes the shell blocks under Verification Criteria, and no others', () => {
    const spec = parseSpec('# t\n\n```sh\nrm x\n```\n\n## 6. Verification Criteria\n\n```sh\nnpm test\n```\n\n- nested\n\n  ```bash\n  ./a\n  ./b\n  ```\n\n### more\n```text\nout\n```\n```shell\ntrue\n```\n\n## 7. Else\n```sh\nfalse\n```\n')
    expect(spec.criteria).toEqual([{ id: 'c1', script: 'npm test', line: 9 }, { id: 'c2', script: './a\n./b', line: 15 }, { id: 'c3', script: 'true', line: 24 }])
    expect(spec.problems).toEqual([])
  })

  it('gives a criterion LF line ends, whatever the editor wrote', () => {
    expect(parseSpec('# t\r\n## Verification Criteria\r\n```sh\r\na\r\nb\r\n```\r\n').criteria).toEqual([{ id: 'c1', script: 'a\nb', line: 3 }])
  })

  it('reports criteria that would be lost: no language, unclosed fence, wrong level', () => {
    expect(codes('# t\n## Verification Criteria\n```\nnpm test\n```\n')).toEqual(['criterion-without-language'])
    expect(codes('# t\n## Verification Criteria\n```sh\nnpm test\n## 7. Ambiguities\n')).toEqual(['fence-unclosed'])
    expect(codes('# t\n### 6. Verification Criteria\n```sh\nnpm test\n```\n')).toEqual(['criteria-level'])
  })

  it.each(['## Ambiguities', '## 7. Ambiguities', '## 7 Ambiguities', '## Ambiguities Requiring Human Decision', '# 7. Ambiguities'])('finds the entries under "%s"', heading => {
    expect(ids(`# t\n\n${heading}\n\n### 7.1 Q\n- status: open\n\n### 7.2 R\n\n${heading.split(' ')[0]} 8. Notes\n\n### 8.1 not one\n`)).toEqual(['7.1', '7.2'])
  })

  it('finds entries of the same level as their section when they carry its number', () => {
    expect(ids('## Spec\n### 7. Ambiguities\n### 7.1 Q\n- status: open\n### 7.10 R\n### 8. Appendix\n### 8.1 not one\n')).toEqual(['7.1', '7.10'])
    expect(ids('## Spec\n### 7. Ambiguities\n#### 7.1 Q\n### Later\n#### 9.1 not one\n')).toEqual(['7.1'])
  })

  it('reports text under Ambiguities that is no entry, unless it says that there is none', () => {
    expect(codes('# t\n## Ambiguities\n- Which database?\n')).toEqual(['ambiguity-unread'])
    expect(codes('# t\n## Ambiguities\nNone.\n')).toEqual([])
    expect(codes('# t\n## Open ambiguities\n### 7.1 Q\n')).toEqual(['ambiguities-heading'])
    expect(parseSpec('# t\n## Ambiguities\n### Which database?\n')).toMatchObject({ ambiguities: [{ id: 'which-database' }], problems: [{ code: 'entry-without-id', line: 3 }] })
  })
})
