/** Specs from intent to ready, and their other ends. */
import { describe, expect, it } from 'vitest'
import { openDecisions } from '../../src/deciders/decisions.ts'
import { requestResearch, withdrawResearch } from '../../src/deciders/research.ts'
import { documentSpec, draftSpec, editSpec, readySpec, submitIntent, withdrawSpec } from '../../src/deciders/specs.ts'
import { stages } from '../../reducers/reducing.ts'
import { doc, fields, given, intent } from './given.ts'

const hard = { entry: '7.1', question: 'Which?', options: [{ id: 'a', text: 'x' }], recommendation: null, reversibility: 'low', impact: 'governance', context: '' } as const

describe('intents', () => {
  it('take their name from the title where none is given, and are refused where nothing legal is left', () => {
    const on = given()
    on.did(submitIntent, { ...intent('x'), name: null, title: 'Login Page!' })
    expect(on.spec('login-page').stage).toBe('inbox')
    expect(on.refusal(submitIntent, { ...intent('x'), name: null, title: '日本' })).toBe('name-missing')
    expect(on.refusal(submitIntent, { ...intent('x'), name: '../x' })).toBe('name-illegal')
    expect(on.refusal(submitIntent, { ...intent('x'), doc: doc('') })).toBe('text-empty')
  })

  it('are the same intent when the same text waits under the same name', () => {
    const on = given().submitted('a', 'one')
    expect(on.did(submitIntent, intent('a', 'one'))).toEqual([])
  })

  it('wait as the next revision under the name of an active item, and begin when it is over', () => {
    const on = given().ready('a').submitted('a', 'again').submitted('a', 'and again')
    const revisions = Object.values(on.state.specs.byId)
    expect(revisions.map(spec => [spec.revision, spec.stage])).toEqual([[1, 'ready'], [2, 'inbox'], [3, 'inbox']])
    expect(on.refusal(draftSpec, { spec: revisions[1]!.id, doc: doc('d'), fields: fields() }, 'agent:spec')).toBe('revision-waits')
    on.did(withdrawSpec, { spec: revisions[0]!.id, reason: 'no' })
    expect(on.spec('a').revision).toBe(2)
    expect(on.did(draftSpec, { spec: revisions[1]!.id, doc: doc('d'), fields: fields() }, 'agent:spec')).toEqual(['spec.drafted'])
  })

  it('may be called like something every object has', () => {
    const on = given().submitted('constructor').submitted('valueof')
    expect(on.spec('constructor').revision).toBe(1)
    expect(on.spec('constructor').stage).toBe('inbox')
  })
})

describe('drafting and readying', () => {
  it('goes from inbox or drafting only, and the same draft again is already so', () => {
    const on = given().submitted('a')
    const draft = { spec: on.spec('a').id, doc: doc('draft'), fields: fields() }
    expect(on.did(draftSpec, draft, 'agent:spec')).toEqual(['spec.drafted'])
    expect(on.did(draftSpec, draft, 'agent:spec')).toEqual([])
    expect(on.did(readySpec, { ...draft, doc: doc('ready') }, 'agent:spec')).toEqual(['spec.readied'])
    expect(on.did(readySpec, { ...draft, doc: doc('ready') }, 'agent:spec')).toEqual([])
    expect(on.refusal(draftSpec, draft, 'agent:spec')).toBe('not-legal-now')
  })

  it('is refused while a hard question or research waits for an answer, and names it', () => {
    const on = given().submitted('a')
    const ready = { spec: on.spec('a').id, doc: doc('ready'), fields: fields() }
    on.did(openDecisions, { spec: ready.spec, entries: [hard], origin: 'spec' }, 'agent:spec')
    const refusal = on.refused(readySpec, ready, 'agent:spec')
    expect([refusal.code, refusal.exitCode]).toEqual(['decisions-open', 3])
    expect(refusal.message).toContain('7.1')
    const other = given().submitted('b')
    other.did(requestResearch, { name: 'which-db', blocks: ['b'], doc: doc('which?') }, 'agent:spec')
    expect(other.refused(readySpec, { ...ready, spec: other.spec('b').id }).message).toContain('which-db')
    other.did(withdrawResearch, { research: other.state.research.byName['which-db']! })
    expect(other.did(readySpec, { ...ready, spec: other.spec('b').id })).toEqual(['spec.readied'])
  })

  it('is refused without a text', () => {
    const on = given().submitted('a')
    expect(on.refusal(readySpec, { spec: on.spec('a').id, doc: doc(''), fields: fields() })).toBe('spec-incomplete')
  })
})

describe('a change by a person', () => {
  it('ends the run in progress on the item, in the same batch', () => {
    const on = given().submitted('a').claimed('a', 'draft', 'spec')
    expect(on.did(editSpec, { spec: on.spec('a').id, doc: doc('new words'), fields: fields() })).toEqual(['run.cancelled', 'spec.edited'])
    expect(on.state.runs.live).toEqual({})
    expect(on.spec('a').tries).toBeNull()
  })

  it('takes a build back with its run, and puts the spec where it was withdrawn to', () => {
    const on = given().ready('a').claimed('a', 'build')
    expect(on.refused(editSpec, { spec: on.spec('a').id, doc: doc('n'), fields: fields() }).mend).toContain(on.live('a'))
    expect(on.did(withdrawSpec, { spec: on.spec('a').id, reason: 'no' })).toEqual(['run.cancelled', 'spec.withdrawn'])
    expect(on.spec('a').stage).toBe('withdrawn')
  })

  it('is not taken from an agent', () => {
    const on = given().submitted('a')
    expect(on.refusal(editSpec, { spec: on.spec('a').id, doc: doc('n'), fields: fields() }, 'agent:spec')).toBe('person-only')
  })

  it('edits in inbox, drafting, ready and planning only; a refusal says what to do instead', () => {
    const legal = new Set(['inbox', 'drafting', 'ready', 'planning'])
    for (const stage of stages) {
      const on = given().submitted('a')
      on.spec('a').stage = stage
      const edit = { spec: on.spec('a').id, doc: doc('n'), fields: fields() }
      if (legal.has(stage)) expect(on.decide(editSpec, edit), stage).toHaveLength(1)
      else expect([on.refusal(editSpec, edit), on.refused(editSpec, edit).mend !== undefined], stage).toEqual(['not-legal-now', true])
    }
  })
})

describe('the ends of a spec', () => {
  it('are documented from verified only, and withdrawn from any stage that is not over', () => {
    for (const stage of stages) {
      const on = given().submitted('a')
      on.spec('a').stage = stage
      const spec = on.spec('a').id
      if (stage === 'verified') expect(on.did(documentSpec, { spec })).toEqual(['spec.documented'])
      else if (stage === 'documented') expect(on.did(documentSpec, { spec })).toEqual([])
      else expect(on.refusal(documentSpec, { spec }), stage).toBe('not-legal-now')
      on.spec('a').stage = stage
      if (stage === 'withdrawn') expect(on.did(withdrawSpec, { spec, reason: '' })).toEqual([])
      else if (stage === 'documented' || stage === 'resolved') expect(on.refusal(withdrawSpec, { spec, reason: '' })).toBe('not-legal-now')
      else expect(on.did(withdrawSpec, { spec, reason: '' })).toEqual(['spec.withdrawn'])
    }
  })
})
