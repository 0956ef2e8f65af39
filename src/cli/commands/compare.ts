/** `factory compare`: what changed between two points of history, by item. */
import type { CommandSpec } from '../command.ts'

export const compare: CommandSpec = {
  name: 'compare',
  group: 'inspect',
  summary: 'what changed between two points of history, by item',
  arguments: [{ name: 'A', summary: 'an event id, a time, a commit of the workspace, or now' }, { name: 'B', summary: 'the same' }],
  examples: [{ command: 'factory compare 2026-11-20T10:00:00Z now', does: 'since then' }],
  exits: [{ code: 1, when: 'no such point' }],
  needs: 'workspace',
  run: async call => {
    const [{ compare: between }, { renderComparison }] = await Promise.all([import('../../inspect/compare.ts'), import('../render/replay.ts')])
    const comparison = await between(await call.open(), call.required('A'), call.required('B'))
    return { json: comparison, text: () => renderComparison(comparison) }
  },
}
