/**
 * Older versions of event types, read as today's. An event is never rewritten: its data is raised, version by version, each time it is
 * read. When a type's schema changes, its version goes up by one and the step from the old one is a line here.
 */
import type { FactoryEvent } from './types.ts'

/** How data of one version becomes data of the next. Pure. */
export type Upcaster = (data: unknown) => unknown
/** Event type, then the version it comes from. */
export type Upcasters = Readonly<Record<string, Readonly<Record<number, Upcaster>>>>

const steps: Upcasters = {}

/** The event with its data in the newest version that the steps lead to; the same object where there is nothing to do. */
export function upcast(event: FactoryEvent, upcasters: Upcasters = steps): FactoryEvent {
  if (!Object.hasOwn(upcasters, event.type)) return event
  const chain = upcasters[event.type] ?? {}
  let { version, data }: { version: number; data: unknown } = event
  for (let step = chain[version]; step !== undefined; step = chain[version]) {
    data = step(data)
    version += 1
  }
  return version === event.version ? event : { ...event, version, data } as FactoryEvent
}
