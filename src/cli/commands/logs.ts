/** `factory logs`: runs, newest first; one run in full. */
import type { CommandSpec } from '../command.ts'

const standardLimit = 5

export const logs: CommandSpec = {
  name: 'logs',
  group: 'inspect',
  summary: 'runs of agents; one run in full',
  arguments: [{ name: '[AGENT|RUN]', summary: 'runs of an agent, or one run' }],
  options: [
    { flags: '-n, --last <n>', summary: `so many; without it ${standardLimit}`, kind: 'whole' },
    { flags: '--jsonl', summary: 'one run a line' },
  ],
  examples: [{ command: 'factory logs builder -n 20', does: 'the last runs of the builder' }, { command: 'factory logs run-k3f9ab-42', does: 'one run: prompt, reply, log' }],
  exits: [{ code: 1, when: 'no such agent or run' }],
  needs: 'workspace',
  run: async call => {
    const [{ runLogs }, { renderRuns }] = await Promise.all([import('../../inspect/logs.ts'), import('../render/log.ts')])
    const of = call.argument('AGENT|RUN')
    const runs = await runLogs(await call.open(), { of, limit: call.whole('last') ?? standardLimit })
    return { json: { runs }, lines: runs, text: () => renderRuns(runs, of !== undefined && of.startsWith('run-'), call.now()) }
  },
}
