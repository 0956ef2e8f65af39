/** `factory start`: dispatches until idle, gated, or so many steps. */
import type { CommandSpec } from '../command.ts'
import { usage } from '../usage.ts'

export const start: CommandSpec = {
  name: 'start',
  group: 'operate',
  summary: 'dispatch until idle, gated, or N steps',
  details: ['The most downstream work goes first. An interrupt cancels runs in progress and leaves a log that the next start goes on from.'],
  options: [
    { flags: '--max-steps <n>', summary: 'stop after this many steps', kind: 'whole' },
    { flags: '--slots <n>', summary: 'so many runs at once; without it, limits.slots', kind: 'whole' },
    { flags: '--watch', summary: 'stay, and react to files and schedules' },
  ],
  examples: [
    { command: 'factory start', does: 'work until there is nothing more to do' },
    { command: 'factory start --max-steps 1', does: 'one step' },
    { command: 'factory start --watch --slots 2', does: 'stay, with two runs at once' },
  ],
  exits: [
    { code: 3, when: 'what remains waits at a gate; what is needed is printed' },
    { code: 4, when: 'a run failed and its item did not succeed later' },
    { code: 5, when: 'a run timed out and its item did not succeed later' },
  ],
  needs: 'workspace',
  run: async call => {
    const maxSteps = call.whole('maxSteps')
    const slots = call.whole('slots')
    if (maxSteps === 0) throw usage('invalid-argument', '--max-steps is at least 1.', 'leave it out to go on until idle')
    const [{ start: dispatch }, { renderStart, progressLine }, { afterRun, afterStart }] = await Promise.all([
      import('../../dispatch/start.ts'), import('../render/start.ts'), import('../after-run.ts'),
    ])
    const workspace = await call.open()
    const result = await dispatch(workspace, {
      ...(maxSteps === undefined ? {} : { maxSteps }), ...(slots === undefined ? {} : { slots }), watch: call.flag('watch'), signal: call.signal,
      onProgress: event => { call.progress(progressLine(event)) }, afterRun: afterRun(workspace, call.env), actor: call.actor, env: call.env,
    })
    // What waits is told once; a workspace that is busy just now tells it next time.
    await afterStart(workspace, call.env).catch(() => {})
    return { exit: result.exitCode, json: result, text: () => renderStart(result) }
  },
}
