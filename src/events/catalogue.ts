/**
 * The one catalogue of event types. Adding a type is one line in its stream's file; adding a stream is one file and one line here.
 * TypeScript types are inferred from the schemas. Loaded by writers, merges and audits; replay never loads it.
 */
import type * as z from 'zod'
import type { EventDefinition } from './define.ts'
import { changeEvents, feedbackEvents } from './feedback-events.ts'
import { libraryEvents, workspaceEvents } from './library-events.ts'
import { effectEvents, logEvents, runEvents } from './run-events.ts'
import { decisionEvents, researchEvents, specEvents } from './spec-events.ts'

export const catalogue = {
  ...specEvents,
  ...decisionEvents,
  ...researchEvents,
  ...feedbackEvents,
  ...changeEvents,
  ...libraryEvents,
  ...workspaceEvents,
  ...runEvents,
  ...effectEvents,
  ...logEvents,
}

export type Catalogue = typeof catalogue
export type EventType = keyof Catalogue
export type DataOf<Type extends EventType> = z.infer<Catalogue[Type]['data']>

export const isKnownType = (type: string): type is EventType => Object.hasOwn(catalogue, type)

/** Why `data` is not what `type` says, or null. Unknown types are kept by readers, so they have no problem here. */
export function dataProblem(type: string, version: number, data: unknown): string | null {
  if (!isKnownType(type)) return null
  const definition: EventDefinition = catalogue[type]
  if (version !== definition.version) return version > definition.version ? `written by a newer Factory (version ${version} of ${type})` : null
  const result = definition.data.safeParse(data)
  if (result.success) return null
  const [first] = result.error.issues
  return first === undefined ? 'invalid data' : `${type}: ${first.path.join('.') || 'data'}: ${first.message}`
}
