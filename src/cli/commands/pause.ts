/** `factory pause`: holds an item or everything, or lets it go on. */
import type { CommandSpec } from '../command.ts'
import { say } from '../messages.ts'

export const pause: CommandSpec = {
  name: 'pause',
  group: 'operate',
  summary: 'hold an item or everything; --off lets it go on',
  details: ['Nothing new is dispatched for what is held. Runs in progress end as usual; factory cancel ends them now.'],
  arguments: [{ name: '[ITEM]', summary: 'a spec or research request; without it, the whole workspace' }],
  options: [{ flags: '--off', summary: 'take the hold off' }],
  examples: [{ command: 'factory pause login-page', does: 'hold one spec' }, { command: 'factory pause --off', does: 'let everything go on' }],
  needs: 'workspace',
  run: async call => {
    const [holds, { change, changeJson }] = await Promise.all([import('../../deciders/holds.ts'), import('../changing.ts')])
    const item = call.argument('ITEM') ?? null
    const off = call.flag('off')
    const changed = await change(call, `pause${item === null ? '' : ` ${item}`}${off ? ' --off' : ''}`, on => (off ? holds.resume : holds.pause)(on.state, { item }, on))
    const said = off ? say('pause.off', { item: item ?? 'everything' }) : item === null ? say('pause.all') : say('pause.item', { item })
    return { json: changeJson(changed, call, { item, paused: !off }), text: changed.drafts.length === 0 ? say('already-so') : said }
  },
}
