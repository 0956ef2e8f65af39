/** `notifications/<id>.json`: what the outbox wants to tell a person; a messenger may pick the files up. */
import type { Effect } from '../reducers/effects.ts'
import type { FolderProjection } from './projection.ts'

export const notificationFiles: FolderProjection = {
  kind: 'notification',
  units: state => Object.values(state.effects.byId).filter(isNotification).map(effect => effect.id),
  files: (state, id) => {
    const effect = state.effects.byId[id as Effect['id']]
    if (effect === undefined || !isNotification(effect)) return []
    return [{ path: `notifications/${effect.id.replace(':', '-')}.json`, text: `${JSON.stringify(effect.payload, null, 2)}\n` }]
  },
}

const isNotification = (effect: Effect): boolean => effect.kind === 'notification'
