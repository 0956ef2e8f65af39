/**
 * `tasks/verified/N.md` and `tasks/failed/N.md`: only a verifier's run on the same attempt says so. A failing criterion or the words
 * NOT SATISFIED make it failed, whichever folder the report lies in.
 */
import { failSpec, verifySpec } from '../deciders/builds.ts'
import { recordLearning } from '../deciders/feedback.ts'
import { fingerprintOf } from '../deciders/fingerprints.ts'
import { Refusal } from '../error.ts'
import type { Draft } from '../events/types.ts'
import type { Spec } from '../../reducers/spec.ts'
import type { Routed } from '../workspace/change.ts'
import { ownSpec } from './places.ts'
import { judgePlan } from './planning.ts'
import type { FormatProblem } from '../formats/problem.ts'
import type { ReportDocument } from '../formats/report-document.ts'
import { after, comesBack, command, docOf, every, notAgents, refuse, routed, textOf, unconfirmed } from './routing.ts'
import type { Request, Row } from './routing.ts'
import { unparsed } from './unparsed.ts'

type Said = 'verified' | 'failed'

const judge = (said: Said) => (request: Request): Routed => {
  const { mover } = request
  const spec = ownSpec(request, ['verify', 'validate'])
  const text = textOf(request)
  if (text.trim() === '') throw new Refusal('empty-text', `${request.change.path} is empty.`, 'write the report, with its verdict')
  const report = request.parse.report(text)
  if (mover.dispatch === 'validate') return judgePlan(request, spec, said === 'verified' && report.verdict !== 'not-satisfied')
  const failing = spec.criteria.filter(one => !one.ok).map(one => one.id)
  const judged = said === 'verified' && report.verdict !== 'not-satisfied' ? passed(request, spec, report, failing) : failed(request, spec, report, failing)
  const learned = learn(request, spec, report, judged.length)
  const silent = judged.some(draft => draft.type === 'spec.failed' && draft.data.by === 'verifier') && report.learning === null ? [unlearned(spec)] : []
  return routed(said === 'verified' && failing.length === 0 ? 'verify' : 'fail', [...judged, ...learned, ...unparsed(`spec/${spec.name}`, [...report.problems, ...silent])])
}

function passed(request: Request, spec: Spec, report: ReportDocument, failing: readonly string[]): readonly Draft[] {
  const { state, context, mover } = request
  const attempt = mover.attempt ?? spec.attempt
  if (failing.length > 0) {
    const doc = request.store(criteriaReport(spec, failing, textOf(request)))
    return failSpec(state, { spec: spec.id, attempt, doc, score: report.score, by: 'criteria', failedCriteria: failing }, context)
  }
  return verifySpec(state, { spec: spec.id, attempt, doc: docOf(request), score: report.score, commit: spec.commit, by: { dispatch: mover.dispatch ?? '' } }, context)
}

const failed = ({ state, context, mover, ...request }: Request, spec: Spec, report: ReportDocument, failing: readonly string[]): readonly Draft[] =>
  failSpec(state, { spec: spec.id, attempt: mover.attempt ?? spec.attempt, doc: docOf({ state, context, mover, ...request }), score: report.score, by: 'verifier', failedCriteria: failing }, context)

/** The kernel's own report: no opinion outweighs a criterion. */
function criteriaReport(spec: Spec, failing: readonly string[], verifiers: string): string {
  const lines = spec.criteria.filter(one => failing.includes(one.id)).map(one => `- ${one.id}: ${one.reason}${one.exitCode === null ? '' : ` (exit code ${one.exitCode})`}`)
  const quoted = verifiers.trimEnd().split('\n').map(line => `> ${line}`.trimEnd()).join('\n')
  return `# Verification Report: ${spec.name}\n\nverdict: NOT SATISFIED\n\n## Summary\n\nThese criteria failed on the submitted commit:\n\n${lines.join('\n')}\n\n## Path to Resolution\n\nMake the failing criteria pass:\n\n${lines.join('\n')}\n\n## The verifier's report\n\n${quoted}\n`
}

/** Told, not refused: the failure stands without its lesson. */
const unlearned = ({ name }: Spec): FormatProblem => ({
  line: 1, code: 'learning-missing', message: `the failure report of ${name} has no section Generalizable Learning`, mend: 'write what others can learn from it, or None.',
})

const nothing = /^(?:none|nothing|n\/a)\.?$/i

/** The same lesson is kept once, whatever run says it. */
function learn(request: Request, spec: Spec, { learning }: ReportDocument, offset: number): readonly Draft[] {
  if (learning === null || nothing.test(learning.trim())) return []
  const { state, context, mover } = request
  const attempt = mover.attempt ?? spec.attempt
  const doc = request.store(`# Lesson of ${spec.name}, attempt ${attempt}\n\n${learning.trim()}\n\n## Source\n\n- spec: ${spec.name}\n- attempt: ${attempt}\n- run: ${mover.run ?? 'unknown'}\n`)
  const path = `learnings/failures/${context.now.slice(0, 10)}-${spec.name}-attempt-${attempt}.md`
  return recordLearning(state, { path, kind: 'failures', doc, spec: spec.id, attempt, fingerprint: fingerprintOf(learning) }, after(context, offset))
}

const byVerifier = refuse('not-by-hand', 'only a verifier\'s run on the same attempt says so', 'factory run verifier {N} checks it; factory rebuild {N} queues a failed spec again')
const notMoved = refuse('not-by-hand', 'a report does not change its verdict by being moved', 'factory rebuild {N} queues a failed spec again; factory resolve {N} --reason TEXT closes it')

const row = (folder: Said, words: string, mend: string): Row => ({
  pattern: `tasks/${folder}/N.md`,
  match: new RegExp(`^tasks/${folder}/(?<N>[^/]+)\\.md$`),
  example: `tasks/${folder}/login-page.md`,
  words,
  cells: {
    person: { added: byVerifier, edited: byVerifier, moved: notMoved, removed: comesBack(mend) },
    unknown: every(unconfirmed),
    agent: every(command(folder === 'verified' ? 'verify it, or fail it where a criterion or the verdict says so' : 'fail it, and keep its lesson', judge(folder)), { removed: notAgents }),
  },
})

export const verdictRows: readonly Row[] = [
  row('verified', 'The report of a build that satisfies its spec.', 'factory docs {N} documents it'),
  row('failed', 'The report of a build that does not; earlier ones as N.v1.md, ….', 'factory resolve {N} --reason TEXT closes it'),
]
