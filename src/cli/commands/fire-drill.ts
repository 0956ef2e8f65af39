/** `factory fire-drill`: exercises the failure path on a workspace that is thrown away. */
import type { CommandSpec } from '../command.ts'

export const fireDrill: CommandSpec = {
  name: 'fire-drill',
  group: 'gc',
  summary: 'exercise the failure path on a throw-away workspace: fail, learn, rebuild, verify, document',
  details: ['No workspace is needed and none is touched: the drill makes one of its own, with agents of its own, and removes it.'],
  options: [{ flags: '--force', summary: 'nothing can be in the way of a drill any more', hidden: true }],
  examples: [{ command: 'factory fire-drill', does: 'six steps, then PASS or FAIL' }],
  exits: [{ code: 1, when: 'a step did not do what it should' }],
  needs: 'none',
  run: async call => {
    const [{ fireDrill: drill }, { renderDrill }] = await Promise.all([import('../../gc/fire-drill.ts'), import('../render/fire-drill.ts')])
    const result = await drill({ env: call.env, signal: call.signal })
    return { exit: result.ok ? 0 : 1, json: result, text: () => renderDrill(result) }
  },
}
