/** `factory why`: the causal story of anything. */
import type { CommandSpec } from '../command.ts'

export const why: CommandSpec = {
  name: 'why',
  group: 'inspect',
  summary: 'the causal story of a spec, run, decision, file or commit',
  details: ['Who, when, on what grounds, at what cost, across streams. A file may also be one of a linked project.'],
  arguments: [{ name: 'ITEM', summary: 'a spec, a run, SPEC/ENTRY for a decision, an event id, a path, or a commit; ./PATH forces a path' }],
  examples: [{ command: 'factory why login-page', does: 'a spec' }, { command: 'factory why ./src/login.ts', does: 'a file, typed in its project' }],
  exits: [{ code: 1, when: 'nothing is known of it' }],
  needs: 'workspace',
  run: async call => {
    const [{ why: tell }, { renderStory }] = await Promise.all([import('../../inspect/why.ts'), import('../render/story.ts')])
    const story = await tell(await call.open(), call.required('ITEM'), call.cwd)
    return { json: story, text: () => renderStory(story) }
  },
}
