/** `factory update-claude-skill`: writes the skill that teaches agents this command line, from the declarations themselves. */
import { dryRun } from '../command.ts'
import type { CommandSpec } from '../command.ts'
import { say } from '../messages.ts'

export const updateClaudeSkill: CommandSpec = {
  name: 'update-claude-skill',
  group: 'configure',
  summary: 'write skills/shared/factory-cli/ from the program itself',
  options: [dryRun],
  examples: [{ command: 'factory update-claude-skill', does: 'after an update of Factory' }],
  needs: 'workspace',
  run: async call => {
    const [{ skillFiles }, { writeFile }, { change, changeJson }] = await Promise.all([import('../skill-text.ts'), import('../../deciders/library.ts'), import('../changing.ts')])
    const files = skillFiles()
    const changed = await change(call, 'update-claude-skill', on => files.flatMap(({ path, text }) => {
      const doc = on.store(text)
      const known = on.state.library.byPath[path]
      return known !== undefined && !known.removed && known.doc.sha256 === doc.sha256 ? [] : writeFile(on.state, { kind: 'skill', path, doc }, on)
    }))
    const written = files.map(({ path, text }) => ({ path, bytes: Buffer.byteLength(text), lines: text.split('\n').length - 1 }))
    const text = changed.drafts.length === 0 ? say('already-so') : written.map(file => say('skill.done', file)).join('\n')
    return { json: changeJson(changed, call, { files: written }), text }
  },
}
