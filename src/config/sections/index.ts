/** The registry of sections of agents.yaml: a new one is one file and one line here. */
import type * as z from 'zod'
import { choice } from '../scalars.ts'
import { agents } from './agents.ts'
import { apps } from './apps.ts'
import { backends } from './backends.ts'
import { defaults } from './defaults.ts'
import { limits } from './limits.ts'
import { notifications } from './notifications.ts'
import { policy } from './policy.ts'
import { projects } from './projects.ts'
import { mapping } from './section.ts'

export const agentsFile = mapping({
  version: choice(['1'], { 1: '1' }).optional().describe('version of this format, 1'),
  backends, defaults, agents, limits, policy, projects, apps, notifications,
})

export type AgentsFile = z.output<typeof agentsFile>
