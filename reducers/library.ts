/** The texts that people and agents keep, by path: configuration, memory, skills, scenarios, references, learnings, playbooks, notes. */
import { idOf, wallTime } from '../src/events/types.ts'
import type { Doc, FactoryEvent, ItemId } from '../src/events/types.ts'
import { own, put } from './reducing.ts'
import type { FoldContext, Reducer } from './reducing.ts'

export interface Shelved {
  readonly item: ItemId
  readonly kind: string
  doc: Doc
  by: string
  at: string
  /** Before the last change, so that a change can be undone and shown. */
  before: Doc | null
  removed: boolean
  last: ItemId
  /** agents.yaml only: its texts, the last of each turn of a writer, oldest first; who brought what would run is read from them. */
  turns?: Turn[]
}

/** `writer` is '' where so much lies before that nobody counts. */
export interface Turn { readonly writer: string; readonly doc: Doc }

export interface Library {
  byPath: Record<string, Shelved>
  /** Fingerprints of learnings, so that the same lesson is kept once. */
  lessons: Record<string, string>
}

export const initialLibrary = (): Library => ({ byPath: {}, lessons: {} })

export const reduceLibrary: Reducer<Library> = (library, event, context) => {
  switch (event.type) {
    case 'config.changed':
    case 'memory.written':
    case 'skill.proposed':
    case 'skill.written':
    case 'scenario.written':
    case 'reference.written':
    case 'playbook.written':
    case 'note.written':
    case 'learning.edited':
      return shelve(library, event, event.data.path, event.data.doc, context)
    case 'learning.recorded':
      if (own(library.lessons, event.data.fingerprint) === undefined) put(library.lessons, event.data.fingerprint, event.data.path)
      return shelve(library, event, event.data.path, event.data.doc, context)
    case 'skill.promoted':
      remove(library, event, event.data.from, context)
      return shelve(library, event, event.data.path, event.data.doc, context)
    case 'change.applied':
    case 'change.undone':
      return shelve(library, event, event.data.path, event.data.after, context)
    case 'config.removed':
    case 'memory.removed':
    case 'skill.removed':
    case 'scenario.removed':
    case 'reference.removed':
    case 'playbook.removed':
    case 'note.removed':
    case 'learning.removed':
      return remove(library, event, event.data.path, context)
    default:
  }
}

function shelve(library: Library, event: FactoryEvent, path: string, doc: Doc, context: FoldContext): void {
  const known = own(library.byPath, path)
  if (known !== undefined && !context.saw(known.last)) {
    if (known.doc.sha256 !== doc.sha256 || known.removed) context.lost(known.last)
    return
  }
  put(library.byPath, path, {
    item: known?.item ?? event.item, kind: known?.kind ?? event.type.slice(0, event.type.indexOf('.')), doc, by: event.actor, at: wallTime(event),
    before: known?.doc ?? null, removed: false, last: idOf(event), ...(path === 'agents.yaml' ? { turns: turnsWith(known?.turns ?? [], event, doc) } : {}),
  })
}

const mostTurns = 50

/** A change that the kernel makes for an agent, or that is taken back, leaves the text to whose turn it was. */
function turnsWith(turns: readonly Turn[], event: FactoryEvent, doc: Doc): Turn[] {
  const last = turns.at(-1)
  const writer = event.type === 'config.changed' || last === undefined ? event.writer : last.writer
  const kept = last?.writer === writer ? turns.slice(0, -1) : turns
  const all = [...kept, { writer, doc }].slice(-mostTurns)
  return kept.length + 1 > mostTurns ? all.map((turn, at) => (at === 0 ? { ...turn, writer: '' } : turn)) : all
}

function remove(library: Library, event: FactoryEvent, path: string, context: FoldContext): void {
  const known = own(library.byPath, path)
  if (known === undefined) return
  if (!context.saw(known.last)) return context.lost(known.last)
  Object.assign(known, { removed: true, by: event.actor, at: wallTime(event), last: idOf(event) })
}
