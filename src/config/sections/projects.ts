/** `projects`: how the linked projects are set up and where changes go. Where they lie on this machine is not written here. */
import { choice, text, textOrNull } from '../scalars.ts'
import { deliveries } from './policy.ts'
import { mapping, named } from './section.ts'

const project = mapping({
  setup: textOrNull().optional().describe('shell command run in a fresh clone before the criteria'),
  target: text().optional().describe('branch that verified changes go to; without it the checked-out one'),
  deliver: choice(deliveries, { pr: 'pull-request' }).optional().describe('what happens to a verified change, if not `policy.deliver`'),
})

export const projects = named(project).prefault({}).describe('linked projects by name')
