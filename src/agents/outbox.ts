/**
 * The requests that an agent made with the command line inside its run: lines of `.factory-outbox.jsonl`. They become the same file
 * changes that the agent could have written itself, so that one table judges both. Pure.
 */
import { slugName } from '../formats/names.ts'

export interface Request { readonly command: string; readonly args: Readonly<Record<string, unknown>> }
export interface RefusedRequest { readonly command: string; readonly why: string }

/** A text to be written at a path, or appended to it. */
export interface RequestedText { readonly path: string; readonly text: string; readonly append: boolean }

export interface Outbox { readonly texts: readonly RequestedText[]; readonly refused: readonly RefusedRequest[] }

/** Commands that have a meaning inside a run. */
export const requestCommands = ['submit', 'need', 'observation', 'research', 'change'] as const
const most = 200

export function readRequests(lines: string, agent: string): Outbox {
  const texts: RequestedText[] = []
  const refused: RefusedRequest[] = []
  const all = lines.split('\n').filter(line => line.trim() !== '')
  if (all.length > most) refused.push({ command: 'outbox', why: `more than ${most} requests; the rest was not read` })
  for (const line of all.slice(0, most)) {
    const request = parse(line)
    const decided = request === null ? 'a line of the outbox is not a request' : decide(request, agent)
    if (typeof decided === 'string') refused.push({ command: request?.command ?? 'outbox', why: decided })
    else texts.push(decided)
  }
  return { texts, refused }
}

function parse(line: string): Request | null {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value !== 'object' || value === null) return null
    const { command, args } = value as Record<string, unknown>
    return typeof command === 'string' && typeof args === 'object' && args !== null ? { command: command.slice(0, 100), args: args as Record<string, unknown> } : null
  } catch {
    return null
  }
}

function decide({ command, args }: Request, agent: string): RequestedText | string {
  const said = (key: string): string => (typeof args[key] === 'string' ? args[key].trim() : '')
  switch (command) {
    case 'submit': {
      const name = slugName(said('name') || titleIn(said('text')))
      if (said('text') === '' || name === null) return 'an intent needs a text and a name or title'
      return { path: `specs/inbox/${name}.md`, text: `${said('text')}\n`, append: false }
    }
    case 'research': {
      const name = slugName(said('name') || titleIn(said('text')))
      if (said('text') === '' || name === null) return 'a research request needs a text and a name or title'
      const blocks = said('blocks')
      return { path: `tasks/research/${name}.md`, text: `${blocks === '' ? '' : `---\nblocks: ${blocks}\n---\n`}${said('text')}\n`, append: false }
    }
    case 'need': return entry(agent, said('id') || said('blocked'), [['category', said('category') || 'manual-intervention'], ['blocked', said('blocked')], ['context', said('context')]], said('exactChange'))
    case 'observation': return entry(agent, said('id') || said('text').slice(0, 60), [['category', 'observation'], ['severity', said('severity')], ['stops', said('stops')], ['context', said('context')]], '', said('text'))
    case 'change': return entry(agent, said('id') || `${said('class')}-${said('target')}`, [['category', 'config-edit'], ['change-class', said('class')], ['target', said('target')], ['from', said('from')], ['to', said('to')], ['value', said('value')], ['context', said('context')]], '')
    case 'decide': return 'decisions are for persons'
    default: return `"${command}" cannot be asked for inside a run`
  }
}

const titleIn = (text: string): string => /^#\s+(.+)$/m.exec(text)?.[1] ?? text.split('\n')[0]?.slice(0, 80) ?? ''

/** A field is one line; what was on several is joined. */
const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim()

function entry(agent: string, called: string, fields: readonly (readonly [string, string])[], exactChange: string, text = ''): RequestedText | string {
  const id = slugName(called)
  if (id === null) return 'a request needs an id or a text'
  const lines = fields.filter(([, value]) => value !== '').map(([key, value]) => `- ${key}: ${oneLine(value)}`)
  const parts = [`## ${id}`, lines.join('\n'), ...(text === '' ? [] : [text.replaceAll(/^#/gm, '\\#')]), ...(exactChange === '' ? [] : [`### Exact Change\n\n${exactChange}`])]
  return { path: `memory/${agent}/needs.md`, text: `\n${parts.join('\n\n')}\n`, append: true }
}
