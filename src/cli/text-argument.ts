/**
 * A text on the command line: as typed, `@FILE` for the text of a file, `-` for standard input. `@@` begins a text with a plain `@`.
 * Used wherever a command takes a text (answers, reasons, messages, intents).
 */
import { FactoryError, Refusal } from '../error.ts'

const limitBytes = 4 * 1024 * 1024

/** The bytes as text; a Refusal if they are not UTF-8 text. */
export function decodeText(bytes: Buffer, from: string): string {
  if (bytes.length > limitBytes) throw new Refusal('too-large', `${from} has ${bytes.length} bytes; a text has at most ${limitBytes}.`, 'give a shorter text')
  const text = bytes.toString('utf8')
  if (text.includes('\u0000') || !Buffer.from(text, 'utf8').equals(bytes)) throw new Refusal('not-text', `${from} is not UTF-8 text.`, 'save it as UTF-8 text and try again')
  return text
}

export async function fileBytes(path: string): Promise<Buffer> {
  const { readFile, stat } = await import('node:fs/promises')
  try {
    if (!(await stat(path)).isFile()) throw new Refusal('file-unreadable', `${path} is not a file.`, 'name a text file')
    return await readFile(path)
  } catch (error) {
    if (error instanceof FactoryError) throw error
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    throw new FactoryError('file-unreadable', missing ? `There is no file ${path}.` : `${path} could not be read.`, { mend: 'check the path', cause: error })
  }
}

export async function readTextArgument(value: string, from: { readonly cwd: string; readonly stdin: () => Promise<Buffer> }): Promise<string> {
  if (value === '-') return decodeText(await from.stdin(), 'standard input')
  if (value.startsWith('@@')) return value.slice(1)
  if (!value.startsWith('@')) return value
  const { resolve } = await import('node:path')
  return decodeText(await fileBytes(resolve(from.cwd, value.slice(1))), value.slice(1))
}

/** Everything that comes on standard input, up to a little over the limit. */
export async function readStdin(): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of process.stdin) {
    chunks.push(chunk as Buffer)
    bytes += (chunk as Buffer).length
    if (bytes > limitBytes) break
  }
  return Buffer.concat(chunks)
}
