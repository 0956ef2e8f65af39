/**
 * The transcript of a run in `runs/RUN/`, for people who look while it works: the prompt, and what is heard. Local, not in git and no
 * part of the log; what counts is in the run's events. Never fails a run.
 */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BackendEvent } from './backends.ts'

const mostBytes = 8 * 1024 * 1024
const longestLine = 500

export interface Transcript {
  /** Writes it down; returns the whole lines that it completed, for progress. */
  readonly note: (event: BackendEvent) => readonly string[]
}

export function openTranscript(workspace: { readonly root: string }, run: string, prompt: string): Transcript {
  const folder = join(workspace.root, 'runs', run)
  const output = join(folder, 'output.log')
  let written = quietly(() => {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'prompt.md'), prompt, { mode: 0o600 })
    writeFileSync(output, '', { mode: 0o600 })
  }) ? 0 : mostBytes
  let pending = ''
  const write = (text: string): void => {
    if (written >= mostBytes) return
    const part = text.slice(0, mostBytes - written)
    written += Buffer.byteLength(part)
    if (!quietly(() => appendFileSync(output, part))) written = mostBytes
  }
  return {
    note: event => {
      const text = textOf(event)
      if (text === '') return []
      write(text)
      const lines = (pending + text).split('\n')
      pending = (lines.pop() ?? '').slice(-longestLine)
      return lines.map(line => line.slice(0, longestLine))
    },
  }
}

function textOf(event: BackendEvent): string {
  switch (event.kind) {
    case 'output':
    case 'log': return event.text
    case 'tool': return `[${event.name}] ${event.detail}\n`
    case 'turn': return `[turn ${event.number}]\n`
    default: return ''
  }
}

function quietly(work: () => void): boolean {
  try {
    work()
    return true
  } catch {
    return false
  }
}
