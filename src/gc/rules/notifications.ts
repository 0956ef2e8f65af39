/** Messages that were delivered long ago: whoever carries them on has them, and the log keeps them. */
import { olderThan } from '../rule.ts'
import type { GcRule } from '../rule.ts'

export const collectNotifications: GcRule = {
  command: 'gc',
  stale: 'a message to people that was delivered',
  age: '`limits.keepRuns` (30d) after it was written',
  leaves: '`notifications/ID.json`',
  find: (state, config, now) => Object.values(state.effects.byId)
    .filter(({ kind, status, at }) => kind === 'notification' && status === 'delivered' && olderThan(at, config.limits.keepRunsMs, now))
    .map(({ id }) => `notifications/${id.replace(':', '-')}.json`),
}
