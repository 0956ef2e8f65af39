/**
 * What the command line says to people, by code. `{name}` is replaced by a value, `{n:spec:specs}` by a count with its noun.
 * Rendering code holds no sentences, so that translations need to touch this table alone.
 */
const table = {
  'failure.defect': 'This is a defect in Factory: {message}',
  'failure.defect-mend': 'the same command with --debug shows where; factory doctor checks the workspace',
  'dry-run': 'Nothing was changed (--dry-run). It would be:',
  'already-so': 'Nothing to do: already so.',
  'nothing-to-do': 'Nothing to do.',

  'status.paused': 'Everything is held. factory pause --off lets it go on.',
  'status.empty': 'Pipeline empty. Drop an intent into specs/inbox/, or: factory submit FILE',
  'status.more': '... and {n} more',
  'status.decisions': '{n:decision:decisions} awaiting an answer (factory decide)',
  'status.auto-resolved': '{n:decision:decisions} answered automatically (factory decide --override shows them)',
  'status.denied': 'denied to agents within a day: {n:access:accesses}, the last to {agent}: {path} (factory audit)',
  'status.unparsed': 'not read: {source}, line {line}: {message}',
  'status.needs': '{n:need:needs} waiting for a person (factory needs)',
  'status.unrecorded': '{n:file:files} changed, not yet recorded',
  'status.observations': 'Observations: {critical} critical, {high} high, {low} low (factory triage)',
  'status.spend': 'Spent today: {usd} in {n:run:runs}',
  'status.spend-unknown': ' ({n} of unknown cost)',

  'cost.runs': '{n:run:runs}',
  'cost.unknown': ', cost unknown',

  'start.idle': 'Idle after {n:step:steps}: nothing is waiting.',
  'start.waiting': 'After {n:step:steps}, nothing more can be done now. What waits, and why:',
  'start.gated': 'Stopped at a gate after {n:step:steps}. What is needed:',
  'start.max-steps': 'Stopped after {n:step:steps}, as asked (--max-steps). factory start goes on.',
  'start.interrupted': 'Interrupted after {n:step:steps}. factory start goes on where it stopped.',
  'run.finished': '{agent} finished ({run}).',
  'run.quiet': '{agent} finished and had nothing to say ({run}).',
  'run.failed': '{agent} failed ({run}): {message}',
  'run.timed-out': '{agent} ran out of time ({run}): {message}',
  'run.cancelled': '{agent} was cancelled ({run}).',
  'run.cancel': '{run} is cancelled; what it had made is kept (factory why {run}).',
  'reflect.done': 'Reflection complete: {n:agent:agents} ran, {failed} failed, {observations:observation:observations} new.',

  'run.abandoned': '{agent} was given up ({run}).',
  'run.nothing-next': 'Nothing waits downstream.',
  'progress.recovered': 'Taken back, for the process that ran them is gone: {runs}',
  'progress.gate': 'gate: {kind} {item}: {reason}',
  'progress.noticed': 'note: high observations wait: {n} (factory triage)',
  'progress.resting': 'waiting for a backend until {until}',
  'progress.watching': 'watching',

  'decide.none': 'No decisions pending.',
  'decide.none-for': 'No decisions for {spec}.',
  'decide.pending': '{n:decision:decisions} awaiting an answer.',
  'decide.how': 'Answer one: factory decide SPEC --entry ID --answer TEXT',
  'decide.recorded': 'Answered {spec} {entry}: {answer}',
  'decide.own-words': 'It is a text of your own, none of the options {options}.',
  'decide.left': '{n:decision:decisions} of {spec} still open.',
  'decide.all-done': 'All decisions of {spec} are answered.',

  'needs.none': 'Factory needs nothing. (What was noticed about the factory itself: factory triage)',
  'needs.header': 'Factory needs {n:thing:things} of you.',
  'needs.resolved': 'Resolved: {id}',
  'needs.how': 'Done with one: factory needs --resolve ID',

  'rebuild.queued': 'Queued {spec} again as attempt {attempt}.',
  'resolve.done': 'Closed the failure of {spec} without rebuilding.',
  'submit.done': 'Submitted {spec}{revision}.',
  'submit.revision': ' as revision {n}; it begins when the earlier one is over',
  'withdraw.done': 'Withdrew {spec}.',
  'pause.item': 'Held {item}. factory pause {item} --off lets it go on.',
  'pause.all': 'Held everything. factory pause --off lets it go on.',
  'pause.off': 'Goes on: {item}.',

  'triage.none': 'Nothing was noticed about the factory itself.',
  'triage.header': '{n:observation:observations}:',
  'triage.promoted': 'Promoted {slug}: the intent {spec} waits in the inbox.',
  'triage.dismissed': 'Dismissed {slug}.',
  'triage.how': 'Take it up: factory triage {slug} --promote. Close it: factory triage {slug} --dismiss --reason TEXT',

  'log.none': 'No events match.',
  'logs.none': 'No runs match.',
  'why.none': 'Nothing is known of {item}.',
  'replay.same': 'The workspace is what its log says: {n:file:files} compared.',
  'replay.drift': '{n:file differs:files differ} from what the log says:',
  'replay.written': 'Wrote {n:file:files} to {dir}, as of {events} events.',
  'replay.at': '{n:file:files} as of {events} events. --out DIR writes them.',
  'audit.ok': 'No breach in {n:event:events}.',
  'audit.breach': '{n:breach:breaches} in {events} events:',
  'compare.same': 'Nothing changed between the two.',
  'apps.none': 'No apps: specs are built straight from ready. An app is a file apps/NAME.yaml.',
  'perms.allowed': '{agent} may {want} {path}: {rule}',
  'perms.denied': '{agent} may not {want} {path}: {rule}',

  'init.made': 'Workspace made at {dir}.',
  'init.same': 'The workspace at {dir} is complete; nothing was changed.',
  'init.next': 'Next: name a backend in agents.yaml, then factory submit FILE and factory start.',
  'init-project.done': '{project} belongs to the workspace at {dir}.',
  'sync.done': 'In step with {remote}: {n:event:events} came in.',
  'trust.none': 'Nothing waits for trust on this clone.',
  'trust.granted': 'Trusted on this clone: {subject}.',
  'trust.held': 'Let it take effect: factory trust {path}. Decline it: factory needs --resolve {id}',
  'trust.confirmed': 'Confirmed: {path}.',
  'trust.waiting': 'Not trusted on this clone yet. Look at it first, then: factory trust SUBJECT',
  'backend.shown': 'Backends:',
  'backend.none': 'No backend is configured. Name one under `backends:` in agents.yaml.',
  'backend.chosen': 'All agents run on {backend} until factory backend default.',
  'backend.default': 'Every agent runs on its own backend again.',
  'scenario.made': 'Wrote {path}.',
  'scenario.same': 'Already there: {path}',
  'scenario.none': 'No scenarios yet. factory scenario new PROJECT begins some.',
  'config.fine': 'The configuration is fine.',
  'config.problems': '{n:problem:problems}:',
  'config.edited': 'Recorded the new {file}.',
  'config.undone': 'Took the last change made for an agent back: {file} is as it was before it.',
  'config.kept': '{file} is as it was.',
  'skill.done': 'Wrote {path} ({bytes} bytes, {lines} lines).',

  'gc.clean': 'Clean: nothing is stale.',
  'gc.took': 'Took out of view:',
  'gc.would': 'Would take out of view:',
  'gc.undo': 'factory restore PATH brings a file back.',
  'restore.done': 'In view again: {path}',
  'drill.passed': 'PASS: the failure path works.',
  'drill.failed': 'FAIL: the failure path is broken at {step}.',
  'reserved': '{command} is not in this version of Factory.',
  'reserved-mend': 'factory --help lists what there is',
  'agent.requested': 'Asked for ({command}); it is decided when this run ends.',
  'agent.nothing': 'Nothing in this view.',
  'welcome': 'No workspace here yet.',
  'welcome.question': 'Make one in this directory? [y/N]',
  'welcome.later': 'Nothing was made. factory init makes one; factory --help lists what there is.',
} as const

export type MessageCode = keyof typeof table
type Values = Readonly<Record<string, string | number>>

/** The sentence of a code with its values filled in. */
export function say(code: MessageCode, values: Values = {}): string {
  return table[code].replaceAll(/\{([a-z]+)(?::([^:}]+):([^}]+))?\}/g, (_, name: string, one: string | undefined, many: string | undefined) => {
    const value = values[name] ?? ''
    return one === undefined ? String(value) : `${value} ${value === 1 ? one : many}`
  })
}
