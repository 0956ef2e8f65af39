/**
 * One call of a command: what was typed, where, by whom, and the few effects a command needs (text from files and standard input, progress,
 * an interrupt). Made by run-command.ts; every command's `run` receives one, so every command can be called in process.
 */
import type { Workspace } from '../workspace/session.ts'

export interface Invocation {
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  /** `human:NAME`. */
  readonly actor: string
  readonly json: boolean
  readonly jsonl: boolean
  /** True if a person looks at standard output. */
  readonly terminal: boolean
  /** The value of `--workspace`. */
  readonly workspaceDir: string | undefined
  /** Aborted by the first interrupt; asking for it promises to stop soon. */
  readonly signal: AbortSignal
  readonly now: () => Date
  readonly argument: (name: string) => string | undefined
  /** An argument that the parser has already required. */
  readonly required: (name: string) => string
  readonly list: (name: string) => readonly string[]
  readonly flag: (key: string) => boolean
  readonly option: (key: string) => string | undefined
  readonly whole: (key: string) => number | undefined
  /** A text as typed, from `@FILE`, or from `-`, standard input. */
  readonly text: (value: string) => Promise<string>
  readonly stdin: () => Promise<Buffer>
  readonly open: () => Promise<Workspace>
  /** To standard error: how long work goes on. */
  readonly progress: (line: string) => void
  readonly warn: (line: string) => void
  /** To standard output at once; only for commands that stay (`status --watch`). */
  readonly print: (text: string) => Promise<void>
}
