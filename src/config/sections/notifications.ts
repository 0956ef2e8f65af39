/** `notifications`: who is told. */
import { textOrNull } from '../scalars.ts'
import { mapping } from './section.ts'

export const notifications = mapping({
  recipient: textOrNull().prefault(null).describe('name put on notifications for whatever carries them on'),
}).prefault({}).describe('who is told when a run ends or something waits')
