/** `factory completion`: a script for the shell, made from the declarations. */
import type { CommandSpec } from '../command.ts'
import { usage } from '../usage.ts'

const shells = ['bash', 'zsh', 'fish'] as const

export const completion: CommandSpec = {
  name: 'completion',
  group: 'configure',
  summary: 'a completion script for bash, zsh or fish',
  arguments: [{ name: 'SHELL', summary: 'bash, zsh or fish' }],
  examples: [
    { command: 'source <(factory completion bash)', does: 'for this shell' },
    { command: 'factory completion fish > ~/.config/fish/completions/factory.fish', does: 'for every fish' },
  ],
  needs: 'none',
  run: async call => {
    const shell = shells.find(one => one === call.required('SHELL'))
    if (shell === undefined) throw usage('invalid-argument', `There is no completion for ${call.required('SHELL')}.`, 'factory completion bash, zsh or fish')
    const { completionScript } = await import('../completion-script.ts')
    const script = completionScript(shell)
    return { json: { shell, script }, text: script }
  },
}
