/**
 * What a command says of itself. One file per command declares one of these; the parser, the help, the generated reference, completion and
 * the agents' skill all read it, so none of them can disagree. A command parses, calls one function of its room, and renders.
 * Must hold: a declaration imports nothing heavy; `run` loads what it needs itself.
 */
import type { ExitCode } from '../error.ts'
import type { Invocation } from './invocation.ts'

export const groups = ['operate', 'inspect', 'configure', 'gc', 'improve'] as const
export type Group = (typeof groups)[number]

export interface ArgumentSpec {
  /** `SPEC` is required, `[SPEC]` is not, `[SPEC...]` may be repeated. */
  readonly name: string
  readonly summary: string
}

export interface OptionSpec {
  /** As commander reads them: `-n, --limit <count>`. */
  readonly flags: string
  readonly summary: string
  /** A whole number is checked when it is parsed; default `text` for options with a value. */
  readonly kind?: 'whole'
  readonly choices?: readonly string[]
  readonly required?: boolean
  readonly hidden?: boolean
}

export interface Example { readonly command: string; readonly does: string }
export interface ExitSpec { readonly code: ExitCode; readonly when: string }

export interface Outcome {
  readonly exit?: ExitCode
  /** The one document of `--json`. */
  readonly json: unknown
  /** What a person reads; may carry the marks of paint.ts. Control characters in it are shown, never obeyed. */
  readonly text: string | (() => string)
  /** One document a line, for commands that declare `--jsonl`. */
  readonly lines?: Iterable<unknown>
  /** Everything is printed already (`status --watch`). */
  readonly silent?: boolean
}

export interface CommandSpec {
  /** One word, or two for a member of a group of commands (`scenario new`). */
  readonly name: string
  readonly group: Group
  readonly summary: string
  /** What the summary leaves out, a paragraph a string. */
  readonly details?: readonly string[]
  readonly arguments?: readonly ArgumentSpec[]
  readonly options?: readonly OptionSpec[]
  readonly examples: readonly Example[]
  /** Beyond what every command shares (`sharedExits`). */
  readonly exits?: readonly ExitSpec[]
  readonly needs: 'workspace' | 'none'
  readonly aliases?: readonly string[]
  readonly hidden?: boolean
  /** A name kept for later: whatever follows it is not parsed. */
  readonly reserved?: boolean
  readonly run: (call: Invocation) => Promise<Outcome>
}

/** Exit codes of every command. */
export const sharedExits: readonly ExitSpec[] = [
  { code: 0, when: 'done, or nothing to do' },
  { code: 1, when: 'refused: not found, not legal now, or invalid input; nothing was changed' },
  { code: 64, when: 'wrong usage' },
  { code: 70, when: 'a defect in Factory' },
  { code: 75, when: 'the workspace is busy, or git is in the middle of something' },
  { code: 130, when: 'interrupted' },
]

/** Options that every command takes, before or behind its name. */
export const globalOptions: readonly OptionSpec[] = [
  { flags: '-w, --workspace <dir>', summary: 'use this workspace instead of searching upward' },
  { flags: '--json', summary: 'one JSON document on standard output, nothing else there' },
  { flags: '--no-color', summary: 'no colour, as with NO_COLOR' },
  { flags: '--debug', summary: 'show the stack of an error' },
]

export const dryRun: OptionSpec = { flags: '--dry-run', summary: 'say what would be done and do nothing' }

/** `-n, --max-steps <n>` to `maxSteps`: the key under which a value is found. */
export function optionKey(flags: string): string {
  const long = /--(?:no-)?([a-z][a-z-]*)/.exec(flags)?.[1] ?? flags
  return long.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

/** `[SPEC...]` to `SPEC`. */
export const argumentKey = (name: string): string => name.replaceAll(/[[\].]/g, '')
