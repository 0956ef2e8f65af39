/**
 * From the texts of agents.yaml, permissions.yaml and apps/*.yaml to the configuration, with every problem found and its line.
 * Called whenever one of those texts changed. On a problem there is no configuration: callers keep the last good one.
 */
import { readApp, withSettings } from './app-file.ts'
import type { Complain, Complaints } from './assemble.ts'
import { agentsOf, backendsOf, checkBackends, defaultAppOf, limitsOf, projectsOf } from './assemble.ts'
import type { ConfigSources } from './hash.ts'
import { configHash } from './hash.ts'
import type { AppConfig, Config } from './model.ts'
import { readPermissions } from './permissions-file.ts'
import type { ConfigProblem } from './problem.ts'
import { agentsFile } from './sections/index.ts'
import type { AgentsFile } from './sections/index.ts'
import type { Environment, ReadFile } from './yaml-file.ts'
import { readYamlFile } from './yaml-file.ts'

export type { ConfigSources } from './hash.ts'
export type { ConfigProblem } from './problem.ts'
export { formatConfigProblem } from './problem.ts'

export interface LoadedConfig {
  /** null as soon as there is a problem. */
  readonly config: Config | null
  readonly problems: readonly ConfigProblem[]
  /** What deserves a look but changes nothing. */
  readonly warnings: readonly ConfigProblem[]
}

const file = 'agents.yaml'

/** `workspace:` was a key once; it is explained, not merely refused. */
const explained = (problem: ConfigProblem): ConfigProblem =>
  (problem.key === 'workspace' ? { ...problem, message: 'the workspace is the directory this file lies in; it cannot be named here', mend: 'remove the line' } : problem)

const appsOf = (read: readonly ReadFile<AppConfig>[], agents: AgentsFile, error: Complain): readonly AppConfig[] => {
  const apps = read.flatMap(({ value }) => (value === null ? [] : [value]))
  for (const name of Object.keys(agents.apps.settings)) {
    if (!apps.some(app => app.name === name)) error(['apps', 'settings', name], `there is no app "${name}"`, 'remove its settings, or write the app')
  }
  return apps.map(app => withSettings(app, Object.hasOwn(agents.apps.settings, app.name) ? agents.apps.settings[app.name] : undefined))
}

const twice = (apps: readonly AppConfig[]): readonly ConfigProblem[] =>
  apps.filter((app, index) => apps.findIndex(other => other.name === app.name) < index)
    .map(app => ({ file: app.path, line: 1, key: 'name', message: `there are two apps named ${app.name}`, mend: 'rename one' }))

const inOrder = (problems: readonly ConfigProblem[]): readonly ConfigProblem[] =>
  [...problems].sort((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1))

/** Reads everything. The environment is only used for `${VAR}` in agents.yaml. */
export const loadConfig = (sources: ConfigSources, options: { readonly env: Environment }): LoadedConfig => {
  const agents = readYamlFile<AgentsFile>(file, sources.agents ?? '', agentsFile, options.env)
  const permissions = readPermissions(sources.permissions)
  const read = sources.apps.map(({ path, text }) => readApp(path, text))
  const problems: ConfigProblem[] = [...agents.problems.map(explained), ...permissions.problems, ...read.flatMap(app => app.problems)]
  const warnings: ConfigProblem[] = [...agents.warnings, ...permissions.warnings, ...read.flatMap(app => app.warnings)]
  if (agents.value === null) return { config: null, problems: inOrder(problems), warnings }
  const into = (list: ConfigProblem[]): Complain => (path, message, mend) => list.push({ file, line: agents.lineOf(path), key: path.join('.'), message, mend })
  const complaints: Complaints = { error: into(problems), warn: into(warnings) }
  const apps = appsOf(read, agents.value, complaints.error)
  problems.push(...twice(apps))
  checkBackends(agents.value, complaints)
  const config = {
    backends: backendsOf(agents.value, complaints), agents: agentsOf(agents.value, complaints), limits: limitsOf(agents.value, complaints),
    policy: agents.value.policy, projects: projectsOf(agents.value, complaints), apps, defaultApp: defaultAppOf(agents.value, apps, complaints),
    notifications: agents.value.notifications, hash: configHash(sources),
  }
  return permissions.value === null || problems.length > 0
    ? { config: null, problems: inOrder(problems), warnings } : { config: { ...config, permissions: permissions.value }, problems, warnings }
}
