/** `perms` as data and as text. Every answer is `decideAccess`'s, the one that enforces. */
import type { ChangeClass, Config } from '../../config/model.ts'
import { Refusal } from '../../error.ts'
import { canEscalate, decideAccess, effective, groupsOf } from '../../permissions/decide.ts'
import { say } from '../messages.ts'
import { bold, green, red } from '../paint.ts'
import { table } from '../table.ts'

interface Answer { readonly agent: string; readonly want: 'read' | 'write'; readonly path: string; readonly allowed: boolean; readonly rule: { readonly source: string; readonly path: string; readonly text: string } }

export interface PermissionsShown {
  readonly groups: Config['permissions']['groups']
  readonly resources: Config['permissions']['resources']
  readonly escalation: Config['permissions']['escalation']
  readonly agents: readonly { readonly name: string; readonly groups: readonly string[]; readonly escalates: readonly ChangeClass[]; readonly read: readonly string[]; readonly write: readonly string[] }[]
  readonly answers: readonly Answer[]
}

export function permissionsOf(config: Config, agent: string | null, path: string | null): PermissionsShown {
  const names = config.agents.map(one => one.name)
  if (agent !== null && !names.includes(agent)) throw new Refusal('agent-not-found', `There is no agent ${agent}.`, `it is one of ${names.join(', ')}`)
  const asked = names.filter(name => agent === null || name === agent)
  const { groups, resources, escalation } = config.permissions
  return {
    groups, resources, escalation,
    agents: asked.map(name => ({ name, groups: groupsOf(config, name), escalates: canEscalate(config, name), ...effective(config, name) })),
    answers: path === null ? [] : asked.flatMap(name => (['read', 'write'] as const).map(want => ({ agent: name, want, path, ...decideAccess(config, { agent: name, path, want }) }))),
  }
}

export function renderPermissions(shown: PermissionsShown): string {
  if (shown.answers.length > 0) return shown.answers.map(line).join('\n')
  const [only] = shown.agents
  return shown.agents.length === 1 && only !== undefined ? one(only) : everything(shown)
}

const line = ({ agent, want, path, allowed, rule }: Answer): string =>
  `${allowed ? green('yes') : red('no ')}  ${say(allowed ? 'perms.allowed' : 'perms.denied', { agent, want, path, rule: rule.text })}`

const one = (agent: PermissionsShown['agents'][number]): string => [
  bold(agent.name), `groups: ${agent.groups.join(', ') || '-'}`, `may have applied without a person: ${agent.escalates.join(', ') || '-'}`,
  bold('reads'), ...agent.read.map(path => `  ${path}`), bold('writes'), ...agent.write.map(path => `  ${path}`),
].join('\n')

const everything = ({ groups, resources, escalation }: PermissionsShown): string => [
  bold('Groups'), table(['Group', 'Members'], Object.entries(groups).map(([name, members]) => [name, members.join(', ')])), '',
  bold('Resources'), table(['Path', 'Owner', 'Group', 'Mode'], resources.map(rule => [rule.path, rule.owner, rule.group, rule.mode])), '',
  bold('Escalation'), table(['Group', 'Applied without a person'], Object.entries(escalation).map(([name, classes]) => [name, classes.join(', ')])),
].join('\n')
