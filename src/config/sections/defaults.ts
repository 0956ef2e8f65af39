/** `defaults`: what an agent has that does not say otherwise. */
import { duration, text, textOrNull } from '../scalars.ts'
import { mapping } from './section.ts'

export const defaults = mapping({
  backend: text().optional().describe('the backend of agents that name none'),
  model: textOrNull().optional().describe('the model of agents that name none; without it the backend\'s own'),
  timeout: duration(7).prefault('30m').describe('the longest a run may take'),
  silence: duration(7).prefault('10m').describe('the longest a run may be silent'),
}, { provider: 'backend' }).prefault({}).describe('what an agent has that does not say otherwise')
