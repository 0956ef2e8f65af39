/**
 * Takes over from another tree what it knows and this workspace lacks: blobs, sealed segments, lines of the log. Called by sync, under the
 * lock. Nothing is ever taken away; lines are copied as raw bytes, and only those whose hash verifies.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { goodLines, rawLine, readLines } from '../log/active-file.ts'
import { readRegularFile, sha256Hex, writeDurably } from '../log/durable-file.ts'
import { ACTIVE_NAME, SEGMENTS_NAME } from '../log/layout.ts'

export function takeOver(root: string, tree: string): void {
  for (const folder of ['blobs', SEGMENTS_NAME]) {
    for (const path of filesUnder(join(tree, folder))) {
      const target = join(root, relative(tree, path))
      const bytes = readFileSync(path)
      if (!isThere(target) && isWhatItsNameSays(relative(tree, path), bytes)) writeDurably(target, bytes, { root, syncDir: true })
    }
  }
  takeOverLines(root, readRegularFile(join(tree, ACTIVE_NAME))?.bytes ?? Buffer.alloc(0))
}

/** Lines that lie in a segment here come twice by this; recovery removes them. */
function takeOverLines(root: string, theirs: Buffer): void {
  const ours = readRegularFile(join(root, ACTIVE_NAME))?.bytes ?? Buffer.alloc(0)
  const known = new Set(goodLines(readLines(ours).lines).map(line => line.event.hash))
  const fresh = goodLines(readLines(theirs).lines).filter(line => !known.has(line.event.hash))
  if (fresh.length === 0) return
  const lineEnd = Buffer.from('\n')
  const glue = ours.length === 0 || ours.at(-1) === 0x0a ? Buffer.alloc(0) : lineEnd
  writeDurably(join(root, ACTIVE_NAME), Buffer.concat([ours, glue, ...fresh.flatMap(line => [rawLine(theirs, line), lineEnd])]), { root, syncDir: true })
}

/** Both are named by their content; what is not would only spread damage. */
function isWhatItsNameSays(path: string, bytes: Buffer): boolean {
  const sha256 = sha256Hex(bytes)
  const name = path.replace(/^(?:blobs|log)\//, '').replace('/', '').replace(/\.jsonl$/, '')
  return name === sha256 || (name.length === 16 && sha256.startsWith(name))
}

const isThere = (path: string): boolean => existsSync(path)

function filesUnder(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? filesUnder(path) : entry.isFile() ? [path] : []
  }).sort()
}
