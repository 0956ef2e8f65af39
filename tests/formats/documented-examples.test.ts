/** Every example in docs/formats.md and in the skills that `init` writes is read without a problem, as what it is said to be. */
import { readFileSync } from 'node:fs'
import type { Code } from 'mdast'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { describe, expect, it } from 'vitest'
import { defaultFiles, defaultSkills, scenarioTemplate } from '../../src/config/defaults/index.ts'
import { builtinAgents } from '../../src/config/builtin-agents.ts'
import { parseDecisions, readDecision } from '../../src/formats/decision-document.ts'
import { intentTitle } from '../../src/formats/intent-document.ts'
import { parseNeeds } from '../../src/formats/needs-document.ts'
import { parsePlan } from '../../src/formats/plan-document.ts'
import { parseReport } from '../../src/formats/report-document.ts'
import { parseResearch } from '../../src/formats/research-document.ts'
import { parseSkill } from '../../src/formats/skill-document.ts'
import { parseSpec } from '../../src/formats/spec-document.ts'

const examplesIn = (text: string): readonly Code[] => fromMarkdown(text).children.filter((node): node is Code => node.type === 'code' && node.lang === 'markdown')
const example = (text: string, kind: string): string => examplesIn(text).find(({ meta }) => meta === kind)!.value

const check: Readonly<Record<string, (text: string) => void>> = {
  intent: text => expect(intentTitle(text, 'file.md')).not.toBe('file'),
  spec: text => {
    const spec = parseSpec(text)
    expect(spec.problems).toEqual([])
    expect(spec.criteria).toHaveLength(1)
    expect(spec.ambiguities.map(readDecision)).toMatchObject([{ entry: '7.1', problems: [], options: [{ id: 'a' }, { id: 'b' }], recommendation: expect.stringMatching(/^[ab]$/) }])
  },
  decisions: text => expect(parseDecisions(text)).toMatchObject({ problems: [], decisions: [{ entry: '7.1', status: 'answered', answer: 'b' }] }),
  needs: text => {
    const { problems, changes, observations } = parseNeeds(text, 'librarian')
    expect(problems).toEqual([])
    expect(changes.every(({ change }) => change !== null)).toBe(true)
    expect(observations.length).toBeGreaterThan(0)
  },
  research: text => expect(parseResearch(text)).toMatchObject({ blocks: ['remember-me'], problems: [] }),
  plan: text => {
    const plan = parsePlan(text)
    expect(plan.problems).toEqual([])
    expect(plan.segments).toHaveLength(2)
  },
  report: text => expect(parseReport(text)).toMatchObject({ verdict: 'not-satisfied', score: 4, problems: [], learning: expect.any(String) }),
  skill: text => expect(parseSkill(text).problems).toEqual([]),
}

describe('the documented examples', () => {
  const docs = readFileSync(new URL('../../docs/formats.md', import.meta.url), 'utf8')

  it('of docs/formats.md cover every kind of document', () => {
    expect(new Set(examplesIn(docs).map(({ meta }) => meta))).toEqual(new Set(Object.keys(check)))
  })

  it.each(Object.keys(check))('of docs/formats.md are read without a problem: %s', kind => check[kind]!(example(docs, kind)))

  it('of the skills are read without a problem', () => {
    const found = defaultSkills.flatMap(({ text }) => examplesIn(text))
    expect(found.length).toBeGreaterThanOrEqual(5)
    for (const { meta, value } of found) check[meta!]!(value)
  })
})

describe('the default files', () => {
  it('hold every skill that an agent is said to have, each with name and description', () => {
    for (const { path, text } of defaultSkills) expect(parseSkill(text), path).toMatchObject({ problems: [], name: path.split('/')[2] })
    const paths = defaultSkills.map(({ path }) => path)
    for (const { name, skills } of builtinAgents) {
      for (const skill of [...skills.always, ...skills.available]) expect(paths.some(path => path === `skills/shared/${skill}/SKILL.md` || path === `skills/${name}/${skill}/SKILL.md`), `${name}: ${skill}`).toBe(true)
    }
  })

  it('have a path each, end with a line end, and fit one screen where they are skills', () => {
    const all = [...defaultFiles, scenarioTemplate('shop')]
    expect(new Set(all.map(({ path }) => path)).size).toBe(all.length)
    for (const { path, text } of all) expect(text.endsWith('\n') && !text.endsWith('\n\n'), path).toBe(true)
    for (const { path, text } of defaultSkills) expect(text.split('\n').length, path).toBeLessThan(75)
  })
})
