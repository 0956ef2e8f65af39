/**
 * One call of the git program. Everything in Factory that runs git goes through here: no hooks, no fsmonitor, no signing,
 * no conversion, no prompt, a time limit, and nothing from the caller's own `GIT_*` variables that says where a repository is.
 * A failing git is a result; nothing here throws for it.
 */
import { execFile, execFileSync, spawn } from 'node:child_process'
import { messageOf } from '../error.ts'

export interface GitOptions {
  /** The repository to use; discovery is never left to git, which could find one further up. */
  readonly gitDir: string
  readonly workTree?: string
  readonly cwd?: string
  readonly input?: string | Buffer
  readonly env?: Readonly<Record<string, string>>
  readonly timeoutMs?: number
  readonly config?: readonly string[]
  /** Pathspecs of this call are patterns; otherwise every path is taken as it is. */
  readonly magicPathspecs?: boolean
}

export type GitResult =
  | { readonly ok: true; readonly stdout: Buffer }
  | { readonly ok: false; readonly code: number | null; readonly stdout: Buffer; readonly warning: string }

const defaultTimeoutMs = 60_000
const maxOutputBytes = 1024 * 1024 * 1024

/** Said on every call. What a repository's own configuration could run or change is switched off. */
const settings: readonly string[] = [
  'core.hooksPath=/dev/null', 'core.fsmonitor=false', 'core.untrackedCache=false', 'core.attributesFile=/dev/null',
  'core.autocrlf=false', 'core.safecrlf=false', 'core.quotePath=false', 'core.pager=cat', 'core.editor=true', 'core.askPass=',
  'commit.gpgSign=false', 'tag.gpgSign=false', 'gc.auto=0', 'maintenance.auto=false', 'user.useConfigOnly=true',
  'submodule.recurse=false', 'fetch.recurseSubmodules=false', 'advice.detachedHead=false',
  // Objects are synced before a commit names them; measured at 33 instead of 28 ms a commit.
  'core.fsync=all', 'core.fsyncMethod=batch', 'protocol.ext.allow=never',
]

/** Who commits where nobody is configured. */
export const fallbackIdentity = { name: 'Factory', email: 'factory@localhost' } as const

/** Variables of the caller that say who somebody is or how to reach a remote, not where a repository lies. */
const kept = /^GIT_(?:AUTHOR|COMMITTER)_(?:NAME|EMAIL)$|^GIT_(?:SSH|SSH_COMMAND|SSH_VARIANT|ASKPASS|EXEC_PATH|CONFIG_GLOBAL|CONFIG_SYSTEM|CONFIG_NOSYSTEM|SSL_\w+|PROXY_\w+)$/

export async function git(args: readonly string[], options: GitOptions): Promise<GitResult> {
  return new Promise(resolve => {
    const child = execFile('git', fullArgs(args, options), execOptions(options), (error, stdout, stderr) => {
      resolve(error === null ? { ok: true, stdout } : failed(args, error, stdout, stderr))
    })
    child.stdin?.on('error', () => {})
    child.stdin?.end(options.input ?? '')
  })
}

/** The same, waiting: for reads in the middle of something that cannot wait. */
export function gitSync(args: readonly string[], options: GitOptions): GitResult {
  try {
    return { ok: true, stdout: execFileSync('git', fullArgs(args, options), { ...execOptions(options), input: options.input ?? '', stdio: 'pipe' }) }
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: Buffer; stderr?: Buffer }
    return failed(args, error as Error, stdout ?? Buffer.alloc(0), stderr ?? Buffer.alloc(0))
  }
}

/** Two calls, the output of the first being the input of the second, without keeping it. */
export async function gitPipe(first: readonly [readonly string[], GitOptions], second: readonly [readonly string[], GitOptions]): Promise<GitResult> {
  const [args, options] = first
  const source = spawn('git', fullArgs(args, options), { ...execOptions(options), stdio: ['pipe', 'pipe', 'pipe'] })
  const errors: Buffer[] = []
  source.stderr.on('data', (chunk: Buffer) => { if (errors.length < 64) errors.push(chunk) })
  source.stdin.on('error', () => {})
  source.stdin.end(options.input ?? '')
  const sourceEnd = new Promise<GitResult>(resolve => {
    source.once('error', error => resolve(failed(args, error, Buffer.alloc(0), Buffer.alloc(0))))
    source.once('close', code => resolve(code === 0 ? { ok: true, stdout: Buffer.alloc(0) } : failed(args, Object.assign(new Error(), { code }), Buffer.alloc(0), Buffer.concat(errors))))
  })
  const sinkEnd = new Promise<GitResult>(resolve => {
    const [sinkArgs, sinkOptions] = second
    const sink = execFile('git', fullArgs(sinkArgs, sinkOptions), execOptions(sinkOptions), (error, stdout, stderr) => {
      resolve(error === null ? { ok: true, stdout } : failed(sinkArgs, error, stdout, stderr))
    })
    sink.stdin?.on('error', () => source.kill())
    if (sink.stdin !== null) source.stdout.pipe(sink.stdin)
  })
  const [sent, received] = await Promise.all([sourceEnd, sinkEnd])
  return sent.ok ? received : sent
}

/** Text of a successful call without its line end; undefined when git failed. */
export const textOf = (result: GitResult): string | undefined => (result.ok ? result.stdout.toString('utf8').trimEnd() : undefined)

/** The parts of NUL-separated output. */
export const partsOf = (output: Buffer): readonly string[] => output.toString('utf8').split('\0').filter(part => part !== '')

function fullArgs(args: readonly string[], { gitDir, workTree, config = [], magicPathspecs = false }: GitOptions): string[] {
  return [
    `--git-dir=${gitDir}`, ...(workTree === undefined ? [] : [`--work-tree=${workTree}`]),
    '--no-pager', ...(magicPathspecs ? [] : ['--literal-pathspecs']), ...[...settings, ...config].flatMap(setting => ['-c', setting]), ...args,
  ]
}

interface ExecOptions {
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  readonly timeout: number
  readonly killSignal: 'SIGKILL'
  readonly maxBuffer: number
  readonly encoding: 'buffer'
  readonly windowsHide: true
}

function execOptions({ gitDir, workTree, cwd, env, timeoutMs = defaultTimeoutMs }: GitOptions): ExecOptions {
  return {
    cwd: cwd ?? workTree ?? gitDir,
    env: { ...callersEnvironment(), ...env },
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
    maxBuffer: maxOutputBytes,
    encoding: 'buffer',
    windowsHide: true,
  }
}

function callersEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_') || kept.test(name))
  return { ...Object.fromEntries(entries), GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0', GIT_NO_REPLACE_OBJECTS: '1', LC_ALL: 'C' }
}

function failed(args: readonly string[], error: Error & { code?: unknown; killed?: boolean; status?: number | null }, stdout: Buffer, stderr: Buffer): GitResult {
  const code = typeof error.code === 'number' ? error.code : typeof error.status === 'number' ? error.status : null
  const said = stderr.toString('utf8').split('\n').filter(line => line.trim() !== '').slice(0, 3).join('; ').slice(0, 400)
  if (error.code === 'ENOENT' && stderr.length === 0) return { ok: false, code, stdout, warning: 'git is not installed, or not on PATH' }
  const why = error.killed === true || error.code === 'ETIMEDOUT' ? 'took too long and was ended' : said === '' ? messageOf(error).slice(0, 200) : said
  return { ok: false, code, stdout, warning: `git ${args[0] ?? ''}: ${why || `ended with ${code ?? 'a signal'}`}` }
}
