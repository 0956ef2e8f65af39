/** needs.md: needs, observations, configuration changes. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { instantOf, parseNeeds } from '../../src/formats/needs-document.ts'

const change = (body: string, agent: string | null = 'librarian') => parseNeeds(`## a-b\n- category: config-edit\n- blocked: x\n${body}`, agent)

describe('needs', () => {
  it('default to open manual interventions, with the exact change as written', () => {
    const { needs, problems } = parseNeeds('# Needs\n\n## builder-docker\n- created: 2026-11-20T12:00+02:00\n- blocked: no Docker\n  on this machine\n- context: web-shop\n\n### Exact Change\n```sh\ninstall docker\n```\n')
    expect(problems).toEqual([])
    expect(needs).toEqual([{ id: 'builder-docker', line: 3, status: 'open', created: '2026-11-20T10:00:00.000Z', category: 'manual-intervention', blocked: 'no Docker\non this machine', context: 'web-shop', exactChange: '```sh\ninstall docker\n```' }])
  })

  it('report unknown words and unreadable times, and keep the entry', () => {
    const { needs, problems } = parseNeeds('## a-b\n- status: done\n- created: yesterday\n- category: wish\n- blocked: x\n')
    expect(needs).toMatchObject([{ status: 'open', created: null, category: 'manual-intervention' }])
    expect(problems.map(({ code, line }) => [code, line])).toEqual([['status-unknown', 2], ['created-unreadable', 3], ['category-unknown', 4]])
  })

  it('read times without a zone as UTC, whatever the machine', () => {
    expect(instantOf('2026-11-20')).toBe('2026-11-20T00:00:00.000Z')
    expect(instantOf('2026-11-20 10:00')).toBe('2026-11-20T10:00:00.000Z')
    expect(instantOf('2026-11-20T10:00:00+0200')).toBe('2026-11-20T08:00:00.000Z')
    expect(instantOf('2026-13-20')).toBeNull()
  })
})

describe('observations', () => {
  const observe = (fields: string) => parseNeeds(`## a-b\n- category: observation\n${fields}`)

  it('are high by documented words and low otherwise', () => {
    expect(observe('- blocked: the docs are stale\n').observations).toMatchObject([{ severity: 'high', explicit: false, text: 'the docs are stale' }])
    expect(observe('- observation: a colour could be nicer\n').observations).toMatchObject([{ severity: 'low' }])
  })

  it('are critical only where the field says so', () => {
    fc.assert(fc.property(fc.constantFrom('pipeline blocked', 'data loss', 'security', 'wording breaks my flow', 'cannot proceed', 'critical!', 'severity critical'), text => {
      expect(observe(`- observation: ${text}\n`).observations[0]?.severity).not.toBe('critical')
    }))
    expect(observe('- severity: critical\n- stops: login-page, `spec/shop`\n- observation: x\n')).toMatchObject({ observations: [{ severity: 'critical', explicit: true, stops: ['login-page', 'shop'] }], problems: [], needs: [] })
    expect(observe('- severity: urgent\n- observation: x\n')).toMatchObject({ observations: [{ severity: 'low', explicit: false }], problems: [{ code: 'severity-unknown' }] })
  })
})

describe('configuration changes', () => {
  it('are read from fields', () => {
    expect(change('- change-class: skill-placement\n- target: agents.builder.skills\n- value: flaky\n- from: available\n- to: always\n')).toMatchObject({
      changes: [{ id: 'a-b', change: { class: 'skill-placement', target: 'builder', value: 'flaky', from: 'available', to: 'always', inferred: false } }], needs: [{ category: 'config-edit' }], problems: [],
    })
    expect(change('- change_class: model-change\n- target: spec\n- from: a\n- to: b\n').changes[0]?.change).toMatchObject({ class: 'model-change', target: 'spec', value: 'b', from: 'a' })
    expect(change('- change-class: acl-read-expand\n- value: learnings/\n').changes[0]?.change).toMatchObject({ target: 'librarian', value: 'learnings/' })
  })

  it.each([
    ['Move `flaky` from `available:` to `always:` for builder.', { class: 'skill-placement', target: 'builder', value: 'flaky', to: 'always' }],
    ['move skill flaky from available to always', { class: 'skill-placement', target: 'librarian', value: 'flaky' }],
    ['- add learnings/ to can_read: of spec', { class: 'acl-read-expand', target: 'spec', value: 'learnings/' }],
    ['add tasks/maintenance/ to can_write', { class: 'acl-write-expand', target: 'librarian', value: 'tasks/maintenance/' }],
    ['set model: to opus for builder', { class: 'model-change', target: 'builder', value: 'opus' }],
  ])('are inferred from the documented sentence "%s"', (sentence, expected) => {
    expect(change(`\n### Exact Change\n${sentence}\n`).changes[0]?.change).toMatchObject({ ...expected, inferred: true })
  })

  it.each([
    ['free prose', '\n### Exact Change\nPlease put flaky into the always list of the builder.\n'],
    ['two sentences at once', '\n### Exact Change\nmove a from available to always\nmove b from available to always\n'],
    ['fields without a class', '- target: builder\n\n### Exact Change\nmove a from available to always\n'],
    ['nothing', ''],
  ])('are not guessed from %s', (_, body) => {
    const read = change(body)
    expect(read.changes).toMatchObject([{ change: null }])
    expect(read.problems).toMatchObject([{ code: 'change-undetermined', message: 'cannot determine change-class' }])
  })

  it('name what is incomplete', () => {
    expect(change('- change-class: rewrite\n').problems).toMatchObject([{ code: 'change-class-unknown' }])
    expect(change('- change-class: skill-placement\n- target: builder\n').problems).toMatchObject([{ code: 'change-incomplete', message: 'the change names no skill (- value:)' }])
  })
})
