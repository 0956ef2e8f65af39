/**
 * Standard output and standard error. Text for people is made literal and painted here and nowhere else; JSON goes out as it is.
 * Writing is synchronous and opens no stream, so that a short answer costs nothing. A reader that closes the pipe early (`| head`) ends
 * the program quietly.
 */
import { literal } from './literal.ts'
import { isPainted, withoutPaint, withPaint } from './paint.ts'

// Not imported: an import of node:fs loads every stream class with it, which costs more than the rest of a short answer.
const { writeSync } = process.getBuiltinModule('node:fs')
const out = 1
const err = 2
const retryMs = 5

function write(descriptor: number, text: string): void {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(descriptor, bytes, at)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EPIPE') process.exit(process.exitCode ?? 0)
      if (code !== 'EAGAIN') throw error
      // A pipe shared with a program that made it non-blocking is full: wait until somebody reads.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, retryMs)
    }
  }
}

/** Colour only where a person looks, and never against NO_COLOR. */
async function wantsColour(descriptor: number, argv: readonly string[]): Promise<boolean> {
  const { NO_COLOR: none = '', TERM: terminal } = process.env
  if (none !== '' || terminal === 'dumb' || argv.includes('--no-color')) return false
  return isTerminal(descriptor)
}

export async function isTerminal(descriptor: number): Promise<boolean> {
  const { isatty } = await import('node:tty')
  return isatty(descriptor)
}

/** What a person reads, ready for the stream. */
async function finished(text: string, argv: readonly string[]): Promise<string> {
  const safe = literal(text)
  if (!isPainted(safe)) return safe
  if (!(await wantsColour(out, argv))) return withoutPaint(safe)
  const { default: picocolors } = await import('picocolors')
  return withPaint(safe, picocolors.createColors(true))
}

const ended = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`)

export async function printText(text: string, argv: readonly string[]): Promise<void> { write(out, ended(await finished(text, argv))) }

export const printJson = (document: unknown): void => { write(out, `${JSON.stringify(document)}\n`) }

/** One line to standard error. */
export function printError(line: string): void {
  try {
    write(err, ended(withoutPaint(literal(line))))
  } catch {
    // Standard error is closed: there is nobody left to tell.
  }
}
