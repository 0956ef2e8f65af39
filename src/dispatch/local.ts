/** What only this machine knows, gathered for the planner: which backends can run here, what is trusted, whose processes live. */
import { checkBackend } from '../agents/backends.ts'
import { backendTrust, criteriaTrust } from '../agents/trust.ts'
import type { Config } from '../config/model.ts'
import { findSpec } from '../../reducers/spec-names.ts'
import type { State } from '../../reducers/state.ts'
import type { Workspace } from '../workspace/session.ts'
import { ownerAlive } from './leases.ts'
import type { Local } from './look.ts'
import { projectOf } from './project-of.ts'

export function localFacts(workspace: Pick<Workspace, 'root' | 'local' | 'writer'>, state: State, config: Config, env: NodeJS.ProcessEnv = process.env): Local {
  const checked = Object.values(config.backends).map(backend => {
    const { ok, why } = checkBackend(backend, workspace.root, env)
    return [backend.name, ok ? 'ok' : why] as const
  })
  const writer = workspace.writer()
  const verdicts = new Map<string, boolean>()
  const trusted = (subject: string): boolean => {
    const verdict = verdicts.get(subject) ?? isTrusted(state, config, writer, subject)
    verdicts.set(subject, verdict)
    return verdict
  }
  return { writer, backends: Object.fromEntries(checked), trusted, ownerAlive: ownerAlive(workspace) }
}

function isTrusted(state: State, config: Config, writer: string, subject: string): boolean {
  const name = subject.slice(subject.indexOf(':') + 1)
  if (subject.startsWith('backend:')) {
    const backend = Object.hasOwn(config.backends, name) ? config.backends[name] : undefined
    return backend === undefined || backendTrust(state, writer, backend, config.origins).trusted
  }
  const spec = findSpec(state.specs, name)
  if (spec === undefined) return true
  const project = projectOf(state, spec)
  return criteriaTrust(state, writer, spec, config.projects[project]?.setup ?? null, { project, origins: config.origins }).trusted
}
