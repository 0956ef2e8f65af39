/** What `audit` and `doctor` found, for people. */
import type { AuditReport } from '../../inspect/audit.ts'
import type { DoctorReport, Finding } from '../../inspect/doctor.ts'
import { oneLine } from '../literal.ts'
import { say } from '../messages.ts'
import { bold, dim, green, red, yellow } from '../paint.ts'

export function renderAudit(report: AuditReport): string {
  const { ok, events, writers, problems, undetectable } = report
  return [
    ok ? green(say('audit.ok', { n: events })) : red(say('audit.breach', { n: problems.length, events })),
    ...problems.map(({ kind, at, detail }) => `  ${red(kind)}  ${at}  ${oneLine(detail, 300)}`),
    '', bold('Writers'), ...writers.map(writer => `  ${writer.id}  ${writer.events}  ${dim(writer.head)}`),
    ...listed('Conflicts', report.conflicts), ...listed('Denied', report.denied), ...listed('Overrides', report.overrides),
    '', bold('What this cannot see'), ...undetectable.map(line => dim(`  ${line}`)),
  ].join('\n')
}

/** Plain facts of each, whatever its fields. */
const listed = (title: string, entries: readonly unknown[]): string[] => (entries.length === 0 ? [] : ['', bold(title), ...entries.map(entry => `  ${facts(entry)}`)])

function facts(entry: unknown): string {
  if (typeof entry !== 'object' || entry === null) return oneLine(String(entry))
  return oneLine(Object.entries(entry).filter(([, value]) => value !== null && typeof value !== 'object').map(([key, value]) => `${key}=${String(value)}`).join('  '), 300)
}

const marks: Readonly<Record<Finding['status'], string>> = { OK: green('[OK]'), '!!': yellow('[!!]'), XX: red('[XX]') }

export const renderDoctor = ({ findings, repaired }: DoctorReport): string => [
  ...repaired.map(line => `${green('[OK]')} ${oneLine(line, 300)}`),
  ...findings.flatMap(({ status, what, detail, mend }) => [`${marks[status]} ${what}: ${oneLine(detail, 300)}`, ...(mend === null ? [] : [`     ${mend}`])]),
].join('\n')
