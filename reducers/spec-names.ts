/** Which revision a name means. */
import { isOver } from './reducing.ts'
import type { Spec, Specs } from './spec.ts'

/** All revisions of a shown name, oldest first. */
export const revisionsOf = (specs: Specs, name: string): Spec[] =>
  (Object.hasOwn(specs.byName, name) ? specs.byName[name] ?? [] : []).flatMap(id => specs.byId[id] ?? [])

/** The revision that is worked on: the first that is not over, else the newest; `spec/NAME` and item ids are understood too. */
export function findSpec(specs: Specs, name: string): Spec | undefined {
  const byId = Object.hasOwn(specs.byId, name) ? specs.byId[name as Spec['id']] : undefined
  if (byId !== undefined) return byId
  const revisions = revisionsOf(specs, name.replace(/^spec\//, '').replace(/\.md$/, ''))
  return revisions.find(spec => !isOver(spec.stage)) ?? revisions.at(-1)
}

/** A later revision waits in the inbox until the earlier ones are over. */
export const isWaiting = (specs: Specs, spec: Spec): boolean => findSpec(specs, spec.name)?.id !== spec.id
