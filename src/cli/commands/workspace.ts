/** `factory workspace`: the directory tree with counts. */
import type { CommandSpec } from '../command.ts'

export const workspace: CommandSpec = {
  name: 'workspace',
  group: 'inspect',
  summary: 'the directory tree with counts and state',
  examples: [{ command: 'factory workspace', does: 'what lies where' }],
  needs: 'workspace',
  run: async call => {
    const [{ treeOf, renderTree }, opened] = await Promise.all([import('../render/tree.ts'), call.open()])
    const snapshot = await opened.look()
    const tree = treeOf(opened, snapshot)
    return { json: tree, text: () => renderTree(tree) }
  },
}
