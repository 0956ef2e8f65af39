/** What trust is asked for on this clone, changes held back among it, and which of it an argument names. The judgement is src/agents/trust.ts's. */
import { backendTrust, criteriaTrust } from '../agents/trust.ts'
import type { Trust } from '../agents/trust.ts'
import type { Config } from '../config/model.ts'
import { Refusal } from '../error.ts'
import type { State } from '../../reducers/state.ts'
import { isOver } from '../../reducers/reducing.ts'
import { projectUnits } from '../../projections/all.ts'
import { unitsOfPath } from '../../projections/touched.ts'
import { heldNeeds } from '../protocol/confirm.ts'
import { projectOf } from '../dispatch/project-of.ts'
import type { Doc } from '../events/types.ts'

export interface TrustSubject extends Trust {
  /** What would run. */
  readonly runs: readonly string[]
  /** The files it stands in. */
  readonly paths: readonly string[]
}

export function trustSubjects(state: State, config: Config, writer: string): readonly TrustSubject[] {
  const backends = Object.values(config.backends).map(backend => ({
    ...backendTrust(state, writer, backend, config.origins), runs: [backend.command?.join(' ') ?? backend.kind], paths: ['agents.yaml'],
  }))
  const criteria = Object.values(state.specs.byId).filter(spec => spec.fields.criteria.length > 0 && !isOver(spec.stage)).map(spec => {
    const project = projectOf(state, spec)
    const setup = config.projects[project]?.setup ?? null
    const runs = [...(setup === null ? [] : [setup]), ...spec.fields.criteria.map(criterion => criterion.script)]
    return { ...criteriaTrust(state, writer, spec, setup, { project, origins: config.origins }), runs, paths: ['inbox', 'drafting', 'ready', 'archive'].map(folder => `specs/${folder}/${spec.name}.md`) }
  })
  return [...backends, ...criteria]
}

/** The subjects that `given` means: a subject, a file it stands in, or the name of a backend or spec. */
export function subjectsNamed(state: State, config: Config, writer: string, given: string): readonly TrustSubject[] {
  const wanted = given.replace(/^\.\//, '')
  const found = trustSubjects(state, config, writer).filter(({ subject, paths }) =>
    subject === wanted || paths.includes(wanted) || subject.slice(subject.indexOf(':') + 1) === wanted)
  if (found.length > 0) return found
  throw new Refusal('trust-subject-unknown', `Nothing named ${given} asks for trust.`, 'factory trust --all lists what does')
}

/** A change that nobody is known to have made; a person confirms or declines it. */
export interface HeldSubject {
  readonly id: string
  readonly path: string
  readonly since: string
  /** A unified diff against what is in force. */
  readonly diff: string
}

export async function heldSubjects(state: State, text: (doc: Doc) => string): Promise<readonly HeldSubject[]> {
  const needs = heldNeeds(state)
  if (needs.length === 0) return []
  const { createPatch } = await import('diff')
  return needs.flatMap(({ key, held, createdAt }) => (held === null ? [] : [{
    id: key, path: held.path, since: createdAt, diff: createPatch(held.path, shownText(state, held.path, text), held.doc === null ? '' : text(held.doc), 'in force', 'held back'),
  }]))
}

function shownText(state: State, path: string, text: (doc: Doc) => string): string {
  const shown = projectUnits(state, unitsOfPath(state, path)).find(file => file.path === path)
  return shown === undefined ? '' : 'doc' in shown ? text(shown.doc) : shown.text
}
