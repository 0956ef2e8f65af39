/** Needs, observations, learnings, research and kept texts. */
import { describe, expect, it } from 'vitest'
import { dismissObservation, openNeed, promoteObservation, recordLearning, recordObservation, resolveNeed } from '../../src/deciders/feedback.ts'
import { fingerprintOf } from '../../src/deciders/fingerprints.ts'
import { applyChange, promoteSkill, refuseChange, removeFile, undoChange, writeFile } from '../../src/deciders/library.ts'
import { answerResearch, editResearch, requestResearch, withdrawResearch } from '../../src/deciders/research.ts'
import { submitIntent } from '../../src/deciders/specs.ts'
import { aClaim, configOf, doc, given, intent } from './given.ts'
import { claimRun } from '../../src/deciders/runs.ts'
import type { Clone } from './given.ts'

const need = (id: string, more: object = {}) => ({ id, agent: 'builder', category: 'manual-intervention' as const, blocked: 'no token', context: '', change: null, held: null, ...more })
const remark = (text: string, more: object = {}) => ({ slug: 'Docs are Stale', text, context: '', severity: 'low' as const, agent: 'builder', stops: [], ...more })
const observations = (on: Clone) => Object.values(on.state.feedback.observations)

describe('needs', () => {
  it('that an agent lists again are known, open or resolved', () => {
    const on = given()
    expect(on.did(openNeed, need('k'), 'agent:builder')).toEqual(['need.opened'])
    expect(on.did(openNeed, need('k', { blocked: 'still no token' }), 'agent:builder')).toEqual([])
    on.did(resolveNeed, { id: 'k', note: 'done' })
    expect(on.did(openNeed, need('k'), 'agent:builder')).toEqual([])
    expect(on.did(openNeed, need('k', { blocked: 'the token expired' }), 'agent:builder')).toEqual(['need.opened'])
  })

  it('are resolved by their exact key; several of one key are listed, and their ids resolve them', () => {
    const on = given()
    on.did(openNeed, need('k'), 'agent:builder')
    on.did(openNeed, need('k', { agent: 'spec' }), 'agent:spec')
    const refusal = on.refused(resolveNeed, { id: 'k', note: '' })
    expect(refusal.code).toBe('need-ambiguous')
    expect(refusal.message).toContain('need/builder/k')
    expect(on.refusal(resolveNeed, { id: 'k', note: '' }, 'agent:builder')).toBe('person-only')
    on.did(resolveNeed, { id: 'spec/k', note: '' })
    on.did(resolveNeed, { id: 'k', note: '' })
    expect(on.refusal(resolveNeed, { id: 'k', note: '' })).toBe('need-not-found')
    expect(on.refusal(resolveNeed, { id: 'kk', note: '' })).toBe('need-not-found')
  })

  it('that hold a text back keep the newest, and decline it when a person resolves them', () => {
    const on = given()
    const held = (text: string) => need('agents.yaml', { agent: 'unknown', category: 'approval', held: { path: 'agents.yaml', doc: doc(text) } })
    on.did(openNeed, held('one'), 'unknown')
    expect(on.did(openNeed, held('two'), 'unknown')).toEqual(['need.resolved', 'need.opened'])
    expect(on.refusal(resolveNeed, { id: 'agents.yaml', note: '' }, 'kernel')).toBe('person-only')
    expect(on.did(resolveNeed, { id: 'agents.yaml', note: '' })).toEqual(['need.resolved'])
    expect(on.state.library.byPath['agents.yaml']).toBeUndefined()
    expect(Object.values(on.state.feedback.needs).map(({ note }) => note)).toEqual(['a newer one took its place', 'declined'])
  })
})

describe('observations', () => {
  it('in the same words are one, whatever their case and punctuation', () => {
    const on = given()
    on.did(recordObservation, remark('The docs are stale!'), 'agent:builder')
    expect(on.did(recordObservation, remark('the  docs are stale', { agent: 'spec' }), 'agent:spec')).toEqual(['observation.merged'])
    expect(on.did(recordObservation, remark('The tests are slow'), 'agent:builder')).toEqual(['observation.recorded'])
    expect(observations(on).map(({ file, times }) => [file, times])).toEqual([['2026-11-20T1000-low-docs-are-stale.md', 2], ['2026-11-20T1000-low-docs-are-stale-2.md', 1]])
  })

  it('that were closed are not opened again by the agent that made them', () => {
    const on = given()
    on.did(recordObservation, remark('x y'), 'agent:builder')
    const { id } = observations(on)[0]!
    expect(on.refusal(dismissObservation, { observation: id, reason: '' })).toBe('reason-missing')
    expect(on.refusal(dismissObservation, { observation: id, reason: 'no' }, 'agent:builder')).toBe('person-only')
    on.did(dismissObservation, { observation: id, reason: 'no' })
    expect(on.did(recordObservation, remark('X, y'), 'agent:builder')).toEqual(['observation.merged'])
    expect(observations(on)[0]?.status).toBe('dismissed')
    expect(on.did(recordObservation, remark('x y', { agent: 'spec' }), 'agent:spec')).toEqual(['observation.recorded'])
  })

  it('are promoted once, under a name that no intent has', () => {
    const on = given()
    on.did(submitIntent, intent('docs-are-stale'))
    on.did(recordObservation, remark('x y'), 'agent:builder')
    const { id } = observations(on)[0]!
    expect(on.refusal(promoteObservation, { observation: id, doc: doc('p') }, 'agent:builder')).toBe('person-only')
    expect(on.refusal(promoteObservation, { observation: id, doc: doc('p') }, 'kernel')).toBe('person-only')
    expect(on.did(promoteObservation, { observation: id, doc: doc('p') })).toEqual(['spec.submitted', 'observation.promoted'])
    expect(on.spec('docs-are-stale-2').source).toMatchObject({ kind: 'observation' })
    expect(observations(on)[0]?.promotedTo).toEqual({ spec: on.spec('docs-are-stale-2').id, name: 'docs-are-stale-2' })
    expect(on.spec('docs-are-stale').doc).toEqual(intent('docs-are-stale').doc)
    expect(on.refusal(promoteObservation, { observation: id, doc: doc('p') })).toBe('already-promoted')
  })

  it('are promoted by the kernel only if they are small and policy says so', () => {
    const on = given(configOf({}, { policy: { promoteLowObservations: true } }))
    on.did(recordObservation, remark('x y'), 'agent:builder')
    on.did(recordObservation, remark('z', { severity: 'high' }), 'agent:builder')
    const [low, high] = observations(on)
    expect(on.did(promoteObservation, { observation: low!.id, doc: doc('p') }, 'kernel')).toHaveLength(2)
    expect(on.refusal(promoteObservation, { observation: high!.id, doc: doc('p') }, 'kernel')).toBe('person-only')
  })
})

describe('learnings', () => {
  it('are kept once by what they say, and never over another of the same file name', () => {
    const on = given()
    const lesson = (text: string) => ({ path: 'learnings/failures/a.md', kind: 'failures' as const, doc: doc(text), spec: null, attempt: 1, fingerprint: fingerprintOf(text) })
    expect(on.did(recordLearning, lesson('one'), 'kernel')).toEqual(['learning.recorded'])
    expect(on.did(recordLearning, lesson('One!'), 'kernel')).toEqual([])
    on.did(recordLearning, lesson('two'), 'kernel')
    expect(Object.keys(on.state.library.byPath)).toEqual(['learnings/failures/a.md', 'learnings/failures/a-2.md'])
  })
})

describe('research', () => {
  it('is asked once, and another spec\'s question of the same name gets a free one', () => {
    const on = given().submitted('a').submitted('b')
    const ask = { name: 'q', blocks: ['a'], doc: doc('which?') }
    on.did(requestResearch, ask, 'agent:spec')
    expect(on.did(requestResearch, ask, 'agent:spec')).toEqual([])
    expect(on.refusal(requestResearch, { ...ask, doc: doc('other') }, 'agent:spec')).toBe('already-asked')
    on.did(requestResearch, { ...ask, blocks: ['b'] }, 'agent:spec')
    expect(Object.keys(on.state.research.byName)).toEqual(['q', 'q-2'])
    expect(on.refusal(requestResearch, { ...ask, blocks: ['nobody'] }, 'agent:spec')).toBe('spec-not-found')
    expect(on.refusal(requestResearch, { ...ask, name: 'Q q' }, 'agent:spec')).toBe('name-illegal')
  })

  it('is answered once, edited by people, and taken back only while open', () => {
    const on = given().submitted('a')
    on.did(requestResearch, { name: 'q', blocks: ['a'], doc: doc('which?') }, 'agent:spec')
    const research = on.state.research.byName['q']!
    on.did(claimRun, aClaim({ agent: 'researcher', dispatch: 'research', subject: research }), 'kernel')
    expect(on.did(editResearch, { research, part: 'question', doc: doc('which one?') })).toEqual(['run.cancelled', 'research.edited'])
    expect(on.refusal(editResearch, { research, part: 'brief', doc: doc('x') })).toBe('not-legal-now')
    expect(on.refusal(editResearch, { research, part: 'question', doc: doc('x') }, 'agent:spec')).toBe('person-only')
    on.did(answerResearch, { research, doc: doc('this') }, 'agent:researcher')
    expect(on.did(answerResearch, { research, doc: doc('this') }, 'agent:researcher')).toEqual([])
    expect(on.refusal(answerResearch, { research, doc: doc('that') }, 'agent:researcher')).toBe('not-legal-now')
    expect(on.refusal(withdrawResearch, { research })).toBe('not-legal-now')
  })
})

describe('kept texts', () => {
  it('are one item per path, whatever becomes of them', () => {
    const on = given()
    const file = { kind: 'memory' as const, path: 'memory/builder/MEMORY.md' }
    on.did(writeFile, { ...file, doc: doc('1') })
    expect(on.did(writeFile, { ...file, doc: doc('1') })).toEqual([])
    expect(on.did(removeFile, file)).toEqual(['memory.removed'])
    expect(on.did(removeFile, file)).toEqual([])
    const [draft] = on.decide(writeFile, { ...file, doc: doc('1') })
    expect(draft).toMatchObject({ type: 'memory.written', item: on.state.library.byPath[file.path]!.item, stream: 'memory/builder/MEMORY.md' })
  })

  it('that the factory cannot run without stay', () => {
    const on = given()
    for (const path of ['agents.yaml', 'apps/x.yaml']) on.did(writeFile, { kind: 'config', path, doc: doc(path) })
    expect(on.refusal(removeFile, { kind: 'config', path: 'agents.yaml' })).toBe('not-removable')
    expect(on.did(removeFile, { kind: 'config', path: 'apps/x.yaml' })).toEqual(['config.removed'])
  })

  it('that are proposed skills are taken up once', () => {
    const on = given()
    const move = { from: 'skills/proposed/x/SKILL.md', path: 'skills/shared/x/SKILL.md', doc: doc('x') }
    expect(on.refusal(promoteSkill, move)).toBe('skill-not-found')
    expect(on.did(writeFile, { kind: 'skill', path: move.from, doc: doc('x') })).toEqual(['skill.proposed'])
    expect(on.did(promoteSkill, move)).toEqual(['skill.promoted'])
    expect(on.did(promoteSkill, move)).toEqual([])
    expect(on.state.library.byPath[move.from]?.removed).toBe(true)
  })
})

describe('a configuration change that an agent asked for', () => {
  const permissions = { groups: { ops: ['librarian'] }, resources: [], escalation: { ops: ['skill-placement' as const] } }
  const asked = (agent: string) => {
    const on = given(configOf({}, { permissions }))
    on.did(writeFile, { kind: 'config', path: 'agents.yaml', doc: doc('old') })
    on.did(openNeed, need('k', { agent, category: 'config-edit', change: { class: 'skill-placement', target: 'builder', from: null, to: null, value: 'x' } }), `agent:${agent}`)
    const { id } = Object.values(on.state.feedback.needs)[0]!
    return { on, change: { need: id, class: 'skill-placement', target: 'builder', path: 'agents.yaml', before: doc('old'), after: doc('new') } }
  }

  it('is applied by policy for those whose group may, with its need met in the same batch', () => {
    const { on, change } = asked('librarian')
    expect(on.refusal(applyChange, { ...change, class: 'model-change' }, 'kernel')).toBe('not-escalated')
    expect(on.did(applyChange, change, 'kernel')).toEqual(['change.applied', 'need.resolved'])
    expect(on.did(applyChange, change, 'kernel')).toEqual([])
    expect(on.refusal(undoChange, { path: 'agents.yaml' }, 'agent:librarian')).toBe('person-only')
    on.did(undoChange, { path: 'agents.yaml' })
    expect(on.state.library.byPath['agents.yaml']?.doc).toEqual(doc('old'))
  })

  it('of anybody else stays open, says why, and is applied by a person to the text it was made for', () => {
    const { on, change } = asked('spec')
    expect(on.refusal(applyChange, change, 'kernel')).toBe('not-escalated')
    expect(on.did(refuseChange, { need: change.need, why: 'not yours' }, 'kernel')).toEqual(['change.refused'])
    expect(on.did(refuseChange, { need: change.need, why: 'not yours' }, 'kernel')).toEqual([])
    expect(on.refusal(applyChange, { ...change, before: doc('older') })).toBe('base-changed')
    expect(on.refusal(applyChange, change, 'agent:spec')).toBe('person-only')
    expect(on.did(applyChange, change)).toEqual(['change.applied', 'need.resolved'])
  })
})
