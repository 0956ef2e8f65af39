/**
 * May this agent read or write this path, and which rule says so. The one function behind import, views, tools and `perms`;
 * pure, so that the answer shown is the answer enforced. Order: the agent's denials; what no agent touches; the most specific
 * resource of permissions.yaml; the agent's flat rules; what everyone may; otherwise no.
 */
import { modeAllows } from '../formats/permission-mode.ts'
import type { ModeClass } from '../formats/permission-mode.ts'
import type { AgentConfig, ChangeClass, Config } from '../config/model.ts'
import { changeClasses } from '../config/model.ts'
import type { PrefixMatch } from './paths.ts'
import { bySpecificity, matchPrefix, opens, segmentsOf } from './paths.ts'

export type AccessConfig = Pick<Config, 'agents' | 'permissions'>
export type Want = 'read' | 'write'
export interface AccessQuestion { readonly agent: string; readonly path: string; readonly want: Want }

export interface AccessRule {
  readonly source: 'deny' | 'mode' | 'acl' | 'universal' | 'default'
  /** The path of the rule, as written in the configuration; of a default, the normalised path asked for. */
  readonly path: string
  /** One sentence for a person. */
  readonly text: string
}

export interface AccessDecision { readonly allowed: boolean; readonly rule: AccessRule }

interface Asked { readonly agent: string; readonly own: AgentConfig | undefined; readonly path: readonly string[]; readonly want: Want; readonly names: readonly string[] }

type Resource = Config['permissions']['resources'][number]

/** The log and the machinery: not shown to agents and not written by them, whatever the configuration says. */
const machinery: readonly string[] = ['events.jsonl', 'log', 'blobs', '.factory-local', '.git', '.factory']
/** People write these; agents read them and ask for changes. */
const readOnly: readonly string[] = ['universe', 'agents.yaml', 'permissions.yaml', 'apps']

const answer = (allowed: boolean, source: AccessRule['source'], path: string, text: string): AccessDecision => ({ allowed, rule: { source, path, text } })

const firstMatch = (patterns: readonly string[], asked: Asked): { pattern: string; match: PrefixMatch } | null => {
  let best: { pattern: string; match: PrefixMatch } | null = null
  for (const pattern of patterns) {
    const match = matchPrefix(pattern, asked.path, asked.names)
    if (match !== null && (best === null || bySpecificity(match, best.match) > 0)) best = { pattern, match }
  }
  return best
}

const denied = (asked: Asked): AccessDecision | null => {
  const found = firstMatch(asked.own?.cannotAccess ?? [], asked)
  return found === null ? null : answer(false, 'deny', found.pattern, `${asked.agent} cannot access ${found.pattern} (agents.yaml)`)
}

const untouchable = (asked: Asked): AccessDecision | null => {
  const hidden = firstMatch(machinery, asked)
  if (hidden !== null) return answer(false, 'universal', hidden.pattern, `${hidden.pattern} belongs to the log and its machinery; no agent reads or writes it`)
  const kept = asked.want === 'write' ? firstMatch(readOnly, asked) : null
  return kept === null ? null : answer(false, 'universal', kept.pattern, `people write ${kept.pattern}; an agent asks for a change`)
}

const resourceFor = (resources: readonly Resource[], asked: Asked): { resource: Resource; match: PrefixMatch } | null => {
  let best: { resource: Resource; match: PrefixMatch } | null = null
  for (const resource of resources) {
    const match = matchPrefix(resource.path, asked.path, asked.names)
    if (match !== null && (best === null || bySpecificity(match, best.match) > 0)) best = { resource, match }
  }
  return best
}

const filled = (name: string, match: PrefixMatch): string => (name === '{agent}' ? match.agent ?? name : name)

/** An agent is also the one member of the group of its own name. */
const isMember = (config: AccessConfig, group: string, agent: string): boolean =>
  group === agent || (Object.hasOwn(config.permissions.groups, group) && (config.permissions.groups[group] ?? []).includes(agent))

const classOf = (config: AccessConfig, resource: Resource, match: PrefixMatch, agent: string): ModeClass =>
  filled(resource.owner, match) === agent ? 'owner' : isMember(config, filled(resource.group, match), agent) ? 'group' : 'other'

const flat = (asked: Asked): { pattern: string; match: PrefixMatch } | null =>
  firstMatch(asked.want === 'read' ? asked.own?.canRead ?? [] : asked.own?.canWrite ?? [], asked)

const flatText = (asked: Asked, pattern: string): string => `${asked.agent} may ${asked.want} ${pattern} (agents.yaml)`

const byMode = (config: AccessConfig, asked: Asked): AccessDecision | null => {
  const found = resourceFor(config.permissions.resources, asked)
  if (found === null) return null
  const { resource, match } = found
  const rule = flat(asked)
  if (rule !== null && opens(rule.match, match, resource.mode)) return answer(true, 'acl', rule.pattern, flatText(asked, rule.pattern))
  const who = classOf(config, resource, match, asked.agent)
  const allowed = modeAllows(resource.mode, who, asked.want)
  const as = who === 'owner' ? 'as its owner' : who === 'group' ? `as a member of ${filled(resource.group, match)}` : 'as neither its owner nor in its group'
  return answer(allowed, 'mode', resource.path, `${resource.path} is ${resource.owner}:${resource.group} ${resource.mode}: ${asked.agent}, ${as}, may ${allowed ? '' : 'not '}${asked.want} it (permissions.yaml)`)
}

const byFlat = (asked: Asked): AccessDecision | null => {
  const found = flat(asked)
  return found === null ? null : answer(true, 'acl', found.pattern, flatText(asked, found.pattern))
}

const ownFolders = (agent: string): readonly string[] => [`memory/${agent}`, `memory/daily/${agent}`]

const universal = (asked: Asked): AccessDecision | null => {
  const own = firstMatch(ownFolders(asked.agent), asked)
  if (own !== null && asked.own !== undefined) return answer(true, 'universal', own.pattern, 'every agent reads and writes its own memory')
  const shown = asked.want === 'read' ? firstMatch(readOnly, asked) : null
  return shown === null ? null : answer(true, 'universal', shown.pattern, `everyone reads ${shown.pattern}`)
}

/** Decides one question. The path is normalised first; one outside the workspace is denied. */
export const decideAccess = (config: AccessConfig, question: AccessQuestion): AccessDecision => {
  const path = segmentsOf(question.path)
  if (path === null || path.length === 0) return answer(false, 'default', question.path, 'the path is not inside the workspace')
  const asked: Asked = {
    ...question, path, names: config.agents.map(agent => agent.name), own: config.agents.find(agent => agent.name === question.agent),
  }
  return denied(asked) ?? untouchable(asked) ?? byMode(config, asked) ?? byFlat(asked) ?? universal(asked)
    ?? answer(false, 'default', path.join('/'), `no rule lets ${question.agent} ${question.want} ${path.join('/')}`)
}

const listed = (config: AccessConfig, agent: string): readonly string[] => {
  const own = config.agents.find(candidate => candidate.name === agent)
  const resources = config.permissions.resources.flatMap(({ path }) =>
    (path.includes('{agent}') ? config.agents.map(({ name }) => path.replaceAll('{agent}', name)) : [path]))
  // The last spelling of a path is shown: that of the configuration.
  const paths = [...readOnly, ...(own === undefined ? [] : ownFolders(agent)), ...(own?.canRead ?? []), ...(own?.canWrite ?? []), ...resources]
  return [...new Map(paths.map(path => [segmentsOf(path)?.join('/') ?? path, path])).values()].sort()
}

/** Of all paths the configuration lists, those this agent may read and those it may write. */
export const effective = (config: AccessConfig, agent: string): { readonly read: readonly string[]; readonly write: readonly string[] } => {
  const paths = listed(config, agent)
  const allowed = (want: Want): readonly string[] => paths.filter(path => decideAccess(config, { agent, path, want }).allowed)
  return { read: allowed('read'), write: allowed('write') }
}

/** The change classes this agent may have applied without a person. */
export const canEscalate = (config: AccessConfig, agent: string): readonly ChangeClass[] => {
  const granted = Object.entries(config.permissions.escalation).filter(([group]) => isMember(config, group, agent)).flatMap(([, classes]) => classes)
  return changeClasses.filter(cls => granted.includes(cls))
}

/** The groups an agent is in. */
export const groupsOf = (config: AccessConfig, agent: string): readonly string[] =>
  Object.entries(config.permissions.groups).filter(([, members]) => members.includes(agent)).map(([group]) => group)
