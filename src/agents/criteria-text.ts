/**
 * The results of the criteria as people and verifiers read them (`tasks/review/N.criteria.md`), and the report that the kernel writes
 * when one of them failed. Pure but for reading documents.
 */
import type { Doc, ItemId } from '../events/types.ts'
import type { CheckedCriterion, Spec } from '../../reducers/spec.ts'
import type { State } from '../../reducers/state.ts'
import { parseReport } from '../formats/report-document.ts'
import { fenced } from './prompt-budget.ts'

interface Texts { readonly text: (doc: Doc) => string }
const outputLimit = 4000

export const failedCriteria = (spec: Pick<Spec, 'criteria'>): readonly string[] => spec.criteria.filter(result => !result.ok).map(result => result.id)

/** Criteria of the spec as readied that have no result yet for this attempt. */
export const uncheckedCriteria = (spec: Pick<Spec, 'criteria' | 'fields'>): readonly string[] =>
  spec.fields.criteria.map(criterion => criterion.id).filter(id => !spec.criteria.some(result => result.id === id))

const tail = (output: string): string => (output.length <= outputLimit ? output : `… ${output.length - outputLimit} characters left out …\n${output.slice(-outputLimit)}`)

function resultText(result: CheckedCriterion, script: string, texts: Texts): string {
  const output = result.output === null ? '' : texts.text(result.output)
  return [
    `## ${result.id}: ${result.ok ? 'passed' : 'FAILED'}${result.provesNothing ? ' (passes without the change as well: it proves nothing)' : ''}`,
    fenced(script, 'sh'),
    `- ${result.exitCode === null ? 'no exit code' : `exit code ${result.exitCode}`}: ${result.reason}`,
    ...(output.trim() === '' ? [] : [fenced(tail(output), 'text')]),
  ].join('\n')
}

/** All results of the current attempt. */
export function criteriaText(state: State, id: ItemId, texts: Texts): string {
  const spec = state.specs.byId[id]
  if (spec === undefined) return ''
  const scripts = new Map(spec.fields.criteria.map(criterion => [criterion.id, criterion.script]))
  const head = `# Criteria: ${spec.name}, attempt ${spec.attempt}`
  if (scripts.size === 0) return `${head}\n\nThe spec has no criteria that can be run.\n`
  const summary = `${spec.criteria.filter(result => result.ok).length} of ${scripts.size} passed on the submitted commit. These results stand, whatever any report says.`
  return `${[head, summary, ...spec.criteria.map(result => resultText(result, scripts.get(result.id) ?? '', texts))].join('\n\n')}\n`
}

/** The report of a build whose criteria failed; what the verifier wrote is part of it. */
export function failedReport(state: State, id: ItemId, verifierReport: string | null, texts: Texts): string {
  const spec = state.specs.byId[id]
  const failed = spec === undefined ? [] : failedCriteria(spec)
  const words = verifierReport === null ? null : parseReport(verifierReport)
  const results = criteriaText(state, id, texts)
  return `${[
    `# ${spec?.name ?? id}`, 'verdict: NOT SATISFIED',
    '## Summary', `Criteria failed on the submitted commit: ${failed.join(', ')}.`,
    '## Path to Resolution', `Make these criteria pass: ${failed.join(', ')}.`, ...present(words?.pathToResolution),
    '## Criteria', results.slice(results.indexOf('\n\n') + 2).trim().replaceAll(/^## /gm, '### '),
    ...present(words?.learning).flatMap(learning => ['## Generalizable Learning', learning]),
    ...present(verifierReport).flatMap(report => ["## The Verifier's Report", fenced(report, 'markdown')]),
  ].join('\n\n')}\n`
}

const present = (text: string | null | undefined): readonly string[] => (text === null || text === undefined ? [] : [text])
