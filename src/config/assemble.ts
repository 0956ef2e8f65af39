/** From the validated files to the configuration that everyone else sees: defaults filled in, references checked. Called by `load.ts`. */
import { Cron } from 'croner'
import { nameProblem } from '../formats/names.ts'
import { suggestion } from '../formats/nearest.ts'
import { segmentsOf } from '../permissions/paths.ts'
import type { BuiltinAgent } from './builtin-agents.ts'
import { builtinAgent, builtinAgents, plainAgent } from './builtin-agents.ts'
import type { AgentConfig, AppConfig, BackendConfig, BudgetConfig, LimitsConfig, ProjectConfig } from './model.ts'
import type { AgentInput } from './sections/agents.ts'
import type { BackendInput } from './sections/backends.ts'
import type { AgentsFile } from './sections/index.ts'

/** Reports a problem at a key of agents.yaml. */
export type Complain = (path: readonly PropertyKey[], message: string, mend: string) => void
export interface Complaints { readonly error: Complain; readonly warn: Complain }

const taken: readonly string[] = ['shared', 'daily', 'proposed', 'root', 'all', 'default', 'human', 'kernel', 'gc', 'integration', 'unknown']

/** `anthropic` is the older word for the adapter that calls claude. */
export const backendName = (name: string): string => (name === 'anthropic' ? 'claude' : name)

const scheduleOf = (name: string, given: string | null, error: Complain): string | null => {
  if (given === null || given === 'off' || given === 'never') return null
  try {
    new Cron(given, { paused: true })
    return given
  } catch {
    error(['agents', name, 'heartbeat'], `"${given}" is no cron expression`, 'write five fields such as 0 8 * * *, or null')
    return null
  }
}

const pathsOf = (name: string, key: 'canRead' | 'canWrite' | 'cannotAccess', given: readonly string[] | undefined, builtin: BuiltinAgent, error: Complain): readonly string[] => {
  const wrong = given?.find(path => (segmentsOf(path) ?? []).length === 0)
  if (wrong !== undefined) error(['agents', name, key], `"${wrong}" is no path inside the workspace`, 'write a path such as specs/ready/')
  return given ?? builtin[key]
}

const agentOf = (file: AgentsFile, name: string, given: AgentInput, { error, warn }: Complaints): AgentConfig => {
  const builtin = builtinAgent(name) ?? plainAgent(name)
  const wrong = nameProblem(name) ?? (taken.includes(name) ? `"${name}" means something else` : null)
  if (wrong !== null) error(['agents', name], `"${name}" is no name for an agent: ${wrong}`, 'write a name such as translator')
  if (given.memory !== undefined) warn(['agents', name, 'memory'], 'this key changes nothing', `the memory of ${name} lies in memory/${name}/ and memory/daily/${name}/`)
  const backend = given.backend ?? file.defaults.backend ?? null
  return {
    name, role: given.role ?? builtin.role, backend: backend === null ? null : backendName(backend),
    model: given.model === undefined ? file.defaults.model ?? null : given.model,
    timeoutMs: given.timeout ?? file.defaults.timeout, silenceMs: given.silence ?? file.defaults.silence,
    skills: { always: given.skills?.always ?? builtin.skills.always, available: given.skills?.available ?? builtin.skills.available },
    heartbeat: given.heartbeat === undefined ? builtin.heartbeat : scheduleOf(name, given.heartbeat, error),
    canRead: pathsOf(name, 'canRead', given.canRead, builtin, error), canWrite: pathsOf(name, 'canWrite', given.canWrite, builtin, error),
    cannotAccess: pathsOf(name, 'cannotAccess', given.cannotAccess, builtin, error), shell: given.shell ?? builtin.shell,
  }
}

/** The seven in their order, then the others as the file names them. */
export const agentsOf = (file: AgentsFile, complaints: Complaints): readonly AgentConfig[] => {
  const names = [...builtinAgents.map(({ name }) => name), ...Object.keys(file.agents).filter(name => builtinAgent(name) === undefined)]
  return names.map(name => agentOf(file, name, file.agents[name] ?? {}, complaints))
}

const backendOf = (name: string, given: BackendInput, error: Complain): BackendConfig => {
  const kind = given.kind ?? (given.command === undefined ? name : 'command')
  if (kind === 'command' && (given.command ?? []).length === 0) error(['backends', name], 'a backend of kind command needs a command', 'add command: ["program", "argument"]')
  return {
    name, kind: backendName(kind), ...(given.command === undefined ? {} : { command: given.command }),
    ...(given.env === undefined ? {} : { env: given.env }), ...(given.options === undefined ? {} : { options: given.options }),
  }
}

export const backendsOf = (file: AgentsFile, { error }: Complaints): Readonly<Record<string, BackendConfig>> =>
  Object.fromEntries(Object.entries(file.backends).map(([name, given]) => [name, backendOf(name, given, error)]))

/** A name that is no declared backend may still be a built-in adapter; whether it is, the run finds out. Here only slips are reported. */
export const checkBackends = (file: AgentsFile, { warn }: Complaints): void => {
  const known = Object.keys(file.backends)
  const used = [['defaults', file.defaults.backend] as const, ...Object.entries(file.agents).map(([name, given]) => [`agents.${name}`, given.backend] as const)]
  for (const [where, name] of used) {
    const near = name === undefined || known.includes(name) ? '' : suggestion(name, known)
    if (near !== '') warn([...where.split('.'), 'backend'], `there is no backend "${name ?? ''}" in this file${near}`, 'name one of backends, or a built-in adapter')
  }
}

const scope = /^(?:workspace|spec|(?:agent|project):[a-z0-9][a-z0-9._-]*)$/

export const limitsOf = (file: AgentsFile, { error }: Complaints): LimitsConfig => {
  const { lease, criterion, keepRuns, keepRecords, keepResolved, budgets, ...rest } = file.limits
  const read = budgets.map((budget, index): BudgetConfig => {
    if (!scope.test(budget.scope)) error(['limits', 'budgets', index, 'scope'], `"${budget.scope}" is no scope`, 'write workspace, spec, agent:NAME or project:NAME')
    if (budget.runs === undefined && budget.usd === undefined && budget.tokens === undefined) error(['limits', 'budgets', index], 'the budget bounds nothing', 'add runs:, usd: or tokens:')
    return { scope: budget.scope, windowMs: budget.window, runs: budget.runs ?? null, usd: budget.usd ?? null, tokens: budget.tokens ?? null }
  })
  return { ...rest, leaseMs: lease, criterionMs: criterion, keepRunsMs: keepRuns, keepRecordsMs: keepRecords, keepResolvedMs: keepResolved, budgets: read }
}

export const projectsOf = (file: AgentsFile, { error }: Complaints): Readonly<Record<string, ProjectConfig>> =>
  Object.fromEntries(Object.entries(file.projects).map(([name, given]) => {
    const wrong = nameProblem(name)
    if (wrong !== null) error(['projects', name], `"${name}" is no name for a project: ${wrong}`, 'write a name such as web-shop')
    return [name, { name, setup: given.setup ?? null, target: given.target ?? null, deliver: given.deliver ?? null }]
  }))

/** The app of specs that name none; it must be there. */
export const defaultAppOf = (file: AgentsFile, apps: readonly AppConfig[], { error }: Complaints): string | null => {
  const name = file.apps.default ?? null
  if (name !== null && !apps.some(app => app.name === name)) {
    error(['apps', 'default'], `there is no app "${name}"${suggestion(name, apps.map(app => app.name))}`, `write apps/${name}.yaml, or remove the line`)
  }
  return name
}
