/**
 * Where the files of a log lie below a workspace. Used by every part of the file log and by whoever commits its paths.
 * Everything in `.factory-local/` belongs to one clone and is never committed.
 */
import { join } from 'node:path'

export const ACTIVE_NAME = 'events.jsonl'
export const SEGMENTS_NAME = 'log'
export const LOCAL_NAME = '.factory-local'

const SEGMENT_FILE = /^[0-9a-f]{16}\.jsonl$/

export interface LogLayout {
  readonly root: string
  /** The active file. */
  readonly active: string
  /** The directory of the sealed segments. */
  readonly segments: string
  readonly local: string
  /** The record of this clone's writer id. */
  readonly writer: string
  /** The hard link to the active file as Factory itself last put it there. */
  readonly link: string
  readonly segmentIndex: string
  readonly quarantine: string
}

export function layoutOf(root: string): LogLayout {
  const local = join(root, LOCAL_NAME)
  return {
    root,
    active: join(root, ACTIVE_NAME),
    segments: join(root, SEGMENTS_NAME),
    local,
    writer: join(local, 'writer'),
    link: join(local, 'events.link'),
    segmentIndex: join(local, 'segments.json'),
    quarantine: join(local, 'quarantine'),
  }
}

/** The sealed segments among the names of a directory, in a fixed order. */
export const segmentNames = (names: readonly string[]): readonly string[] => names.filter(name => SEGMENT_FILE.test(name)).toSorted()

export const segmentPath = (name: string): string => `${SEGMENTS_NAME}/${name}`
