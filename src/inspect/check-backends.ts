/** Which configured backends could run here, as findings of `doctor`. */
import { checkBackend } from '../agents/backends.ts'
import type { Config } from '../config/model.ts'
import type { Workspace } from '../workspace/session.ts'
import type { State } from '../../reducers/state.ts'
import type { Finding } from './doctor.ts'

export function checkBackends(workspace: Workspace, state: State, config: Config, env: Readonly<Record<string, string | undefined>>): Finding[] {
  const configured = Object.values(config.backends)
  if (configured.length === 0) return [{ status: '!!', what: 'backend', detail: 'none is configured', mend: 'name one under backends: in agents.yaml' }]
  const findings: Finding[] = configured.map(backend => {
    const { ok, why, mend } = checkBackend(backend, workspace.root, env)
    return ok ? { status: 'OK', what: `backend ${backend.name}`, detail: backend.kind, mend: null } : { status: 'XX', what: `backend ${backend.name}`, detail: why, mend }
  })
  const missing = config.agents.filter(agent => agent.backend === null && state.settings.backends['*'] === undefined && state.settings.backends[agent.name] === undefined)
  if (missing.length > 0) findings.push({ status: '!!', what: 'agents', detail: `without a backend: ${missing.map(agent => agent.name).join(', ')}`, mend: 'set defaults.backend in agents.yaml' })
  return findings
}
