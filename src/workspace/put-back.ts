/**
 * Puts acknowledged lines back into a log that became shorter while git's HEAD stayed where it was: emptied or cut in place, or replaced by
 * `git stash`. The hard link and Factory's last commit hold them. Where HEAD moved, history went back on purpose, and the log decides
 * (a rewind). Called by transactions, under the lock, before anything is read.
 */
import { existsSync, lstatSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeDurably } from '../log/durable-file.ts'
import { layoutOf } from '../log/layout.ts'
import { hashVerifies } from '../log/codec.ts'
import { rawLines } from '../log/raw-lines.ts'
import { listTree, showFile } from './git.ts'
import type { LocalIndex } from './local-index.ts'

/** The ids of the events that came back. */
export async function putBackLines(root: string, known: LocalIndex | null, head: string | null): Promise<readonly string[]> {
  if (known === null || known.head === null || known.head !== head || known.logBytes <= logBytes(root)) return []
  const here = new Set([...rawLines(root)].map(({ line }) => line))
  const fresh = new Map<string, string>()
  for (const content of await sources(root, head)) {
    for (const line of content.toString('utf8').split('\n')) {
      const id = idOf(line)
      if (id !== null && !here.has(line)) fresh.set(line, id)
    }
  }
  if (fresh.size === 0) return []
  const active = readFileSync(layoutOf(root).active)
  const glue = active.length === 0 || active.at(-1) === 0x0a ? '' : '\n'
  writeDurably(layoutOf(root).active, Buffer.concat([active, Buffer.from(`${glue}${[...fresh.keys()].join('\n')}\n`)]), { root, syncDir: true })
  return [...new Set(fresh.values())]
}

export const logBytes = (root: string): number => lstatSync(layoutOf(root).active, { throwIfNoEntry: false })?.size ?? 0

/** What may still hold the lines. */
async function sources(root: string, head: string): Promise<readonly Buffer[]> {
  const { link } = layoutOf(root)
  const committed = (await listTree(root, head)).map(({ path }) => path).filter(path => path === 'events.jsonl' || (/^log\/[0-9a-f]{16}\.jsonl$/.test(path) && !existsSync(join(root, path))))
  const shown = await Promise.all(committed.map(path => showFile(root, head, path)))
  return [...(existsSync(link) ? [readFileSync(link)] : []), ...shown.flatMap(bytes => bytes ?? [])]
}

/** Only a line whose hash verifies was ever acknowledged. */
function idOf(line: string): string | null {
  const [, seq, writer] = /^\{"format":\d+,"seq":(\d+),"writer":"([^"]+)"/.exec(line) ?? []
  const bytes = Buffer.from(line)
  return seq !== undefined && writer !== undefined && hashVerifies(bytes, 0, bytes.length) ? `${writer}:${seq}` : null
}
