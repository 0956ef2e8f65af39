/**
 * `factory audit`: chains, blobs, schemas, commit anchors, conflicts, denied accesses, human overrides. Reads everything, writes nothing,
 * and says what it cannot detect.
 */
import { dataProblem } from '../events/catalogue.ts'
import { idOf, wallTime } from '../events/types.ts'
import type { FactoryEvent } from '../events/types.ts'
import { isFactoryError } from '../error.ts'
import type { LogProblem } from '../log/port.ts'
import { verifyLog } from '../log/verify.ts'
import { documentsOf } from '../workspace/event-documents.ts'
import { logAnchors } from '../workspace/git.ts'
import type { LogAnchor } from '../workspace/git.ts'
import type { Workspace } from '../workspace/session.ts'
import { initialState, reduce } from '../../reducers/state.ts'
import type { State } from '../../reducers/state.ts'

export interface AuditProblem {
  readonly kind: string
  readonly at: string
  readonly detail: string
}

export interface AuditReport {
  readonly ok: boolean
  readonly events: number
  readonly writers: readonly { readonly id: string; readonly events: number; readonly head: string }[]
  readonly problems: readonly AuditProblem[]
  readonly conflicts: readonly unknown[]
  readonly denied: readonly unknown[]
  readonly overrides: readonly unknown[]
  readonly undetectable: readonly string[]
}

const undetectable = [
  'events cut from the end of the log, or added to it with valid hashes, that no git commit anchors',
  'a log and a git history that were both rewritten, where nobody else holds a clone',
  'what an agent read outside its view where no wall was in force',
  'a wall clock that lied by less than ten minutes',
]

export function audit(workspace: Workspace): Promise<AuditReport> {
  return collectEvidence(workspace).then(({ problems, anchors, ...evidence }) => ({
    ok: problems.length === 0, ...evidence, problems,
    undetectable: anchors > 0 ? undetectable : ['anything that was cut from the log or rewritten with valid hashes: no commit anchors this log', ...undetectable.slice(1)],
  }))
}

async function collectEvidence(workspace: Workspace): Promise<Omit<AuditReport, 'ok' | 'undetectable'> & { readonly anchors: number }> {
  const problems: AuditProblem[] = []
  const anchors = await logAnchors(workspace.root)
  const anchored = anchoredHashes(anchors)
  const told: Told = { state: initialState(), documents: new Set(), denied: [], overrides: [] }
  const verified = verifyLog(workspace.root, {
    onEvent: stored => {
      const event = stored as FactoryEvent
      const id = idOf(event)
      const problem = dataProblem(event.type, event.version, event.data)
      if (problem !== null) problems.push({ kind: 'schema', at: id, detail: problem })
      anchored.get(id)?.found.add(event.hash)
      hear(told, event, sha256 => workspace.text({ sha256, bytes: 0 }))
    },
  })
  problems.push(...anchorProblems(anchored))
  problems.unshift(...verified.problems.filter(isBreach))
  problems.push(...blobProblems(workspace, told.documents, told.state))
  return {
    anchors: anchors.length,
    events: verified.events,
    writers: verified.writers.map(({ id, events, head, hash }) => ({ id, events, head: `${head}:${hash}` })),
    problems,
    conflicts: told.state.conflicts.map(({ name, winner, loser, type, at }) => ({ name, winner, loser, type, at })),
    denied: told.denied,
    overrides: told.overrides,
  }
}

/** Lines that lie in two segments, or out of order, are what a merge leaves: each counts once, in its place. */
export const isBreach = ({ kind }: { readonly kind: LogProblem['kind'] }): boolean => kind !== 'duplicate' && kind !== 'foreign-order'

interface Anchored {
  /** One commit that anchors this event. */
  readonly commit: string
  readonly hashes: Set<string>
  /** Hashes that the log holds for it; a fork has two. */
  readonly found: Set<string>
}

/** Event id to what commits anchor for it. */
function anchoredHashes(anchors: readonly LogAnchor[]): Map<string, Anchored> {
  const anchored = new Map<string, Anchored>()
  for (const { commit, heads } of anchors) {
    for (const [writer, { seq, hash }] of Object.entries(heads)) {
      const known = anchored.get(`${writer}:${seq}`) ?? { commit, hashes: new Set<string>(), found: new Set<string>() }
      known.hashes.add(hash)
      anchored.set(`${writer}:${seq}`, known)
    }
  }
  return anchored
}

function* anchorProblems(anchored: ReadonlyMap<string, Anchored>): Generator<AuditProblem> {
  for (const [at, { commit, hashes, found }] of anchored) {
    const by = `commit ${commit.slice(0, 12)}`
    if (found.size === 0) yield { kind: 'cut', at, detail: `${by} anchors this event, and the log does not hold it: its tail was cut or it was replaced` }
    else if ([...hashes].some(hash => !found.has(hash))) yield { kind: 'anchor-mismatch', at, detail: `${by} anchors another hash for this event: the log was rewritten after that commit` }
  }
}

interface Told { readonly state: State; readonly documents: Set<string>; readonly denied: unknown[]; readonly overrides: unknown[] }

function hear(told: Told, event: FactoryEvent, text: (sha256: string) => string): void {
  reduce(told.state, event)
  for (const sha256 of documentsOf(event, text)) told.documents.add(sha256)
  if (event.type === 'access.denied') told.denied.push({ ...lineOf(event), agent: event.data.agent, path: event.data.path, want: event.data.want, why: event.data.why })
  const what = overrideIn(event)
  if (what !== null) told.overrides.push({ ...lineOf(event), type: event.type, stream: event.stream, what })
}

const lineOf = (event: FactoryEvent): { event: string; at: string; actor: string; run: string | null } => ({ event: idOf(event), at: wallTime(event), actor: event.actor, run: event.run ?? null })

/** What a person did against a rule or an automatic answer. */
function overrideIn(event: FactoryEvent): string | null {
  switch (event.type) {
    case 'decision.overridden': return `${event.data.replaced} replaced by ${event.data.answer}`
    case 'gate.lifted': return `gate ${event.data.kind} lifted: ${event.data.answer}`
    case 'rebuild.queued': return event.data.override ? `build ${event.data.attempt} beyond the limit` : null
    case 'change.undone': return `change to ${event.data.path} undone`
    case 'blob.erased': return `content ${event.data.sha256.slice(0, 12)} erased: ${event.data.reason}`
    default: return null
  }
}

function blobProblems(workspace: Workspace, documents: ReadonlySet<string>, state: State): AuditProblem[] {
  return [...documents].filter(sha256 => state.settings.erased[sha256] === undefined).flatMap(sha256 => {
    try {
      workspace.bytes({ sha256, bytes: 0 })
      return []
    } catch (error) {
      if (!isFactoryError(error)) throw error
      return [{ kind: error.code, at: `blobs/${sha256.slice(0, 2)}/${sha256.slice(2)}`, detail: error.message }]
    }
  })
}
