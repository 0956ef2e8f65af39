/**
 * Recovery, under the workspace lock: look, plan, do, and hand over the events that record it. Called by the file log
 * before every command. What is planned is noted in the writer record before it is done, so that a crash in
 * between loses neither lines nor the events that tell of the repair.
 */
import { FactoryError } from '../error.ts'
import { clocksAhead, isNear, lastOfEachWriter, laterStamp } from './clock.ts'
import type { LogFs } from './fault-seam.ts'
import { quarantine, syncDirectory, writeAll } from './file-bytes.ts'
import { segmentNames, type LogLayout } from './layout.ts'
import { draftsOf } from './log-drafts.ts'
import type { EventDraft, Heads, LogProblem, Recovery } from './port.ts'
import { gatherFacts, type RecoveryFacts } from './recovery-facts.ts'
import { planRecovery, type RecoveryPlan } from './recovery-plan.ts'
import { linkedActive, logChanged, replaceActive, renewLink, type ActiveIdentity } from './replace-active.ts'
import { saveSegmentIndex } from './segment-index.ts'
import { NO_MARK, segmentsDigest, type ActiveMark, type FoundRecord, type WriterFile, type WriterRecord } from './writer-record.ts'

export interface Recovered extends Recovery {
  readonly record: WriterRecord
  readonly active: ActiveIdentity
}

export interface RecoveryContext {
  readonly fs: LogFs
  readonly layout: LogLayout
  readonly file: WriterFile
  readonly now: Date
  readonly newId: (known: Heads) => string
}

const TRIES = 5

/** Again from the start if git replaced the file while it was being looked at: what was done so far can be done twice. */
export function recoverLog(context: RecoveryContext): Recovered {
  for (let tries = 1; ; tries++) {
    try {
      return recoverOnce(context)
    } catch (error) {
      if (tries === TRIES || !(error instanceof FactoryError) || error.code !== 'log-changed') throw error
    }
  }
}

function recoverOnce(context: RecoveryContext): Recovered {
  const { fs, layout, file } = context
  fs.mkdirSync(layout.local)
  const found = file.read(true)
  const unchanged = recoverUnchanged(context, found)
  if (unchanged !== undefined) return unchanged
  const facts = gatherFacts(fs, layout, found)
  const plan = planRecovery(facts)
  saveSegmentIndex(fs, layout, facts.index)
  const { record, pending } = nextRecord(context, found, plan)
  file.write({ ...record, pending })
  const active = carryOut(context, facts, plan)
  const { [record.writer]: _own, ...others } = plan.heads
  const done: WriterRecord = {
    ...record, others, pending,
    stamp: laterStamp(record.stamp, plan.stamp),
    active: markOf(active),
    segments: segmentsDigest([...facts.index.keys()]),
  }
  file.write(done)
  return {
    drafts: pending, rewound: plan.rewound !== undefined, record: done, active: active.identity,
    problems: [...problemsOf(plan), ...clocksAhead(lastOfEachWriter(plan.events), context.now)],
  }
}

/** Nothing but this clone has touched the log since it last wrote: nothing has to be read. */
function recoverUnchanged({ fs, layout, now }: RecoveryContext, found: FoundRecord): Recovered | undefined {
  if (found.kind !== 'own' || found.record.pending.length > 0) return undefined
  const { record } = found
  const facts = fs.statSync(layout.active)
  if (facts === undefined || String(facts.ino) !== record.active.inode || Number(facts.size) !== record.active.bytes) return undefined
  if (String(facts.mtimeNs) !== record.active.changed || !isNear(record.stamp, now)) return undefined
  if (fs.statSync(layout.link)?.ino !== facts.ino) return undefined
  if (segmentsDigest(segmentNames(fs.readdirSync(layout.segments))) !== record.segments) return undefined
  return { drafts: [], rewound: false, problems: [], record, active: { ino: facts.ino, size: record.active.bytes } }
}

function nextRecord(context: RecoveryContext, found: FoundRecord, plan: RecoveryPlan): { record: WriterRecord; pending: readonly EventDraft[] } {
  const old = 'record' in found ? found.record : undefined
  if (plan.head !== undefined && old !== undefined) {
    const record: WriterRecord = { ...old, ...plan.head, active: NO_MARK }
    return { record, pending: united(old.pending, draftsOf(plan, old.writer)) }
  }
  const known = old === undefined ? plan.heads : { ...plan.heads, [old.writer]: old.seq }
  const writer = context.newId(known)
  const others = old === undefined ? {} : { ...old.others, [old.writer]: old.seq }
  const record: WriterRecord = { writer, seq: 0, hash: '', others, stamp: old?.stamp ?? plan.stamp, active: NO_MARK, segments: '', pending: [] }
  return { record, pending: draftsOf(plan, writer) }
}

/** What an interrupted recovery had noted, and what is new. */
function united(before: readonly EventDraft[], now: readonly EventDraft[]): readonly EventDraft[] {
  const texts = new Set(before.map(draft => JSON.stringify(draft)))
  return [...before, ...now.filter(draft => !texts.has(JSON.stringify(draft)))]
}

interface ActiveNow {
  readonly identity: ActiveIdentity
  readonly changed: bigint
}

function carryOut({ fs, layout }: RecoveryContext, facts: RecoveryFacts, plan: RecoveryPlan): ActiveNow {
  if (plan.cut !== undefined) quarantine(fs, layout.quarantine, plan.cut.bytes)
  if (plan.lost !== undefined) quarantine(fs, layout.quarantine, plan.lost.bytes)
  if (plan.replacement !== undefined) replaceActive(fs, layout, plan.replacement, facts.identity)
  else {
    if (facts.present) mendEnd(fs, layout, facts, plan)
    const ino = facts.present ? facts.identity.ino : createActive(fs, layout)
    if (!facts.linked) renewLink(fs, layout, ino)
  }
  const after = linkedActive(fs, layout)
  if (Number(after.size) !== expectedBytes(facts, plan)) throw logChanged()
  return { identity: { ino: after.ino, size: Number(after.size) }, changed: after.mtimeNs }
}

const expectedBytes = (facts: RecoveryFacts, plan: RecoveryPlan): number =>
  plan.replacement?.length ?? plan.cut?.from ?? facts.identity.size + (plan.addLineEnd ? 1 : 0)

function createActive(fs: LogFs, layout: LogLayout): bigint {
  const fd = fs.openSync(layout.active, 'ax')
  const { ino } = fs.fstatSync(fd)
  fs.closeSync(fd)
  syncDirectory(fs, layout.root)
  return ino
}

/** Cut a tail that was never finished, or finish a last line that lacks only its LF. */
function mendEnd(fs: LogFs, layout: LogLayout, facts: RecoveryFacts, plan: RecoveryPlan): void {
  if (plan.cut === undefined && !plan.addLineEnd) return
  const fd = fs.openSync(layout.active, plan.cut === undefined ? 'a' : 'r+')
  try {
    const { ino, size } = fs.fstatSync(fd)
    if (ino !== facts.identity.ino || Number(size) !== facts.identity.size) throw logChanged()
    if (plan.cut === undefined) writeAll(fs, fd, Buffer.from('\n'), null)
    else fs.ftruncateSync(fd, plan.cut.from)
    fs.fsyncSync(fd)
  } finally {
    fs.closeSync(fd)
  }
}

const markOf = (active: ActiveNow): ActiveMark =>
  ({ inode: String(active.identity.ino), bytes: active.identity.size, changed: String(active.changed) })

function problemsOf(plan: RecoveryPlan): readonly LogProblem[] {
  const faults = plan.faults.map(line => line.fault)
  if (plan.lost === undefined) return faults
  const detail = `${plan.lost.events} events that this clone had are not in the log it was taken back to; they are kept in quarantine`
  return [...faults, { kind: 'lost-events', at: '.factory-local/quarantine', detail }]
}
