import { expect, test } from 'vitest'
import { catalogue, dataProblem } from '../../src/events/catalogue.ts'
import type { EventDefinition } from '../../src/events/define.ts'
import { isKnown, typeNames } from '../../src/events/type-names.ts'
import type { FactoryEvent } from '../../src/events/types.ts'
import { upcast } from '../../src/events/upcast.ts'
import { initialState, reduce } from '../../reducers/state.ts'

const definitions = Object.entries(catalogue) as [string, EventDefinition][]

const event = (type: string, version: number, data: unknown): FactoryEvent =>
  ({ seq: 1, writer: 'aaaaaa', time: '2026-01-01T00:00:00.000Z', tick: 0, type, version, item: 'aaaaaa:1', stream: 'spec/x', actor: 'human:me', data, prev: '', hash: 'h' }) as FactoryEvent

test('replay knows exactly the types and versions of the catalogue', () => {
  expect([...typeNames].sort()).toEqual(definitions.map(([type]) => type).sort())
  for (const [type, { version }] of definitions) {
    expect(isKnown(type, version)).toBe(true)
    expect(isKnown(type, version + 1)).toBe(false)
  }
})

test('every type is named in the past tense of its stream and says what it means in one sentence', () => {
  for (const [type, { meaning }] of definitions) {
    expect(type).toMatch(/^[a-z]+\.[a-z]+(?:-[a-z]+)*$/)
    expect(meaning).toMatch(/^[A-Z].*\.$/)
  }
})

test('data that the schema forbids is named with its place', () => {
  expect(dataProblem('spec.resolved', 1, { reason: 7 })).toMatch(/spec\.resolved: reason/)
  expect(dataProblem('spec.resolved', 2, { reason: 'x' })).toMatch(/newer Factory/)
  expect(dataProblem('somebody.elses', 1, {})).toBeNull()
})

test('an older version is raised step by step, and the stored event stays as it was', () => {
  const stored = event('spec.resolved', 1, { why: 'obsolete' })
  const raised = upcast(stored, { 'spec.resolved': { 1: data => ({ reason: (data as { why: string }).why }), 2: data => ({ ...(data as object), by: 'manual' }) } })
  expect(raised).toMatchObject({ version: 3, data: { reason: 'obsolete', by: 'manual' } })
  expect(stored.data).toEqual({ why: 'obsolete' })
  expect(upcast(stored, {})).toBe(stored)
})

test('types and versions that nobody knows are kept and counted', () => {
  const state = initialState()
  reduce(state, event('quantum.entangled', 1, {}))
  reduce(state, event('spec.resolved', 9, {}))
  expect(state.unknown).toEqual({ 'quantum.entangled': 1, 'spec.resolved': 1 })
  expect(state.events).toBe(2)
})

test('an event whose data is not what its type says stops no reader', () => {
  const state = initialState()
  for (const type of typeNames) for (const data of [null, {}, 'text', { doc: { sha256: 'x', bytes: 1 } }]) reduce(state, event(type, 1, data))
  expect(state.events).toBe(typeNames.length * 4)
})
