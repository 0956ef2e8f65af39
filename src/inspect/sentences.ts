/** An event in one sentence for people. A type without a sentence of its own is told by its data. */
import type { EventOf, EventType, FactoryEvent } from '../events/types.ts'

type Sentences = { readonly [Type in EventType]?: (event: EventOf<Type>) => string }

const quoted = (text: string): string => `“${text.replace(/\s+/g, ' ').slice(0, 160)}”`
const money = (usd: number | null): string => (usd === null ? 'at unknown cost' : `for $${usd.toFixed(4)}`)
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`
const commit = (id: string | null): string => (id === null ? '' : ` at commit ${id.slice(0, 10)}`)

const sentences: Sentences = {
  'spec.submitted': ({ data }) => `submitted the intent ${quoted(data.title)}${data.revision > 1 ? ` as revision ${data.revision}` : ''}${data.source?.kind === 'observation' ? ` from observation ${data.source.ref}` : ''}`,
  'spec.drafted': () => 'wrote a draft',
  'spec.readied': ({ data }) => `finished the spec, with ${data.fields.criteria.length} verification ${data.fields.criteria.length === 1 ? 'criterion' : 'criteria'}`,
  'spec.edited': () => 'changed the text',
  'plan.written': ({ data }) => `wrote plan ${data.round} (${data.strategy}, ${data.segments.length} segment${data.segments.length === 1 ? '' : 's'})${data.problems.length > 0 ? `, which could not be read: ${data.problems.join('; ')}` : ''}`,
  'plan.validated': ({ data }) => `accepted plan ${data.round}`,
  'plan.rejected': ({ data }) => `sent plan ${data.round} back`,
  'segment.finished': ({ data }) => `finished segment ${data.index + 1}`,
  'checkpoint.reached': ({ data }) => `reached checkpoint ${data.id} (${data.type}): ${data.title}`,
  'checkpoint.cleared': ({ data }) => `let it pass checkpoint ${data.id}: ${quoted(data.answer)}`,
  'build.submitted': ({ data }) => `handed over build ${data.attempt}${commit(data.commit)}`,
  'criterion.checked': ({ data }) => `criterion ${data.id} ${data.ok ? 'passed' : `failed (${data.reason})`} on build ${data.attempt}${data.provesNothing ? '; it passed before the change too, so it proves nothing' : ''}`,
  'spec.verified': ({ data }) => `verified build ${data.attempt}${data.score === null ? '' : ` (${data.score}/10)`}`,
  'spec.failed': ({ data }) => `found build ${data.attempt} wanting, by ${data.by}${data.failedCriteria.length > 0 ? `: ${data.failedCriteria.join(', ')} failed` : ''}${data.score === null ? '' : ` (${data.score}/10)`}`,
  'rebuild.queued': ({ data }) => `queued build ${data.attempt} with a brief${data.override ? ', beyond the limit' : ''}`,
  'spec.resolved': ({ data }) => `closed the failure: ${quoted(data.reason)}`,
  'spec.documented': () => 'documented it',
  'spec.withdrawn': ({ data }) => `took it back: ${quoted(data.reason)}`,
  'item.paused': () => 'put it on hold',
  'item.resumed': () => 'took the hold off',
  'gate.raised': ({ data }) => `stopped it at a gate (${data.kind}): ${data.reason}`,
  'gate.lifted': ({ data }) => `let it pass the gate ${data.kind}: ${quoted(data.answer)}`,
  'decision.opened': ({ data }) => `asked ${data.entry}: ${quoted(data.question)} (${data.options.map(one => `${one.id}) ${one.text}`).join(', ').slice(0, 160)})`,
  'decision.auto-resolved': ({ data }) => `answered by itself: ${quoted(data.answer)} (${data.grounds})`,
  'decision.answered': ({ data }) => `answered ${quoted(data.answer)}`,
  'decision.overridden': ({ data }) => `replaced the answer ${quoted(data.replaced)} by ${quoted(data.answer)}`,
  'research.requested': ({ data }) => `asked the researcher: ${data.name}`,
  'research.answered': () => 'delivered the brief',
  'delivery.requested': ({ data }) => `is to bring ${data.branch} to ${data.target} of ${data.project} (${data.mode})`,
  'delivery.finished': ({ data }) => `delivered the change (${data.how})${commit(data.commit)}`,
  'delivery.failed': ({ data }) => `could not deliver the change (${data.why}): ${data.detail}`,
  'branch.moved': ({ data }) => `moved ${data.branch} of ${data.project} to ${data.commit.slice(0, 10)} (${data.files} file${data.files === 1 ? '' : 's'})`,
  'run.claimed': ({ data }) => `started ${data.agent} (${data.dispatch}${data.attempt > 0 ? `, build ${data.attempt}` : ''}) on ${data.backend}${data.model === null ? '' : ` ${data.model}`}`,
  'run.finished': ({ data }) => `ended well after ${seconds(data.durationMs)} ${money(data.costUsd)}${data.quiet ? ', with nothing to say' : ''}${data.progress ? '' : '; nothing moved'}`,
  'run.failed': ({ data }) => `failed (${data.fault}) after ${seconds(data.durationMs)} ${money(data.costUsd)}: ${quoted(data.message)}`,
  'run.timed-out': ({ data }) => `was ended by its ${data.deadline} deadline after ${seconds(data.durationMs)}`,
  'run.cancelled': ({ data }) => `was cancelled: ${quoted(data.why)}`,
  'run.abandoned': ({ data }) => `was given up: ${quoted(data.why)}`,
  'access.denied': ({ data }) => `was denied to ${data.want} ${data.path}: ${data.why}`,
  'observation.recorded': ({ data }) => `noticed (${data.severity}): ${quoted(data.text)}`,
  'observation.promoted': ({ data }) => `made the observation an intent: ${data.name}`,
  'observation.dismissed': ({ data }) => `dismissed the observation: ${quoted(data.reason)}`,
  'need.opened': ({ data }) => `needs a person (${data.category}): ${quoted(data.blocked)}`,
  'need.resolved': ({ data }) => `met the need${data.note === '' ? '' : `: ${quoted(data.note)}`}`,
  'learning.recorded': ({ data }) => `kept a lesson in ${data.path}`,
  'request.unparsed': ({ data }) => `wrote something that could not be read (${data.source}:${data.line}): ${data.message}`,
  'file.refused': ({ data }) => `refused a change to ${data.path}: ${data.why}`,
  'item.collected': ({ data }) => `took ${data.paths.length} file${data.paths.length === 1 ? '' : 's'} out of view (${data.rule})`,
  'item.restored': ({ data }) => `brought ${data.paths.join(', ')} back into view`,
}

export function sentence(event: FactoryEvent): string {
  const tell = sentences[event.type] as ((event: FactoryEvent) => string) | undefined
  if (tell !== undefined) return tell(event)
  const path = (event.data as { path?: unknown } | null)?.path
  return `${event.type}${typeof path === 'string' ? ` ${path}` : ''}`
}
