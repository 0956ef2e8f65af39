/** `factory log`: events, newest last. */
import type { CommandSpec } from '../command.ts'

const standardLimit = 50

export const log: CommandSpec = {
  name: 'log',
  group: 'inspect',
  summary: 'events, newest last',
  options: [
    { flags: '--stream <s>', summary: 'of this stream, such as spec/login-page or spec/' },
    { flags: '--type <t>', summary: 'of this type, such as spec.failed or spec.' },
    { flags: '--actor <a>', summary: 'by this actor, such as human:ada or agent:' },
    { flags: '--since <x>', summary: 'behind a time, an age such as 2h, or an event id' },
    { flags: '-n, --limit <n>', summary: `the last so many; without it ${standardLimit}, with --jsonl all`, kind: 'whole' },
    { flags: '--jsonl', summary: 'the events themselves, one a line' },
  ],
  examples: [
    { command: 'factory log --stream spec/login-page', does: 'the life of one spec' },
    { command: 'factory log --since 2h --type run.', does: 'runs of the last two hours' },
    { command: 'factory log --jsonl', does: 'everything, for another program' },
  ],
  exits: [{ code: 1, when: '--since names nothing' }],
  needs: 'workspace',
  run: async call => {
    const [{ readLog }, { renderLog }] = await Promise.all([import('../../inspect/log-command.ts'), import('../render/log.ts')])
    const limit = call.whole('limit') ?? (call.jsonl ? undefined : standardLimit)
    const events = readLog(await call.open(), { stream: call.option('stream'), type: call.option('type'), actor: call.option('actor'), since: call.option('since'), limit }, call.now())
    return { json: { events }, lines: events, text: () => renderLog(events) }
  },
}
