/** What `factory` alone says on a terminal where there is no workspace: what to do, and making one if asked. */
import type { CommandSpec } from '../command.ts'
import { say } from '../messages.ts'

export const welcome: CommandSpec = {
  name: 'welcome',
  group: 'configure',
  summary: 'the first steps',
  examples: [],
  needs: 'none',
  hidden: true,
  run: async call => {
    const { createInterface } = await import('node:readline/promises')
    const asking = createInterface({ input: process.stdin, output: process.stderr })
    try {
      const answer = await asking.question(`${say('welcome')} ${say('welcome.question')} `, { signal: call.signal })
      if (!/^y(es)?$/i.test(answer.trim())) return { json: { made: false }, text: say('welcome.later') }
    } finally {
      asking.close()
    }
    const { init } = await import('./init.ts')
    return init.run(call)
  },
}
