/**
 * Which programs that arrived in a workspace may run on this clone. What this clone's own writer put there is trusted at once; what
 * came from another writer waits for `factory trust`, bound to the hash of exactly what would run. Pure but for hashing.
 */
import type { BackendConfig, Config } from '../config/model.ts'
import type { ItemId } from '../events/types.ts'
import { sha256Hex } from '../log/durable-file.ts'
import type { Spec } from '../../reducers/spec.ts'
import type { State } from '../../reducers/state.ts'

export interface Trust {
  readonly trusted: boolean
  /** What `trust.granted` names: `backend:NAME` or `criteria:SPEC`. */
  readonly subject: string
  readonly hash: string
}

/** Keys in order, so that the same configuration has one hash. */
const canonical = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, part]) => [key, canonical(part)]))
}

const hashOf = (value: unknown): string => sha256Hex(JSON.stringify(canonical(value)))
const writerOf = (event: ItemId): string => event.slice(0, event.lastIndexOf(':'))
const granted = (state: State, writer: string, subject: string, hash: string): boolean => state.settings.trust[`${writer}|${subject}`] === hash

export type Origins = Config['origins']

/** Who brought it: what the log says of its definition, else whoever changed the file last; null: it is built in. */
function originOf(state: State, subject: string, origins: Origins): string | null {
  if (origins !== undefined && Object.hasOwn(origins, subject)) return origins[subject] ?? null
  const source = state.library.byPath['agents.yaml']
  return source === undefined ? null : writerOf(source.last)
}

/** Whether this backend may run on the clone of `writer`. */
export function backendTrust(state: State, writer: string, backend: BackendConfig, origins?: Origins): Trust {
  const subject = `backend:${backend.name}`
  const hash = hashOf(backend)
  const origin = originOf(state, subject, origins)
  const own = origin === null || origin === writer
  return { trusted: own || granted(state, writer, subject, hash), subject, hash }
}

/** Whether the criteria of this spec, and the set-up command of its project, may run on the clone of `writer`. */
export function criteriaTrust(state: State, writer: string, spec: Spec, setup: string | null, of: { readonly project: string | null; readonly origins?: Origins | undefined } = { project: null }): Trust {
  const subject = `criteria:${spec.name}`
  const hash = hashOf({ setup, scripts: spec.fields.criteria.map(criterion => criterion.script) })
  const origin = setup === null ? null : originOf(state, `setup:${of.project ?? ''}`, of.origins)
  const ownSetup = origin === null || origin === writer
  const own = spec.fields.criteria.length === 0 || spec.textBy === writer
  return { trusted: (own && ownSetup) || granted(state, writer, subject, hash), subject, hash }
}
