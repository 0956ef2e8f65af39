/** How a configuration section is declared: a strict mapping, each key with a kind, a default and a sentence. */
import * as z from 'zod'

/** A mapping that refuses unknown keys; `aliases` are older spellings of its keys. */
export const mapping = <Shape extends z.core.$ZodShape>(shape: Shape, aliases: Readonly<Record<string, string>> = {}) =>
  z.strictObject(shape).meta({ aliases })

/** A mapping by name. */
export const named = <Value extends z.ZodType>(value: Value) => z.record(z.string(), value)
