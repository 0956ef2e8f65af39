/** `factory doctor`: environment, backends, walls, git, damage, drift, each with what mends it. */
import type { CommandSpec } from '../command.ts'

export const doctor: CommandSpec = {
  name: 'doctor',
  group: 'inspect',
  summary: 'environment, backends, git, damaged lines, drift, and the mend for each',
  options: [{ flags: '--repair', summary: 'put damaged lines into quarantine and write missing files again' }],
  examples: [{ command: 'factory doctor', does: 'is this machine ready?' }, { command: 'factory doctor --repair', does: 'mend what can be mended' }],
  exits: [{ code: 1, when: 'something is broken ([XX])' }],
  needs: 'none',
  run: async call => {
    const [{ doctor: examine }, { renderDoctor }, { lookForWorkspace }] = await Promise.all([import('../../inspect/doctor.ts'), import('../render/findings.ts'), import('../../workspace/find.ts')])
    const found = lookForWorkspace({ explicit: call.workspaceDir, cwd: call.cwd, env: call.env })
    const report = await examine(found?.root ?? null, { repair: call.flag('repair'), actor: call.actor, env: call.env, clock: call.now, warn: call.warn, person: call.actor })
    return { exit: report.ok ? 0 : 1, json: report, text: () => renderDoctor(report) }
  },
}
