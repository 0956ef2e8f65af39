/** `apps`: which app specs follow that name none, and settings that replace an app's own. */
import { choice, onOff, textOrNull } from '../scalars.ts'
import { mapping, named } from './section.ts'

const settings = mapping({
  profile: choice(['quality', 'balanced', 'budget']).optional().describe('which column of its models'),
  planValidation: onOff().optional().describe('whether plans are validated before they are executed'),
  checkpointMode: choice(['interactive', 'auto-approve']).optional().describe('whether `human-verify` checkpoints wait for a person'),
})

export const apps = mapping({
  default: textOrNull().optional().describe('app of specs that name none; without it they are built straight from ready'),
  settings: named(settings).prefault({}).describe('settings by app'),
}).prefault({}).describe('workflows; each lies in `apps/NAME.yaml`')
