/**
 * How an event type is declared: its schema version, one sentence of meaning for the generated reference, the zod schema of `data`.
 * Each stream of events is one file; `catalogue.ts` joins them. Schemas are loaded only where events are written or verified.
 */
import * as z from 'zod'

export interface EventDefinition<Data extends z.ZodType = z.ZodType> {
  readonly version: number
  readonly meaning: string
  readonly data: Data
}

export const event = <Data extends z.ZodType>(version: number, meaning: string, data: Data): EventDefinition<Data> => ({ version, meaning, data })

/** A text stored once by content in `blobs/`. */
export const doc = z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/), bytes: z.int().nonnegative() })
export const id = z.templateLiteral([z.string(), ':', z.int()])
export const text = z.string().max(20_000)
export const short = z.string().max(500)
export const nothing = z.strictObject({})

/** What the front matter and the criteria of a spec say; carried by every event that brings a new text. */
export const specFields = z.strictObject({
  project: short.nullable(),
  app: short.nullable(),
  scope: z.array(short).max(200),
  priority: z.number().nullable(),
  due: short.nullable(),
  criteria: z.array(z.strictObject({ id: short, script: z.string().max(100_000), line: z.int() })).max(200),
})

export const option = z.strictObject({ id: short, text })
export type Doc = z.infer<typeof doc>
export type SpecFields = z.infer<typeof specFields>
export type Option = z.infer<typeof option>
