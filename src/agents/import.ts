/**
 * The import of a finished run: what lies in its view becomes drafts, judged by the directory protocol as that agent and for that item
 * alone; the rest is denied and kept. Called inside the transaction that ends the run; everything is one batch.
 */
import type { DecidingContext } from '../deciders/deciding.ts'
import { finishSegment } from '../deciders/plans.ts'
import { documentSpec } from '../deciders/specs.ts'
import { Refusal } from '../error.ts'
import type { Draft } from '../events/types.ts'
import { sha256Hex } from '../log/durable-file.ts'
import { routeImport } from '../protocol/route.ts'
import type { FileChange, Mover } from '../workspace/change.ts'
import type { Transaction } from '../workspace/session.ts'
import { projectUnits } from '../../projections/all.ts'
import { unitsOfPath } from '../../projections/touched.ts'
import { reportsForReview } from './claim-facts.ts'
import type { Claim } from './claim.ts'
import { failedCriteria, failedReport } from './criteria-text.ts'
import { changesOf } from './import-changes.ts'
import type { ChangeSources, Denied } from './import-changes.ts'
import { readRequests } from './outbox.ts'
import type { ReadBack } from './read-view.ts'
import { givenText } from './views.ts'
import type { View } from './views.ts'

export interface ImportInput {
  readonly claim: Claim
  readonly view: View
  readonly back: ReadBack
  readonly reply: string
  readonly quiet: boolean
  /** The commit made of the changes in the clone; null: none were made. */
  readonly commit: string | null
}

export interface Imported {
  readonly drafts: readonly Draft[]
  /** The dispatch's own transition is among the drafts. */
  readonly progress: boolean
  readonly denied: readonly Denied[]
}

/** Decides what of a run's result is taken. Appends nothing. */
export async function judgeImport(transaction: Transaction, input: ImportInput): Promise<Imported> {
  const { claim, view, back } = input
  const actor = `agent:${claim.agent.name}`
  const context: DecidingContext = { now: transaction.now, actor, config: transaction.config, writer: transaction.writer, nextId: transaction.nextId }
  const requests = back.outbox === null ? { texts: [], refused: [] } : readRequests(back.outbox, claim.agent.name)
  const { changes, denied } = changesOf(back, requests.texts, sourcesOf(transaction, view, claim))
  const own = specialOrRefused(transaction, context, input, changes)
  const routed = await routeImport(own.changes, moverOf(input), { state: transaction.state, context, store: transaction.store, text: transaction.text })
  const drafts = [...routed.drafts.map(own.adapt), ...own.drafts]
  return {
    drafts, progress: view.row.moves.length === 0 ? !input.quiet : drafts.some(draft => view.row.moves.includes(draft.type)),
    denied: [
      ...denied, ...back.unfit.map(({ path, why }): Denied => ({ path, why, want: 'write', doc: null })),
      ...requests.refused.map(({ command, why }): Denied => ({ path: command, why, want: 'request', doc: null })),
      ...routed.denied.map(({ path, why }): Denied => ({ path, why, want: 'write', doc: own.changes.find(change => change.path === path)?.doc ?? null })),
      ...own.denied,
    ],
  }
}

function moverOf({ claim, commit }: ImportInput): Mover {
  const item = claim.spec?.id ?? claim.research?.id
  return {
    kind: 'agent', actor: `agent:${claim.agent.name}`, agent: claim.agent.name, run: claim.run, dispatch: claim.dispatch, attempt: claim.attempt,
    ...(item === undefined ? {} : { item }), commit: claim.project === null ? null : commit ?? claim.project.base, base: claim.project?.origin ?? null,
  }
}

/** What the view was given, and what is shown at a path now. */
function sourcesOf(transaction: Transaction, view: View, claim: Claim): ChangeSources {
  return {
    agent: claim.agent.name, run: claim.run, take: transaction.take, text: transaction.text,
    given: path => {
      const file = view.files.get(path)
      if (file === undefined) return null
      return { sha256: file.sha256, doc: file.doc ?? transaction.store(file.text ?? ''), text: () => givenText(file, transaction) }
    },
    current: path => {
      const file = projectUnits(transaction.state, unitsOfPath(transaction.state, path)).find(one => one.path === path)
      if (file === undefined) return null
      return 'doc' in file ? { sha256: file.doc.sha256, doc: file.doc, text: () => transaction.text(file.doc) } : { sha256: sha256Hex(file.text), doc: null, text: () => file.text }
    },
  }
}

interface Special {
  readonly changes: readonly FileChange[]
  readonly drafts: readonly Draft[]
  readonly denied: readonly Denied[]
  readonly adapt: (draft: Draft) => Draft
}

const same = (draft: Draft): Draft => draft

/** A refusal there (the item has moved on) takes nothing but that step away. */
function specialOrRefused(transaction: Transaction, context: DecidingContext, input: ImportInput, changes: readonly FileChange[]): Special {
  try {
    return specialOf(transaction, context, input, changes)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { changes, drafts: [], denied: [{ path: input.claim.dispatch, want: 'request', why: error.message, doc: null }], adapt: same }
  }
}

/** What some dispatches mean beyond the table: a finished run documents or finishes a segment; criteria outvote everybody. */
function specialOf(transaction: Transaction, context: DecidingContext, input: ImportInput, changes: readonly FileChange[]): Special {
  const { claim } = input
  const plain: Special = { changes, drafts: [], denied: [], adapt: same }
  if (claim.spec === null) return plain
  switch (claim.dispatch) {
    case 'document': return { ...plain, drafts: documentSpec(transaction.state, { spec: claim.spec.id }, context) }
    case 'verify': return outvoted(transaction, input, plain)
    case 'execute': return finishedSegment(transaction, context, input, plain)
    default: return plain
  }
}

/** A failing criterion means failed: the kernel writes the report, with what the verifier wrote in it. */
function outvoted(transaction: Transaction, { claim }: ImportInput, plain: Special): Special {
  const spec = claim.spec === null ? undefined : transaction.state.specs.byId[claim.spec.id]
  const failing = spec === undefined ? [] : failedCriteria(spec)
  if (spec === undefined || failing.length === 0) return plain
  const isVerdict = (path: string): boolean => path === `tasks/verified/${spec.name}.md` || path === `tasks/failed/${spec.name}.md`
  const written = plain.changes.filter(change => isVerdict(change.path) && change.text !== null)
  const report = written.find(change => change.path.startsWith('tasks/failed/'))?.text ?? written[0]?.text ?? null
  const doc = transaction.store(failedReport(transaction.state, spec.id, report, transaction))
  const change: FileChange = { path: `tasks/failed/${spec.name}.md`, kind: 'added', doc, text: transaction.text(doc), base: null }
  return {
    ...plain, changes: [...plain.changes.filter(one => !isVerdict(one.path)), change],
    adapt: draft => (draft.type === 'spec.failed' ? { ...draft, data: { ...draft.data, by: 'criteria' as const, failedCriteria: [...failing] } } : draft),
  }
}

function finishedSegment(transaction: Transaction, context: DecidingContext, input: ImportInput, plain: Special): Special {
  const { claim, commit, quiet, reply } = input
  const spec = claim.spec === null ? undefined : transaction.state.specs.byId[claim.spec.id]
  if (spec === undefined || claim.segment === null || quiet) return plain
  const report = plain.changes.find(change => change.path === `tasks/review/${spec.name}.md`)
  if (reportsForReview(spec, claim.segment) && report !== undefined) return plain
  const changes = plain.changes.filter(change => !change.path.startsWith('tasks/review/'))
  const doc = report?.doc ?? (reply === '' ? null : transaction.take(reply))
  return { ...plain, changes, drafts: finishSegment(transaction.state, { spec: spec.id, index: claim.segment, doc, commit: commit ?? claim.project?.base ?? null }, context) }
}
