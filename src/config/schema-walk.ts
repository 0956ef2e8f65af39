/**
 * Looking into a section's zod schema: which keys an object has, what stands in a list or a mapping, older spellings.
 * Used to rename older keys before validation, to suggest the nearest key, and to generate the reference.
 */
import * as z from 'zod'

export type Shape = Readonly<Record<string, z.core.$ZodType>>

/** The schema without optionality and defaults. */
export const unwrapped = (schema: z.core.$ZodType): z.core.$ZodType =>
  schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable ? unwrapped(schema.unwrap()) : schema

/** The keys of an object schema, or null for anything else. */
export const shapeOf = (schema: z.core.$ZodType): Shape | null => {
  const inner = unwrapped(schema)
  return inner instanceof z.ZodObject ? inner.shape : null
}

/** What stands under every name of a mapping, or in every place of a list. */
export const elementOf = (schema: z.core.$ZodType): { readonly kind: 'record' | 'array'; readonly schema: z.core.$ZodType } | null => {
  const inner = unwrapped(schema)
  if (inner instanceof z.ZodRecord) return { kind: 'record', schema: inner.valueType }
  return inner instanceof z.ZodArray ? { kind: 'array', schema: inner.element } : null
}

/** The schema below a path of keys and indexes, or null. */
export const schemaAt = (schema: z.core.$ZodType, path: readonly PropertyKey[]): z.core.$ZodType | null => {
  let at: z.core.$ZodType | null = schema
  for (const key of path) {
    if (at === null) return null
    const shape = shapeOf(at)
    at = shape === null ? elementOf(at)?.schema ?? null : Object.hasOwn(shape, String(key)) ? shape[String(key)] ?? null : null
  }
  return at
}

const metaOf = (schema: z.core.$ZodType): Readonly<Record<string, unknown>> => z.globalRegistry.get(schema) ?? {}

/** Older spellings of an object's keys, as declared with `.meta({ aliases })`. */
export const aliasesOf = (schema: z.core.$ZodType): Readonly<Record<string, string>> => {
  const { aliases } = metaOf(unwrapped(schema))
  return typeof aliases === 'object' && aliases !== null ? aliases as Readonly<Record<string, string>> : {}
}

/** The kind of value, in words. */
export const kindOf = (schema: z.core.$ZodType): string => {
  const inner = unwrapped(schema)
  const { kind } = metaOf(inner)
  return typeof kind === 'string' ? kind : shapeOf(inner) !== null ? 'a mapping' : elementOf(inner)?.kind === 'array' ? 'a list' : 'a mapping by name'
}

/** The default as it would be written, or null when the key may be left out without one. */
export const defaultOf = (schema: z.core.$ZodType): unknown => {
  if (schema instanceof z.ZodPrefault) return schema.def.defaultValue
  return schema instanceof z.ZodOptional ? defaultOf(schema.unwrap()) : undefined
}

/** The sentence that explains a key. */
export const helpOf = (schema: z.core.$ZodType): string => {
  const { description } = metaOf(schema)
  if (typeof description === 'string') return description
  return schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional ? helpOf(schema.unwrap()) : ''
}

export const isRequired = (schema: z.core.$ZodType): boolean => !(schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional)
