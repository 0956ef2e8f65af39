/**
 * Which writer brought each thing in agents.yaml that would run here: backends, and the set-up commands of projects. A later change of
 * something else in the file brings nothing, so the texts are walked back as long as the definition stays the same. Pure.
 */
import type { Config } from '../config/model.ts'
import type { Turn } from '../../reducers/library.ts'

/** `definitions` loads an earlier text; null: it does not load, so it may have held anything. */
export function originsOf(config: Config, turns: readonly Turn[], definitions: (turn: Turn) => Config | null): Readonly<Record<string, string>> {
  const loaded = new Map<Turn, Readonly<Record<string, string>> | null>()
  const definedBy = (turn: Turn, subject: string, definition: string): boolean => {
    if (!loaded.has(turn)) {
      const earlier = definitions(turn)
      loaded.set(turn, earlier === null ? null : runnable(earlier))
    }
    const known = loaded.get(turn) ?? null
    return known === null || (Object.hasOwn(known, subject) && known[subject] === definition)
  }
  return Object.fromEntries(Object.entries(runnable(config)).flatMap(([subject, definition]) => {
    const origin = originOf(turns, turn => definedBy(turn, subject, definition))
    return origin === null ? [] : [[subject, origin]]
  }))
}

/** What only one writer ever wrote is that writer's, without reading earlier texts. */
function originOf(turns: readonly Turn[], same: (turn: Turn) => boolean): string | null {
  let origin = turns.at(-1)?.writer ?? null
  for (const turn of turns.length > 1 ? turns.toReversed() : []) {
    if (!same(turn)) break
    origin = turn.writer
  }
  return origin
}

const runnable = ({ backends, projects }: Config): Readonly<Record<string, string>> => Object.fromEntries([
  ...Object.values(backends).map(backend => [`backend:${backend.name}`, JSON.stringify(backend)] as const),
  ...Object.values(projects).flatMap(({ name, setup }) => (setup === null ? [] : [[`setup:${name}`, setup] as const])),
])
