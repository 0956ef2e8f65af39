/** Events that the catalogue accepts and nobody ever decided: any type, any data, any envelope, names like `__proto__` among them. */
import fc from 'fast-check'
import type { z } from 'zod'
import { catalogue } from '../../src/events/catalogue.ts'
import type { EventType } from '../../src/events/catalogue.ts'
import type { FactoryEvent } from '../../src/events/types.ts'

const words = fc.constantFrom('a', 'b', '__proto__', 'constructor', 'toString', 'hasOwnProperty', 'agents.yaml', 'conflict', 'build', 'verify', 'draft', 'main')
const writers = fc.constantFrom('aa', 'bb', 'cc')
const ids = fc.tuple(fc.oneof({ weight: 9, arbitrary: writers }, { weight: 1, arbitrary: fc.constant('__proto__') }), fc.integer({ min: 1, max: 12 })).map(([writer, seq]) => `${writer}:${seq}`)
const runs = fc.constantFrom('run-aa-1', 'run-bb-2', '__proto__', 'constructor')
const times = fc.integer({ min: 0, max: 4_000_000_000_000 }).map(ms => new Date(ms).toISOString())

interface Def { readonly type: string; readonly shape?: Record<string, z.ZodType>; readonly element?: z.ZodType; readonly innerType?: z.ZodType; readonly entries?: Record<string, string>; readonly values?: readonly unknown[]; readonly valueType?: z.ZodType; readonly checks?: readonly unknown[] }

/** What a schema of the catalogue accepts; a kind of schema that is not here fails the suite instead of being left out. */
function valuesOf(schema: z.ZodType): fc.Arbitrary<unknown> {
  const def = schema._zod.def as unknown as Def
  switch (def.type) {
    case 'object': {
      const fields = Object.entries(def.shape ?? {})
      return fc.record(Object.fromEntries(fields.map(([key, value]) => [key, valuesOf(value)])), { requiredKeys: fields.filter(([, value]) => value._zod.def.type !== 'optional').map(([key]) => key) })
    }
    // A key that may be left out is left out of the record above.
    case 'optional': return valuesOf(def.innerType!)
    case 'literal': return fc.constantFrom(...def.values ?? [])
    case 'array': return fc.array(valuesOf(def.element!), { maxLength: 3 })
    case 'nullable': return fc.option(valuesOf(def.innerType!), { nil: null })
    case 'enum': return fc.constantFrom(...Object.values(def.entries ?? {}))
    case 'boolean': return fc.boolean()
    case 'number': return fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constantFrom(1, 8_640_000_000_000_000))
    case 'template_literal': return ids
    case 'unknown': return fc.oneof(fc.string(), fc.integer())
    case 'record': return fc.dictionary(words, valuesOf(def.valueType!))
    case 'string': return schema.safeParse('a').success ? fc.oneof(words, ids, times) : fc.constantFrom('a'.repeat(64), 'b'.repeat(64))
    default: throw new Error(`no values for a schema of the kind ${def.type}`)
  }
}

const envelopes = fc.record({
  writer: writers, seq: fc.integer({ min: 1, max: 12 }), time: fc.oneof(times, fc.constant('2026-11-20T10:00:00.000Z')), tick: fc.nat(2), item: ids, stream: words.map(name => `spec/${name}`),
  actor: fc.constantFrom('human:ada', 'agent:builder', 'kernel'), run: fc.option(runs, { nil: undefined }), key: fc.option(words, { nil: undefined }),
  seen: fc.option(fc.dictionary(fc.oneof(writers, words), fc.nat(12)), { nil: undefined }),
  makes: fc.boolean(),
})

const wellFormed = (type: EventType): fc.Arbitrary<FactoryEvent> => fc.tuple(envelopes, valuesOf(catalogue[type].data)).map(([{ makes, ...envelope }, data]) => ({
  ...JSON.parse(JSON.stringify(envelope)), version: 1, type, data, prev: '', hash: 'x'.repeat(64), item: makes ? `${envelope.writer}:${envelope.seq}` : envelope.item,
}) as FactoryEvent)

const unknownType = fc.tuple(envelopes, words).map(([envelope, type]) => ({ ...JSON.parse(JSON.stringify(envelope)), version: 1, type, data: {}, prev: '', hash: 'y' }) as FactoryEvent)

const types = Object.keys(catalogue) as EventType[]
/** Types that make items come often, so that the others find one. */
const making: readonly EventType[] = ['spec.submitted', 'run.claimed', 'decision.opened', 'research.requested', 'effect.requested', 'observation.recorded', 'need.opened']
const byType = new Map(types.map(type => [type, wellFormed(type)]))

export const anyEvent: fc.Arbitrary<FactoryEvent> = fc.oneof(
  { weight: 60, arbitrary: fc.constantFrom(...types).chain(type => byType.get(type)!) },
  { weight: 30, arbitrary: fc.constantFrom(...making).chain(type => byType.get(type)!) },
  { weight: 2, arbitrary: unknownType },
)
