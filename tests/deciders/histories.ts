/**
 * Random histories: commands of every kind, by everybody, legal or not, on one or two clones that meet now and then. Used by the
 * property tests of deciders and reducers.
 */
import fc from 'fast-check'
import { failSpec, recordCriteria, submitBuild, verifySpec } from '../../src/deciders/builds.ts'
import type { Decider } from '../../src/deciders/deciding.ts'
import { answerDecision, openDecisions } from '../../src/deciders/decisions.ts'
import { finishDelivery, requestDelivery } from '../../src/deciders/deliveries.ts'
import { openNeed, promoteObservation, recordObservation, resolveNeed } from '../../src/deciders/feedback.ts'
import { liftGate, pause, raiseGate, resume } from '../../src/deciders/holds.ts'
import { removeFile, writeFile } from '../../src/deciders/library.ts'
import { clearCheckpoint, finishSegment, reachCheckpoint, rejectPlan, validatePlan, writePlan } from '../../src/deciders/plans.ts'
import { queueRebuild, resolveFailure } from '../../src/deciders/rebuilds.ts'
import { answerResearch, editResearch, requestResearch, withdrawResearch } from '../../src/deciders/research.ts'
import { abandonRun, cancelRun, claimRun, failRun, finishRun, timeOutRun } from '../../src/deciders/runs.ts'
import { documentSpec, draftSpec, editSpec, readySpec, submitIntent, withdrawSpec } from '../../src/deciders/specs.ts'
import { Refusal } from '../../src/error.ts'
import type { FactoryEvent, ItemId } from '../../src/events/types.ts'
import type { Spec } from '../../reducers/spec.ts'
import { aClaim, configOf, criterion, doc, ended, ending, fields, intent, passed, person } from './given.ts'
import type { Clone } from './given.ts'

/** One turn: which command, on which of what is there, by whom, with which small choice. */
export interface Turn { readonly move: string; readonly pick: number; readonly choice: number; readonly actor: string; readonly clone: number }

const names = ['a', 'constructor']
const agents = ['spec', 'builder', 'verifier']
const dispatches = ['draft', 'advance', 'plan', 'validate', 'build', 'execute', 'verify', 'document', 'reflect']
const texts = ['one', 'two', 'three']

interface Target { readonly on: Clone; readonly spec: Spec; readonly item: ItemId; readonly run: string; readonly research: ItemId; readonly turn: Turn }
type Play = (target: Target) => readonly [Decider<never>, unknown]
const play = <Command>(decider: Decider<Command>, command: Command): readonly [Decider<never>, unknown] => [decider as Decider<never>, command]
const text = ({ turn }: Target, what = '') => doc(`${what}${texts[turn.choice % texts.length] ?? ''}`)
const segments = [{ title: 's', checkpoint: { id: 'c1', type: 'decision' as const, title: 'x' } }, { title: 't', checkpoint: null }]
const entry = (id: string, soft: boolean) => ({ entry: id, question: 'q', options: [{ id: 'a', text: 'x' }, { id: 'b', text: 'y' }], recommendation: null, reversibility: soft ? 'high' as const : 'low' as const, impact: 'cosmetic' as const, context: '' })
const entries = ['7.1', '7.10', 'conflict', 'no-progress', 'retry-limit', 'c1']
const withCriterion = ({ turn }: Target) => fields({ criteria: turn.choice % 2 === 0 ? [criterion('k')] : [] })

export const moves: Readonly<Record<string, Play>> = {
  submit: ({ turn }) => play(submitIntent, intent(names[turn.pick % names.length] ?? 'a', texts[turn.choice % 3])),
  draft: t => play(draftSpec, { spec: t.item, doc: text(t, 'draft'), fields: fields() }),
  ready: t => play(readySpec, { spec: t.item, doc: text(t, 'ready'), fields: withCriterion(t) }),
  edit: t => play(editSpec, { spec: t.item, doc: text(t, 'edit'), fields: withCriterion(t) }),
  withdraw: t => play(withdrawSpec, { spec: t.item, reason: '' }),
  document: t => play(documentSpec, { spec: t.item }),
  open: t => play(openDecisions, { spec: t.item, entries: [entry('7.1', t.turn.choice % 2 === 0), entry('7.10', false)], origin: 'spec' }),
  answer: t => play(answerDecision, { spec: t.spec.name, entry: entries[t.turn.choice % entries.length] ?? '7.1', answer: t.turn.pick % 2 === 0 ? 'a' : 'b', override: t.turn.choice % 3 === 0 }),
  ask: t => play(requestResearch, { name: names[t.turn.choice % 2] ?? 'a', blocks: [t.spec.name], doc: text(t, 'ask') }),
  brief: t => play(answerResearch, { research: t.research, doc: text(t, 'brief') }),
  editResearch: t => play(editResearch, { research: t.research, part: t.turn.choice % 2 === 0 ? 'question' : 'brief', doc: text(t) }),
  unask: t => play(withdrawResearch, { research: t.research }),
  plan: t => play(writePlan, { spec: t.item, doc: text(t, 'plan'), plan: { strategy: 'decision-dependent', segments, problems: t.turn.choice === 5 ? ['p'] : [] }, feedback: null }),
  validate: t => play(validatePlan, { spec: t.item, by: 'verifier' }),
  reject: t => play(rejectPlan, { spec: t.item, by: 'verifier', doc: text(t) }),
  segment: t => play(finishSegment, { spec: t.item, index: t.turn.choice % 2, doc: null, commit: null }),
  reach: t => play(reachCheckpoint, { spec: t.item, id: 'c1' }),
  clear: t => play(clearCheckpoint, { spec: t.item, id: 'c1', answer: 'x' }),
  claim: t => play(claimRun, aClaim({ agent: agents[t.turn.choice % 3] ?? 'spec', dispatch: dispatches[t.turn.choice % dispatches.length] ?? 'draft', spec: t.item, attempt: t.turn.choice % 4 === 0 ? 2 : Math.max(1, t.spec.attempt) })),
  claimFit: t => play(claimRun, fit(t.spec)),
  claimResearch: t => play(claimRun, aClaim({ agent: 'researcher', dispatch: 'research', subject: t.research })),
  build: t => play(submitBuild, { spec: t.item, attempt: t.spec.attempt, report: text(t, 'report'), notes: null, commit: 'c', base: null }),
  criteria: t => play(recordCriteria, { spec: t.item, results: t.spec.fields.criteria.map(one => passed(one.id, t.turn.choice !== 0)) }),
  verify: t => play(verifySpec, { spec: t.item, attempt: t.spec.attempt - (t.turn.choice === 11 ? 1 : 0), doc: text(t, 'good'), score: 9, commit: 'c', by: { dispatch: t.turn.choice === 10 ? 'build' : 'verify' } }),
  fail: t => play(failSpec, { spec: t.item, attempt: t.spec.attempt, doc: text(t, 'bad'), score: 2, by: t.spec.stage === 'building' ? 'builder' : (['verifier', 'criteria', 'conflict'] as const)[t.turn.choice % 3] ?? 'verifier', failedCriteria: [] }),
  rebuild: t => play(queueRebuild, { spec: t.spec.name, brief: text(t, 'brief'), reason: 'failed', override: t.turn.choice % 4 === 0 }),
  resolve: t => play(resolveFailure, { spec: t.spec.name, reason: 'x' }),
  deliver: t => play(requestDelivery, { spec: t.item, project: 'p', branch: 'b', commit: 'c', target: 'main', mode: 'merge' }),
  delivered: t => play(finishDelivery, { spec: t.item, how: 'merged', commit: null }),
  pause: t => play(pause, { item: t.turn.choice === 0 ? null : t.spec.name }),
  resume: t => play(resume, { item: t.turn.choice === 0 ? null : t.spec.name }),
  gate: t => play(raiseGate, { item: t.item, kind: 'no-progress', reason: 'x' }),
  lift: t => play(liftGate, { item: t.item, kind: 'no-progress', answer: 'x' }),
  finish: t => play(finishRun, { run: t.run, ...ending, progress: t.turn.choice % 2 === 0 }),
  failRun: t => play(failRun, { run: t.run, ...ended, fault: t.turn.choice % 2 === 0 ? 'agent' : 'infrastructure', message: 'x', exitCode: 1, until: null }),
  timeOut: t => play(timeOutRun, { run: t.run, ...ended, deadline: 'silence' }),
  cancel: t => play(cancelRun, { run: t.run, why: 'x' }),
  abandon: t => play(abandonRun, { run: t.run, why: 'x' }),
  need: t => play(openNeed, { id: 'constructor', agent: 'builder', category: 'approval', blocked: texts[t.turn.choice % 3] ?? '', context: '', change: null, held: t.turn.pick === 0 ? { path: 'agents.yaml', doc: text(t) } : null }),
  met: () => play(resolveNeed, { id: 'constructor', note: '' }),
  observe: t => play(recordObservation, { slug: 'a', text: texts[t.turn.choice % 3] ?? '', context: '', severity: 'low', agent: 'builder', stops: [] }),
  promote: t => play(promoteObservation, { observation: Object.values(t.on.state.feedback.observations)[t.turn.pick % 3]?.id ?? 'aa:0', doc: text(t) }),
  write: t => play(writeFile, { kind: 'memory', path: 'memory/shared/K.md', doc: text(t) }),
  remove: () => play(removeFile, { kind: 'memory', path: 'memory/shared/K.md' }),
}

/** The claim that the spec's stage asks for, so that histories get far. */
function fit(spec: Spec) {
  const next: Partial<Record<Spec['stage'], readonly [string, string]>> = { inbox: ['spec', 'draft'], drafting: ['spec', 'advance'], ready: ['builder', 'build'], planning: ['builder', 'execute'], review: ['verifier', 'verify'], verified: ['spec', 'document'] }
  const [agent, dispatch] = next[spec.stage] ?? ['builder', 'reflect']
  const attempt = dispatch === 'build' || dispatch === 'execute' ? Math.max(1, spec.attempt) : spec.attempt
  return aClaim({ agent, dispatch, spec: spec.id, attempt })
}

const actors = [person, 'human:bob', 'kernel', 'agent:spec', 'agent:builder', 'agent:verifier', 'unknown']
const actorFor: Readonly<Record<string, readonly string[]>> = { build: ['agent:builder'], verify: ['agent:verifier'], fail: ['agent:verifier', 'agent:builder', 'kernel'], answer: [person], edit: [person], segment: ['agent:builder'] }

/** What leads this spec on, so that histories reach every stage: a move and who makes it. */
function onward(spec: Spec, choice: number): readonly [string, string] {
  const dispatches = Object.values(spec.running)
  switch (spec.stage) {
    case 'inbox':
    case 'drafting': return dispatches.length > 0 ? ['finish', 'kernel'] : ['ready', person]
    case 'building': return choice === 0 ? ['fail', 'agent:builder'] : ['build', 'agent:builder']
    case 'review': {
      if (!dispatches.includes('verify')) return dispatches.length > 0 ? ['finish', 'kernel'] : ['claimFit', 'kernel']
      if (spec.criteria.length < spec.fields.criteria.length) return ['criteria', 'kernel']
      return choice % 3 === 0 || spec.criteria.some(({ ok }) => !ok) ? ['fail', 'agent:verifier'] : ['verify', 'agent:verifier']
    }
    case 'ready': return dispatches.length > 0 ? ['finish', 'kernel'] : [choice % 4 === 0 ? 'plan' : 'claimFit', 'kernel']
    case 'verified': return ['document', 'kernel']
    case 'failed': return choice % 4 === 0 ? ['resolve', person] : ['rebuild', person]
    default: return dispatches.length > 0 ? ['finish', 'kernel'] : ['claimFit', 'kernel']
  }
}

export const turn: fc.Arbitrary<Turn> = fc.record({
  move: fc.oneof(fc.constantFrom(...Object.keys(moves)), fc.constant('onward')), pick: fc.nat(3), choice: fc.nat(11), actor: fc.constantFrom(...actors), clone: fc.nat(1),
}).chain(one => fc.boolean().map(usual => (usual && actorFor[one.move] !== undefined ? { ...one, actor: actorFor[one.move]?.[one.pick % (actorFor[one.move]?.length ?? 1)] ?? one.actor } : one)))

export const configured = () => configOf({ rebuilds: 1, noProgress: 2, budgets: [{ scope: 'spec', windowMs: 3_600_000, runs: 30, usd: null, tokens: null }] })

/** Plays one turn; what was recorded, or the refusal. Anything else that is thrown is a defect. */
export function take(on: Clone, given: Turn): readonly FactoryEvent[] | Refusal {
  let one = given
  const specs = Object.values(on.state.specs.byId)
  if (specs.length === 0 || one.move === 'submit') on.did(submitIntent, intent(names[one.pick % names.length] ?? 'a', texts[one.choice % 3]))
  const all = Object.values(on.state.specs.byId)
  const spec = all[one.pick % Math.min(all.length, 3)]!
  if (one.move === 'onward') {
    const [move, actor] = onward(spec, one.choice)
    one = { ...one, move, actor }
  }
  const runs = Object.values(on.state.runs.live).filter(run => given.move !== 'onward' || run.spec === spec.id).map(run => run.id)
  const research = Object.keys(on.state.research.byId)[one.pick % 2] as ItemId | undefined
  const [decider, command] = moves[one.move]!({ on, spec, item: spec.id, run: runs[one.pick % Math.max(1, runs.length)] ?? 'run-none', research: research ?? 'aa:0', turn: one })
  try {
    return on.record(on.decide(decider, command as never, one.actor), one.actor)
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
}
