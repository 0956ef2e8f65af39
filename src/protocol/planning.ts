/** `tasks/planning/N/`: the plan of a spec, and what a verifier thinks of it. */
import { rejectPlan, validatePlan, writePlan } from '../deciders/plans.ts'
import { formatProblem } from '../formats/problem.ts'
import type { Spec } from '../../reducers/spec.ts'
import type { Routed } from '../workspace/change.ts'
import { ownSpec, specOf } from './places.ts'
import { comesBack, command, docOf, every, ignored, notAgents, refuse, routed, textOf, unconfirmed } from './routing.ts'
import type { Request, Row } from './routing.ts'

function write(request: Request, spec: Spec): Routed {
  const { strategy, segments, problems } = request.parse.plan(textOf(request))
  const found = problems.map(problem => formatProblem(problem))
  const feedback = found.length === 0 ? null : request.store(`# The plan could not be read: ${spec.name}\n\n${found.map(line => `- ${line}`).join('\n')}\n`)
  const plan = {
    strategy, problems: found.slice(0, 50).map(line => line.slice(0, 500)),
    segments: segments.map(({ title, text, checkpointAfter }) => ({
      title: title.slice(0, 500), ...(text === '' ? { empty: true as const } : {}), checkpoint: checkpointAfter === null ? null : { id: checkpointAfter.id, type: checkpointAfter.type, title: checkpointAfter.title.slice(0, 500) },
    })),
  }
  return routed('plan', writePlan(request.state, { spec: spec.id, doc: docOf(request), plan, feedback }, request.context))
}

/** A verifier's judgement of a plan: SATISFIED accepts it, anything else sends it back with this text. */
export function judgePlan(request: Request, spec: Spec, satisfied: boolean): Routed {
  const { state, context, mover } = request
  const by = mover.agent ?? mover.actor
  return satisfied
    ? routed('accept the plan', validatePlan(state, { spec: spec.id, by }, context))
    : routed('send the plan back', rejectPlan(state, { spec: spec.id, by, doc: docOf(request) }, context))
}

const byAgent = command('write the plan', request => write(request, ownSpec(request, ['plan'])))
const byPerson = command('write the plan', request => write(request, specOf(request)))
const review = command('accept the plan or send it back', request => judgePlan(request, ownSpec(request, ['validate']), request.parse.report(textOf(request)).verdict === 'satisfied'))
const notByHand = refuse('not-by-hand', 'a plan is judged by a verifier', 'edit tasks/planning/{N}/PLAN.md instead')

export const planningRows: readonly Row[] = [
  {
    pattern: 'tasks/planning/N/PLAN.md',
    match: /^tasks\/planning\/(?<N>[^/]+)\/PLAN\.md$/,
    example: 'tasks/planning/login-page/PLAN.md',
    words: 'The plan: segments and checkpoints.',
    cells: {
      person: { added: byPerson, edited: byPerson, moved: notByHand, removed: comesBack('factory withdraw {N} takes the spec back') },
      unknown: every(unconfirmed),
      agent: every(byAgent, { removed: notAgents }),
    },
  },
  {
    pattern: 'tasks/planning/N/VALIDATION.md',
    match: /^tasks\/planning\/(?<N>[^/]+)\/VALIDATION\.md$/,
    example: 'tasks/planning/login-page/VALIDATION.md',
    words: 'A verifier\'s judgement of the plan, with a verdict line.',
    cells: { person: every(notByHand, { removed: ignored }), unknown: every(unconfirmed), agent: every(review, { removed: notAgents }) },
  },
]
