/**
 * Keeps what leaves the working tree without having become a command: `.factory-local/quarantine/`, a file for each, never one over
 * another. Called by intake for refused changes and by transactions for what git left; emptied by GC after a while.
 */
import { lstatSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { writeDurably } from '../log/durable-file.ts'
import { systemFs } from '../log/fault-seam.ts'

export interface Quarantine {
  readonly root: string
  readonly local: string
  /** The moment of the command, ISO 8601. */
  readonly now: string
}

/** A copy of bytes that lay at `path`. */
export function quarantineBytes(place: Quarantine, path: string, bytes: Buffer): void {
  writeDurably(freeName(place, path), bytes, { root: place.root })
}

/** Moves the thing itself: a link or device, or a file too large to copy. */
export function quarantineThing(place: Quarantine, path: string): void {
  systemFs.renameSync(join(place.root, path), freeName(place, path))
}

function freeName({ local, now }: Quarantine, path: string): string {
  const folder = join(local, 'quarantine')
  mkdirSync(folder, { recursive: true })
  const stem = join(folder, `${now.replace(/[:.]/g, '')}-${path.replace(/[^\w.-]+/g, '-').slice(-120)}`)
  for (let copy = 0; ; copy += 1) {
    const name = copy === 0 ? stem : `${stem}.${copy}`
    if (lstatSync(name, { throwIfNoEntry: false }) === undefined) return name
  }
}
