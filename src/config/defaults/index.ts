/** Everything that `init` writes besides folders; all of it text inside the program, so that the shipped bundle needs no files. */
import { agentSkills } from './agent-skills.ts'
import { defaultAgentsYaml } from './agents-yaml.ts'
import { defaultGsdYaml } from './gsd-yaml.ts'
import { defaultPermissionsYaml } from './permissions-yaml.ts'
import { metaScenario } from './scenarios.ts'
import { sharedSkills } from './shared-skills.ts'
import type { DefaultFile } from './skill-file.ts'

export type { DefaultFile } from './skill-file.ts'
export { defaultAgentsYaml } from './agents-yaml.ts'
export { defaultGsdYaml } from './gsd-yaml.ts'
export { defaultPermissionsYaml } from './permissions-yaml.ts'
export { metaScenario, scenarioTemplate } from './scenarios.ts'

export const defaultSkills: readonly DefaultFile[] = [...sharedSkills, ...agentSkills]

export const defaultFiles: readonly DefaultFile[] = [
  { path: 'agents.yaml', text: defaultAgentsYaml },
  { path: 'permissions.yaml', text: defaultPermissionsYaml },
  { path: 'apps/gsd.yaml', text: defaultGsdYaml },
  ...defaultSkills,
  metaScenario,
]
