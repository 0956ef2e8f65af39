/** The lines of a log as they lie on disk, byte for byte, in no particular order. For copying history, never for folding it. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

export const logPaths = (root: string): string[] => {
  const sealed = existsSync(join(root, 'log')) ? readdirSync(join(root, 'log')).filter(name => name.endsWith('.jsonl')).sort() : []
  return [join(root, 'events.jsonl'), ...sealed.map(name => join(root, 'log', name))]
}

/** Every line that could be an event, with the writer and seq it claims. */
export function* rawLines(root: string): Generator<{ readonly line: string; readonly id: string }> {
  for (const path of logPaths(root)) {
    for (const line of readFileSync(path, 'utf8').split('\n')) {
      const [, seq, writer] = /^\{"format":\d+,"seq":(\d+),"writer":"([^"]+)"/.exec(line) ?? []
      if (seq !== undefined && writer !== undefined) yield { line, id: `${writer}:${seq}` }
    }
  }
}
