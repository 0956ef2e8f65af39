/** `permissions.yaml`: its schema, and the plain data it becomes. A part left out keeps its default; a part given replaces it. */
import * as z from 'zod'
import { isMode } from '../formats/permission-mode.ts'
import { segmentsOf } from '../permissions/paths.ts'
import { builtinPermissions } from './builtin-permissions.ts'
import type { ChangeClass, PermissionsConfig } from './model.ts'
import { changeClasses } from './model.ts'
import type { ConfigProblem } from './problem.ts'
import { text, texts } from './scalars.ts'
import { mapping, named } from './sections/section.ts'
import type { ReadFile } from './yaml-file.ts'
import { readYamlFile } from './yaml-file.ts'

const resource = mapping({
  owner: text().describe('an agent, `root`, or `{agent}` for the agent named in the path'),
  group: text().describe('a group, an agent, or `{agent}`'),
  mode: text().describe('nine letters `rwxrwxrwx`, for owner, group and others; x says nothing'),
})

export const permissionsFile = mapping({
  version: z.unknown().optional().meta({ kind: 'anything', description: 'ignored' }),
  groups: named(texts()).optional().describe('agents by group'),
  resources: named(resource).optional().describe('by path; the most specific path decides'),
  escalation: named(texts()).optional().describe('by group, the change classes applied without a person'),
})

type PermissionsInput = z.output<typeof permissionsFile>
type Complain = (path: readonly PropertyKey[], message: string, mend: string) => void

const wholeMode = 'write nine letters such as rw-r--r--'

const resourcesOf = (input: PermissionsInput, complain: Complain): PermissionsConfig['resources'] =>
  Object.entries(input.resources ?? {}).map(([path, given]) => {
    if (!isMode(given.mode)) complain(['resources', path, 'mode'], `"${given.mode}" is no mode`, wholeMode)
    const segments = segmentsOf(path)
    if (segments === null || segments.length === 0) complain(['resources', path], `"${path}" is no path inside the workspace`, 'write a path such as specs/ready/')
    if (segments?.some(segment => segment !== '*' && /[*?[\]]/.test(segment)) === true) complain(['resources', path], `"${path}" uses a pattern`, 'only * (one whole segment) and {agent} stand for something')
    return { path, owner: given.owner, group: given.group, mode: given.mode }
  })

const escalationOf = (input: PermissionsInput, groups: PermissionsConfig['groups'], complain: Complain): PermissionsConfig['escalation'] =>
  Object.fromEntries(Object.entries(input.escalation ?? {}).map(([group, classes]) => {
    if (!Object.hasOwn(groups, group)) complain(['escalation', group], `there is no group "${group}"`, `the groups are ${Object.keys(groups).join(', ')}`)
    const known = classes.filter((cls): cls is ChangeClass => changeClasses.some(candidate => candidate === cls))
    const unknown = classes.find(cls => !changeClasses.some(candidate => candidate === cls))
    if (unknown !== undefined) complain(['escalation', group], `"${unknown}" is no change class`, `write ${changeClasses.join(', ')}`)
    return [group, known]
  }))

/** Reads the text; null is the default. */
export const readPermissions = (source: string | null): ReadFile<PermissionsConfig> => {
  if (source === null) return { value: builtinPermissions, problems: [], warnings: [], lineOf: () => 1 }
  const file = 'permissions.yaml'
  const read = readYamlFile<PermissionsInput>(file, source, permissionsFile, null)
  if (read.value === null) return { ...read, value: null }
  const problems: ConfigProblem[] = []
  const complain: Complain = (path, message, mend) => problems.push({ file, line: read.lineOf(path), key: path.join('.'), message, mend })
  const groups = read.value.groups ?? builtinPermissions.groups
  const value: PermissionsConfig = {
    groups,
    resources: read.value.resources === undefined ? builtinPermissions.resources : resourcesOf(read.value, complain),
    escalation: read.value.escalation === undefined ? builtinPermissions.escalation : escalationOf(read.value, groups, complain),
  }
  return { ...read, value: problems.length > 0 ? null : value, problems }
}
