/**
 * From what an agent left to changes that the directory protocol can judge: pairs moves, takes requests in, and settles with versions
 * that changed while the agent worked. Text is merged three ways; what does not merge is kept beside, never overwritten. Pure but for
 * storing texts.
 */
import { diff3Merge } from 'node-diff3'
import type { Doc } from '../events/types.ts'
import { sha256Hex } from '../log/durable-file.ts'
import type { FileChange } from '../workspace/change.ts'
import type { RequestedText } from './outbox.ts'
import { asText } from './read-view.ts'
import type { LeftFile, ReadBack } from './read-view.ts'

/** A file as it is shown now, which may differ from what the view was given. */
export interface Current { readonly sha256: string; readonly doc: Doc | null; readonly text: () => string | null }
export interface Given { readonly sha256: string; readonly doc: Doc; readonly text: () => string | null }

export interface ChangeSources {
  readonly agent: string
  readonly run: string
  readonly given: (path: string) => Given | null
  readonly current: (path: string) => Current | null
  /** Stores after redaction. */
  readonly take: (content: string | Buffer) => Doc
  readonly text: (doc: Doc) => string
}

export interface Denied { readonly path: string; readonly why: string; readonly want: 'write' | 'remove' | 'request'; readonly doc: Doc | null }
export interface Judged { readonly changes: readonly FileChange[]; readonly denied: readonly Denied[] }

const kept = /^(?:memory|skills|learnings|universe|playbooks|scenarios)\//
const daily = /^memory\/daily\//
const stem = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

export function changesOf(back: ReadBack, requested: readonly RequestedText[], sources: ChangeSources): Judged {
  const left = withRequests(back, requested, sources)
  const changes: FileChange[] = []
  const denied: Denied[] = []
  const gone = new Set(back.removed)
  for (const file of left) {
    const from = sources.given(file.path) === null ? [...gone].find(path => isMove(path, file, sources)) : undefined
    if (from !== undefined) gone.delete(from)
    const settled = settle(file, from, sources)
    if ('why' in settled) denied.push(settled)
    else changes.push(settled)
  }
  for (const path of gone) {
    if (isOwnMemory(path, sources.agent)) changes.push({ path, kind: 'removed', doc: null, text: null, base: sources.given(path)?.doc ?? null })
    else if (!movesByItself(path)) denied.push({ path, want: 'remove', why: 'removing counts only as half of a move, or in your own memory', doc: null })
  }
  return { changes, denied }
}

/** Stage files move with their item; an agent that takes its input away has said nothing by it. */
const movesByItself = (path: string): boolean => /^(?:specs|tasks)\//.test(path)
const isOwnMemory = (path: string, agent: string): boolean => path.startsWith(`memory/${agent}/`) || path.startsWith(`memory/daily/${agent}/`)

/** The same name in another stage, or the same content under another name. */
const isMove = (path: string, file: LeftFile, sources: ChangeSources): boolean =>
  path.split('/')[0] === file.path.split('/')[0] && (stem(path) === stem(file.path) || sources.given(path)?.sha256 === file.sha256)

/** Requests are written where the agent could have written them; several to one file are joined. */
function withRequests(back: ReadBack, requested: readonly RequestedText[], sources: ChangeSources): readonly LeftFile[] {
  const files = new Map(back.changed)
  for (const { path, text, append } of requested) {
    const before = append ? files.get(path)?.bytes.toString('utf8') ?? sources.given(path)?.text() ?? '' : ''
    const taken = !append && (files.has(path) || sources.given(path) !== null)
    const place = taken ? path.replace(/\.md$/, `-${files.size}.md`) : path
    const bytes = Buffer.from(before + text)
    files.set(place, { path: place, bytes, sha256: sha256Hex(bytes) })
  }
  return [...files.values()]
}

function settle(file: LeftFile, from: string | undefined, sources: ChangeSources): FileChange | Denied {
  const given = sources.given(file.path)
  const current = sources.current(file.path)
  const text = asText(file.bytes)
  const kind = from === undefined ? (given === null ? 'added' : 'edited') : 'moved'
  const base = from === undefined ? given?.doc ?? null : sources.given(from)?.doc ?? null
  const change = (path: string, content: string | Buffer, on: Doc | null): FileChange => {
    const doc = sources.take(content)
    return { path, kind: path === file.path ? kind : 'added', ...(from === undefined || path !== file.path ? {} : { from }), doc, text: text === null ? null : sources.text(doc), base: on }
  }
  if (current === null || current.sha256 === given?.sha256 || current.sha256 === file.sha256) return change(file.path, text ?? file.bytes, base)
  // A path that the view did not hold is judged by the table alone.
  if (!kept.test(file.path) && given === null) return change(file.path, text ?? file.bytes, base)
  if (!kept.test(file.path)) return { path: file.path, want: 'write', why: 'it was changed while you worked on it; your version is kept here', doc: sources.take(file.bytes) }
  const merged = text === null ? null : mergeTexts(file.path, given?.text() ?? '', current.text() ?? '', text)
  if (merged !== null) return change(file.path, merged, current.doc)
  return change(besides(file.path, sources.run), text ?? file.bytes, null)
}

/** Three ways by lines; null where both changed the same lines. Daily logs only grow, so both additions stay. */
export function mergeTexts(path: string, base: string, current: string, left: string): string | null {
  const lines = (text: string): string[] => text.split('\n')
  const regions = diff3Merge(lines(left), lines(base), lines(current), { excludeFalseConflicts: true })
  const out: string[] = []
  for (const region of regions) {
    if (region.ok !== undefined) out.push(...region.ok)
    else if (region.conflict === undefined) continue
    else if (daily.test(path)) out.push(...region.conflict.b, ...region.conflict.a)
    else return null
  }
  return out.join('\n')
}

/** `memory/spec/MEMORY.md` becomes `memory/spec/MEMORY.conflict-RUN.md`. */
export const besides = (path: string, run: string): string => path.replace(/(\.[A-Za-z0-9]+)?$/, ending => `.conflict-${run}${ending}`)
