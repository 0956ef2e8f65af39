/**
 * `tasks/review/N.md`: what a builder hands over, with its notes beside it. Of a plan in segments, the report of every segment but the
 * last only says that this segment is done. Notes are an attachment, never an item.
 */
import { failSpec, submitBuild } from '../deciders/builds.ts'
import { finishSegment, reachCheckpoint } from '../deciders/plans.ts'
import { Refusal } from '../error.ts'
import type { Spec } from '../../reducers/spec.ts'
import type { Routed } from '../workspace/change.ts'
import { ownSpec } from './places.ts'
import { after, command, docOf, every, notAgents, refuse, routed, textOf, unconfirmed } from './routing.ts'
import type { Request, Row } from './routing.ts'

const dispatches = ['build', 'execute']

function handOver(request: Request): Routed {
  const { state, context, mover, notes } = request
  const spec = ownSpec(request, dispatches)
  const text = textOf(request)
  if (text.trim() === '') throw new Refusal('empty-text', `${request.change.path} is empty.`, 'write what was built and how it can be checked')
  const attempt = mover.attempt ?? spec.attempt
  if (request.parse.saysFailure(text)) {
    return routed('give up the build', failSpec(state, { spec: spec.id, attempt, doc: docOf(request), score: null, by: 'builder', failedCriteria: [] }, context))
  }
  const segment = mover.dispatch === 'execute' ? unfinishedSegment(spec) : null
  if (segment !== null) return finish(request, spec, segment)
  return routed('hand over the build', submitBuild(state, { spec: spec.id, attempt, report: docOf(request), notes, commit: mover.commit ?? null, base: mover.base ?? null }, context))
}

/** The segment at hand, unless handing it over hands over the whole: the last one without a checkpoint behind it. */
function unfinishedSegment({ plan }: Spec): number | null {
  if (plan === null || plan.strategy === 'autonomous') return null
  const index = plan.segments.findIndex((_, at) => !plan.done.some(result => result.index === at))
  const isLast = index === plan.segments.length - 1 && plan.segments[index]?.checkpoint === null
  return index === -1 || isLast ? null : index
}

function finish(request: Request, spec: Spec, index: number): Routed {
  const { state, context, mover } = request
  const finished = finishSegment(state, { spec: spec.id, index, doc: docOf(request), commit: mover.commit ?? null }, context)
  const checkpoint = spec.plan?.segments[index]?.checkpoint ?? null
  const reached = checkpoint === null ? [] : reachCheckpoint(state, { spec: spec.id, id: checkpoint.id }, after(context, finished.length))
  return routed('finish the segment', [...finished, ...reached])
}

const byKernel = refuse('not-by-hand', 'a build is handed over by the run that made it', 'factory rebuild {N} queues a failed spec again; factory run builder {N} builds a ready one')
const attached = command('attach the notes to the submission of the same run', request => {
  ownSpec(request, dispatches)
  textOf(request)
  return { kind: 'ignored' }
})

export const reviewRows: readonly Row[] = [
  {
    pattern: 'tasks/review/N.builder-notes.md',
    match: /^tasks\/review\/(?<N>[^/]+)\.builder-notes\.md$/,
    example: 'tasks/review/login-page.builder-notes.md',
    words: 'What the builder wants the verifier to know.',
    cells: { person: every(byKernel), unknown: every(unconfirmed), agent: every(attached, { removed: notAgents }) },
  },
  {
    pattern: 'tasks/review/N.md',
    match: /^tasks\/review\/(?<N>[^/]+)\.md$/,
    example: 'tasks/review/login-page.md',
    words: 'A build that waits for its verifier; `failure: true` gives it up.',
    cells: { person: every(byKernel), unknown: every(unconfirmed), agent: every(command('hand over the build', handOver), { removed: notAgents }) },
  },
]
