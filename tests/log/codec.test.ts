/** One line: bytes, field order, hash; what a reader sees is what append said. */
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeBytes, decodeText, encodeEvent, HASH_TAIL_BYTES, type EventPlace } from '../../src/log/codec.ts'
import { at, draft } from './logs.ts'

const place: EventPlace = { writer: 'k3f9ab', seq: 17, time: at(0).toISOString(), tick: 0, prev: 'p', seen: { q8d2xx: 311 }, batch: [1, 2], at: at(5).toISOString() }
const anyString = fc.string({ unit: 'binary', maxLength: 20 })

describe('a line', () => {
  it('has its fields in the fixed order, the hash last', () => {
    const { line } = encodeEvent(draft('a', { item: 'k3f9ab:9', run: 'run-k3f9ab-42', cause: 'k3f9ab:16', key: 'once', onBehalfOf: 'agent:spec' }), place)
    expect(Object.keys(JSON.parse(line) as object)).toEqual(['format', 'seq', 'writer', 'time', 'tick', 'type', 'version', 'item', 'stream', 'actor', 'run', 'cause',
      'seen', 'batch', 'at', 'key', 'onBehalfOf', 'data', 'prev', 'hash'])
  })

  it('is hashed over its exact bytes without the final hash field', () => {
    const bytes = Buffer.from(encodeEvent(draft('ü'), place).line)
    const tail = bytes.subarray(-HASH_TAIL_BYTES).toString()
    const digest = createHash('sha256').update(bytes.subarray(0, -HASH_TAIL_BYTES)).digest('hex')
    expect(tail).toBe(`,"hash":"${digest}"}`)
  })

  it('is read back as the event that append returned, whatever the strings and the data are', () => {
    fc.assert(fc.property(anyString, anyString, fc.anything({ withDate: true, withSparseArray: true, withNullPrototype: true }), (name, key, data) => {
      const { line, event } = encodeEvent(draft(name, { key, data }), place)
      const bytes = Buffer.from(line)
      expect(line).not.toContain('\n')
      expect(decodeText(line)).toEqual({ event })
      expect(decodeBytes(bytes, 0, bytes.length)).toStrictEqual({ event: JSON.parse(line) as unknown })
      expect(JSON.stringify(event.data)).toBe(JSON.stringify((JSON.parse(line) as { data: unknown }).data))
    }), { numRuns: 400 })
  })

  it('never makes a reader throw, whatever its bytes are', () => {
    fc.assert(fc.property(fc.oneof(fc.uint8Array({ maxLength: 120 }), fc.json().map(text => new TextEncoder().encode(text))), noise => {
      const bytes = Buffer.from(noise)
      expect(decodeBytes(bytes, 0, bytes.length)).toHaveProperty('fault')
    }))
  })
})
