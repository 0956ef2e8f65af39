/** `factory audit`: chains, blobs, schemas, anchors, conflicts, denials, overrides, and what it cannot see. */
import type { CommandSpec } from '../command.ts'

export const audit: CommandSpec = {
  name: 'audit',
  group: 'inspect',
  summary: 'check chains, contents, schemas and anchors; list conflicts, denials and overrides',
  examples: [{ command: 'factory audit', does: 'is everything as it was recorded?' }],
  exits: [{ code: 1, when: 'there is a breach' }],
  needs: 'workspace',
  run: async call => {
    const [{ audit: check }, { renderAudit }] = await Promise.all([import('../../inspect/audit.ts'), import('../render/findings.ts')])
    const report = await check(await call.open())
    return { exit: report.ok ? 0 : 1, json: report, text: () => renderAudit(report) }
  },
}
