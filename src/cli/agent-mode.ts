/**
 * The command line inside a run of an agent. Nothing here opens a workspace: reads answer from the view, requests go to its outbox,
 * everything else refuses. Called by program.ts before anything else when FACTORY_RUN is set.
 */
import { resolve } from 'node:path'
import { agentMode, leaveRequest, listInView, readInView, refusedInRun } from '../agents/agent-mode.ts'
import type { AgentMode } from '../agents/agent-mode.ts'
import type { ExitCode } from '../error.ts'
import { reads, requests } from './agent-requests.ts'
import { argumentKey } from './command.ts'
import { say } from './messages.ts'
import { parseOptions } from './option-parser.ts'
import type { Values } from './option-parser.ts'
import { printJson, printText } from './output.ts'
import { decodeText, fileBytes, readStdin, readTextArgument } from './text-argument.ts'

interface Answer { readonly json: unknown; readonly text: string }

export async function runInAgentMode(argv: readonly string[]): Promise<ExitCode> {
  const mode = agentMode(process.env)
  if (mode === null) return 1
  const at = argv.findIndex(token => !token.startsWith('-'))
  const name = argv[at] ?? 'status'
  const rest = at === -1 ? argv : argv.filter((_, index) => index !== at)
  const spec = [...requests, ...reads].find(one => one.name === name)
  if (spec === undefined) throw refusedInRun(mode.about, name)
  const values = parseOptions(spec, rest)
  if (values === 'help') return printed({ json: spec, text: [`factory ${name}: ${spec.summary}`, ...spec.options.map(option => `  ${option.flags}  ${option.summary}`)].join('\n') }, false, argv)
  const answer = requests.includes(spec) ? await request(mode, name, spec.arguments?.[0]?.name, values) : read(mode, name, values)
  return printed(answer, values.options['json'] === true, argv)
}

async function printed(answer: Answer, json: boolean, argv: readonly string[]): Promise<ExitCode> {
  if (json) printJson(answer.json)
  else await printText(answer.text, argv)
  return 0
}

async function request(mode: AgentMode, name: string, argument: string | undefined, { arguments: given, options }: Values): Promise<Answer> {
  const fields = Object.entries(options).filter((entry): entry is [string, string] => typeof entry[1] === 'string' && entry[0] !== 'workspace')
  const typed = argument === undefined ? undefined : given[argumentKey(argument)]
  const text = typeof typed === 'string' ? await textOf(typed, argument === 'FILE') : undefined
  const args = { ...Object.fromEntries(fields), ...(text === undefined ? {} : { text }) }
  leaveRequest(mode, name, args)
  return { json: { requested: name, args }, text: say('agent.requested', { command: name }) }
}

async function textOf(typed: string, isFile: boolean): Promise<string> {
  const from = { cwd: process.cwd(), stdin: readStdin }
  if (!isFile || typed === '-') return readTextArgument(typed, from)
  const path = typed.startsWith('@') ? typed.slice(1) : typed
  return decodeText(await fileBytes(resolve(from.cwd, path)), path)
}

function read(mode: AgentMode, name: string, { arguments: given }: Values): Answer {
  if (name === 'status') return about(mode)
  const { SPEC: spec } = given
  const paths = name === 'needs' ? [`memory/${mode.about.agent}/needs.md`]
    : listInView(mode, 'tasks/decisions').filter(file => typeof spec !== 'string' || file === `${spec.replace(/\.md$/, '')}.md`).map(file => `tasks/decisions/${file}`)
  const files = paths.flatMap(path => { const text = readInView(mode, path); return text === null ? [] : [{ path, text }] })
  return { json: { files }, text: files.length === 0 ? say('agent.nothing') : files.map(({ text }) => text.trimEnd()).join('\n\n') }
}

function about(mode: AgentMode): Answer {
  const facts = Object.entries(mode.about).filter(([, value]) => value !== null)
  const entries = listInView(mode, '.').filter(entry => !entry.startsWith('.'))
  return { json: { ...mode.about, view: entries }, text: [...facts.map(([key, value]) => `${key}: ${String(value)}`), `view: ${entries.join(', ')}`].join('\n') }
}
