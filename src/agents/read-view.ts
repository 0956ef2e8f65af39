/**
 * Reads a view back after its run: what differs from the manifest, and what cannot be taken. Each regular file is opened once, without
 * following links; nothing outside the view is ever opened. Judging is `import.ts`; here nothing of the workspace is known.
 */
import { readdirSync } from 'node:fs'
import type { Dirent } from 'node:fs'
import { join } from 'node:path'
import { isFactoryError } from '../error.ts'
import { readRegularFile, sha256Hex } from '../log/durable-file.ts'
import { boardName, outboxName, skillIndexName, viewFileName } from './views.ts'
import type { View } from './views.ts'

/** A path as an agent left it, with the bytes of what it changed. */
export interface LeftFile {
  readonly path: string
  readonly bytes: Buffer
  readonly sha256: string
}

export interface Unfit { readonly path: string; readonly why: string }

export interface ReadBack {
  /** New or different from what was given, by path. */
  readonly changed: ReadonlyMap<string, LeftFile>
  /** Given, and gone. */
  readonly removed: readonly string[]
  readonly unfit: readonly Unfit[]
  /** The requests that the command line left in the view. */
  readonly outbox: string | null
}

export interface ReadLimits { readonly fileBytes: number; readonly files: number }

/** What one run may change altogether; more than this no import holds in memory. */
const mostBytes = 64 * 1024 * 1024

const outboxBytes = 1024 * 1024
const deepest = 24
const own = new Set([boardName, skillIndexName, viewFileName, outboxName])

/** Looks at everything in the view but the clone of the project, which git reads. */
export function readView(view: Pick<View, 'path' | 'files' | 'clone'>, limits: ReadLimits): ReadBack {
  const changed = new Map<string, LeftFile>()
  const unfit: Unfit[] = []
  const seen = new Set<string>()
  const closed: string[] = []
  let looked = 0
  let held = 0
  const visit = (folder: string, depth: number): void => {
    const entries = entriesOf(join(view.path, folder))
    if (entries === null) {
      closed.push(`${folder}/`)
      unfit.push({ path: folder, why: 'the folder cannot be read' })
    }
    for (const entry of entries ?? []) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (own.has(path) || path === cloneFolder(view)) continue
      looked += 1
      if (looked > limits.files) return
      if (entry.isDirectory()) {
        if (depth >= deepest) unfit.push({ path, why: `folders deeper than ${deepest} are not read` })
        else visit(path, depth + 1)
      } else take(path, entry)
    }
  }
  const take = (path: string, entry: Dirent): void => {
    seen.add(path)
    if (!entry.isFile()) { unfit.push({ path, why: kindOf(entry) }); return }
    const read = readOnce(join(view.path, path), limits.fileBytes)
    if (typeof read === 'string') { unfit.push({ path, why: read }); return }
    const sha256 = sha256Hex(read)
    if (view.files.get(path)?.sha256 === sha256) return
    held += read.length
    if (held > mostBytes) unfit.push({ path, why: `the changes of a run are more than ${mostBytes} bytes together` })
    else changed.set(path, { path, bytes: read, sha256 })
  }
  visit('', 0)
  if (looked > limits.files) unfit.push({ path: '.', why: `the view holds more than ${limits.files} files; the rest was not read` })
  // What could not be looked at is not gone.
  const removed = looked > limits.files ? [] : [...view.files.keys()].filter(path => !seen.has(path) && !own.has(path) && !closed.some(folder => path.startsWith(folder)))
  return { changed, removed, unfit, outbox: readOutbox(view.path) }
}

const cloneFolder = (view: Pick<View, 'clone'>): string | null => (view.clone === null ? null : `projects/${view.clone.name}`)

const kindOf = (entry: Dirent): string =>
  entry.isSymbolicLink() ? 'a link is not taken: write the file itself' : 'a device, pipe or socket is not taken'

/** What a dispatch hands over comes before memories, so that these cannot crowd it out. */
const rank = ({ name }: Dirent): number => (name === 'specs' || name === 'tasks' ? 0 : 1)

/** null: it is there, and cannot be read. */
function entriesOf(folder: string): readonly Dirent[] | null {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1))
  } catch {
    return null
  }
}

function readOnce(path: string, maxBytes: number): Buffer | string {
  try {
    return readRegularFile(path, { maxBytes })?.bytes ?? 'it was gone when it was read'
  } catch (error) {
    if (isFactoryError(error)) return error.code === 'file-too-large' ? `larger than ${maxBytes} bytes (limits.fileBytes)` : 'a link, device, pipe or socket is not taken'
    return 'it cannot be read'
  }
}

function readOutbox(view: string): string | null {
  const read = readOnce(join(view, outboxName), outboxBytes)
  return typeof read === 'string' ? null : read.toString('utf8')
}

/** UTF-8 text, or null for other bytes. */
export function asText(bytes: Buffer): string | null {
  const text = bytes.toString('utf8')
  return bytes.includes(0) || !Buffer.from(text).equals(bytes) ? null : text
}
