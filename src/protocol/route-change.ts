/**
 * One change of a file to events or a refusal. Called by intake (people, unknown) and by `routeImport` (agents). Must hold: an agent's
 * change is asked of the permissions before any cell; a refusal writes nothing.
 */
import { FactoryError, Refusal, isFactoryError } from '../error.ts'
import { decideAccess } from '../permissions/decide.ts'
import { normalPath } from '../permissions/paths.ts'
import type { FileChange, Mover, Routed } from '../workspace/change.ts'
import { hold } from './held.ts'
import type { Cell, Joined, Request, RouteDeps, Row } from './routing.ts'
import { rows } from './rows.ts'

const alone: Joined = { notes: null, asks: [] }

/** Decides one change. Refusals are returned, defects thrown. */
export function routeChange(change: FileChange, mover: Mover, deps: RouteDeps, joined: Joined = alone): Routed {
  const { row, parts } = rowFor(change.path)
  const cell = row.cells[mover.kind][change.kind]
  const request: Request = { ...deps, ...joined, context: { ...deps.context, actor: mover.actor }, change, mover, part: name => parts[name] ?? '' }
  try {
    guard(request, cell)
    return take(request, cell)
  } catch (error) {
    if (!isFactoryError(error) || error.exitCode === 70 || !(error instanceof FactoryError)) throw error
    return { kind: 'refused', code: error.code, why: error.message, mend: error.mend ?? 'factory status shows what is there' }
  }
}

/** The row that a path belongs to; the last one takes everything. */
export function rowFor(path: string): { readonly row: Row; readonly parts: Readonly<Record<string, string>> } {
  for (const row of rows) {
    const match = row.match.exec(path)
    if (match !== null) return { row, parts: match.groups ?? {} }
  }
  throw new FactoryError('no-row', `No row of the directory protocol matches ${JSON.stringify(path)}.`, { exitCode: 70 })
}

function guard(request: Request, cell: Cell): void {
  const { change, mover, context } = request
  if (mover.kind === 'agent') permit(request)
  else if (normalPath(change.path) !== change.path && normalPath(change.path) !== change.path.normalize('NFC') && cell.outcome !== 'ignored' && !change.path.startsWith('specs/inbox/')) {
    throw new Refusal('bad-name', `${JSON.stringify(change.path)} is no path of a workspace.`, 'use plain names, without line breaks and control characters')
  }
  if (cell.outcome !== 'command' && cell.outcome !== 'held') return
  const most = context.config.limits.fileBytes
  if (change.doc !== null && change.doc.bytes > most) throw new Refusal('too-large', `${change.path} has ${change.doc.bytes} bytes; at most ${most} are taken.`, 'make it smaller, or raise limits.fileBytes in agents.yaml')
}

function permit({ change, mover, context }: Request): void {
  const wanted = change.kind === 'moved' && change.from !== undefined && isKept(change.from) ? [change.path, change.from] : [change.path]
  for (const path of wanted) {
    const { allowed, rule } = decideAccess(context.config, { agent: mover.agent ?? '', path, want: 'write' })
    if (!allowed) throw new Refusal('access-denied', `Not imported: ${rule.text}.`, `factory perms --agent ${mover.agent ?? 'NAME'} shows what it may write`)
  }
}

/** Of a moved file of the library the old place is emptied; a spec's is shown by its stage, whatever was done to it. */
const isKept = (path: string): boolean => /^(?:skills|memory|learnings)\//.test(path)

function take(request: Request, cell: Cell): Routed {
  switch (cell.outcome) {
    case 'command':
      return cell.route(request)
    case 'held':
      cell.check?.(request)
      return hold(request)
    case 'ignored':
      return { kind: 'ignored' }
    case 'refused':
      return { kind: 'refused', code: cell.code, why: `${request.change.path}: ${filled(cell.why, request)}.`, mend: filled(cell.mend, request) }
  }
}

const filled = (text: string, request: Request): string => text.replaceAll(/\{(\w+)\}/g, (_, name: string) => request.part(name) || 'NAME')
