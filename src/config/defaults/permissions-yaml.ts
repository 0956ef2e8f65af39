/** The permissions.yaml that `init` writes: the built-in data as text. */
import { builtinPermissions } from '../builtin-permissions.ts'

const { groups, resources, escalation } = builtinPermissions
const width = Math.max(...resources.map(({ path }) => path.length)) + 3

const mappingOf = (entries: Readonly<Record<string, readonly string[]>>): string =>
  Object.entries(entries).map(([name, values]) => `  ${name}: [${values.join(', ')}]`).join('\n')

const resourceText = ({ path, owner, group, mode }: (typeof resources)[number]): string =>
  `  ${`"${path}":`.padEnd(width + 1)}{ owner: ${quoted(owner)}, group: ${quoted(group)}, mode: ${mode} }`

const quoted = (name: string): string => (name.startsWith('{') ? `"${name}"` : name)

export const defaultPermissionsYaml = `# Who may read and write what. \`factory perms --agent NAME PATH\` says which line decides.
# A part left out keeps its default; a part given replaces it.

# Agents by group. An agent is also the one member of a group of its own name.
groups:
${mappingOf(groups)}

# The most specific path decides: its owner's bits for the owner, else the group's for its members, else the others'.
# * is one whole segment; {agent} is the name of any agent, who then owns the path. root is Factory itself.
# A mode that ends in --- is closed: no canRead or canWrite of agents.yaml opens what lies below it.
resources:
${resources.map(resourceText).join('\n')}

# Changes to agents.yaml that members of a group may have applied without a person.
escalation:
${mappingOf(escalation)}
`
