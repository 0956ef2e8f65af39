/** Small facts about the workspace itself: its name, holds, the chosen backend, trust, schedules, what GC took out of view. */
import { wallTime } from '../src/events/types.ts'
import type { ItemId } from '../src/events/types.ts'
import { put } from './reducing.ts'
import type { Reducer } from './reducing.ts'

export interface Settings {
  workspace: { item: ItemId; name: string; at: string } | null
  paused: boolean
  /** '*' or an agent's name to the backend chosen for it. */
  backends: Record<string, string>
  /** `writer|subject` to the hash trusted on that clone. */
  trust: Record<string, string>
  fired: Record<string, string>
  /** Paths out of view, with the rule that took them. */
  collected: Record<string, string>
  erased: Record<string, string>
  refused: { path: string; change: string; why: string; at: string }[]
  promotions: string[]
}

export const initialSettings = (): Settings => ({ workspace: null, paused: false, backends: {}, trust: {}, fired: {}, collected: {}, erased: {}, refused: [], promotions: [] })

export const reduceSettings: Reducer<Settings> = (settings, event) => {
  switch (event.type) {
    case 'workspace.initialised':
      settings.workspace ??= { item: event.item, name: event.data.name, at: wallTime(event) }
      return
    case 'item.paused':
      if (event.item === settings.workspace?.item) settings.paused = true
      return
    case 'item.resumed':
      if (event.item === settings.workspace?.item) settings.paused = false
      return
    case 'backend.chosen': {
      const agent = event.data.agent ?? '*'
      if (event.data.backend !== null) put(settings.backends, agent, event.data.backend)
      else if (agent === '*') settings.backends = {}
      else delete settings.backends[agent]
      return
    }
    case 'trust.granted':
      put(settings.trust, `${event.writer}|${event.data.subject}`, event.data.hash)
      return
    case 'schedule.fired':
      put(settings.fired, event.data.agent, event.data.due)
      return
    case 'item.collected':
      for (const path of event.data.paths) put(settings.collected, path, event.data.rule)
      return
    case 'item.restored':
      for (const path of event.data.paths) put(settings.collected, path, 'restored')
      return
    case 'spec.submitted':
      return bringBack(settings, ['tasks/decisions', 'tasks/review', 'tasks/verified', 'tasks/failed', 'tasks/resolved'], event.data.name)
    case 'research.requested':
      return bringBack(settings, ['tasks/research', 'tasks/research-done'], event.data.name)
    case 'blob.erased':
      put(settings.erased, event.data.sha256, event.data.reason)
      return
    case 'file.refused':
      settings.refused = [...settings.refused.slice(-19), { path: event.data.path, change: event.data.change, why: event.data.why, at: wallTime(event) }]
      return
    case 'observation.promoted':
      if (event.actor.startsWith('human:')) return
      settings.promotions = [...settings.promotions.slice(-99), wallTime(event)]
      return
    default:
  }
}

/** A new life of a name shows its own files, although those of an earlier one were collected. */
function bringBack(settings: Settings, folders: readonly string[], name: string): void {
  for (const folder of folders) {
    for (const ending of ['', '.builder-notes']) delete settings.collected[`${folder}/${name}${ending}.md`]
    for (let version = 1; settings.collected[`${folder}/${name}.v${version}.md`] !== undefined; version += 1) delete settings.collected[`${folder}/${name}.v${version}.md`]
  }
}
