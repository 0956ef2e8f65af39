import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { FactoryEvent } from '../../src/events/types.ts'
import { dataProblem } from '../../src/events/catalogue.ts'
import { compareOrder } from '../../src/log/order.ts'
import { projectAll } from '../../projections/all.ts'
import { foldEvents, initialState } from '../../reducers/state.ts'
import { essenceOf, hashOfEssence } from './essence.ts'

const folder = fileURLToPath(new URL('../../fixtures/histories/', import.meta.url))
const histories = readdirSync(folder).filter(name => name.endsWith('.jsonl')).map(name => name.replace('.jsonl', ''))
const eventsOf = (name: string): FactoryEvent[] =>
  readFileSync(`${folder}${name}.jsonl`, 'utf8').split('\n').filter(line => line !== '').map(line => JSON.parse(line) as FactoryEvent).sort(compareOrder)

test('there are golden histories of one writer and of two', () => {
  const writers = histories.map(name => new Set(eventsOf(name).map(event => event.writer)).size)
  expect(writers).toContain(1)
  expect(Math.max(...writers)).toBeGreaterThan(1)
})

test.each(histories)('the history %s means what it meant when it was recorded', name => {
  const expected = JSON.parse(readFileSync(`${folder}${name}.expected.json`, 'utf8')) as { essence: object; hash: string }
  const essence = essenceOf(foldEvents(initialState(), eventsOf(name)))
  expect(essence).toEqual(expected.essence)
  expect(hashOfEssence(essence)).toBe(expected.hash)
})

test.each(histories)('the history %s still passes its schemas and can be projected', name => {
  const events = eventsOf(name)
  expect(events.flatMap(event => dataProblem(event.type, event.version, event.data) ?? [])).toEqual([])
  expect(projectAll(foldEvents(initialState(), events)).length).toBeGreaterThan(20)
})
