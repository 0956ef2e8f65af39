/**
 * The environment and private folders of a run. Nothing of the caller's environment gets through but what is listed here, so no
 * secret of the caller reaches an agent or a criterion unless `backend.env` names it.
 */
import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'

const passed = ['PATH', 'LANG', 'LC_ALL', 'TZ'] as const

/** Folders of a run that are not part of its view. */
export interface Room { readonly path: string; readonly home: string; readonly tmp: string; readonly result: string; readonly prompt: string }

export function openRoom(path: string): Room {
  const room: Room = { path, home: join(path, 'home'), tmp: join(path, 'tmp'), result: join(path, 'result.json'), prompt: join(path, 'prompt.md') }
  for (const folder of [path, room.home, room.tmp]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    chmodSync(folder, 0o700)
  }
  return room
}

export function filteredEnvironment(env: NodeJS.ProcessEnv, room: Pick<Room, 'home' | 'tmp'>): Record<string, string> {
  const kept = passed.flatMap(name => { const value = env[name]; return value === undefined ? [] : [[name, value] as const] })
  return { LANG: 'C.UTF-8', ...Object.fromEntries(kept), HOME: room.home, TMPDIR: room.tmp }
}
