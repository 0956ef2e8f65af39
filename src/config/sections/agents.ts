/** `agents`: changes to the seven agents, and further ones. Lists replace the default list of the same key. */
import type * as z from 'zod'
import { choice, duration, free, text, textOrNull, texts } from '../scalars.ts'
import { mapping, named } from './section.ts'

const agent = mapping({
  role: text().optional().describe('one sentence of what it is for'),
  backend: text().optional().describe('its backend'),
  model: textOrNull().optional().describe('its model'),
  timeout: duration(7).optional().describe('the longest its runs may take'),
  silence: duration(7).optional().describe('the longest its runs may be silent'),
  skills: mapping({
    always: texts().optional().describe('skills whose text is in every prompt'),
    available: texts().optional().describe('skills that are listed and can be opened'),
  }).optional().describe('its skills, by name'),
  heartbeat: textOrNull().optional().describe('cron expression of its heartbeat, null or `off` for none'),
  canRead: texts().optional().describe('paths it may read where permissions.yaml has no resource'),
  canWrite: texts().optional().describe('paths it may write where permissions.yaml has no resource'),
  cannotAccess: texts().optional().describe('paths it may neither read nor write; wins over everything'),
  shell: choice(['full', 'read-only', 'none'], { read_only: 'read-only', readonly: 'read-only' }).optional().describe('what it may run'),
  memory: free().optional().describe('older key; an agent\'s memory lies in `memory/NAME/` and `memory/daily/NAME/`'),
}, { provider: 'backend', shell_access: 'shell' })

export const agents = named(agent).prefault({}).describe('the agents by name')
export type AgentInput = z.output<typeof agent>
