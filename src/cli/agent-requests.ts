/** What an agent may type inside its run: requests, decided when the run ends, and reads of its view. Declared like every command. */
import type { OptionSpec } from './command.ts'

export interface RequestSpec {
  readonly name: string
  readonly summary: string
  readonly arguments?: readonly { readonly name: string; readonly summary: string }[]
  readonly options: readonly OptionSpec[]
}

const text: OptionSpec = { flags: '--context <text>', summary: 'what led to it' }
const id: OptionSpec = { flags: '--id <id>', summary: 'a short name for it' }

/** Options become the fields of the request, under their own names. */
export const requests: readonly RequestSpec[] = [
  { name: 'submit', summary: 'hand in an intent', arguments: [{ name: 'FILE', summary: 'a file, or -' }], options: [{ flags: '--name <name>', summary: 'its name' }] },
  { name: 'research', summary: 'ask the researcher', arguments: [{ name: 'FILE', summary: 'a file with the question, or -' }], options: [{ flags: '--name <name>', summary: 'its name' }, { flags: '--blocks <spec>', summary: 'the spec that waits for it' }] },
  { name: 'need', summary: 'ask a person for something', options: [id, { flags: '--blocked <text>', summary: 'what cannot go on', required: true }, { flags: '--category <name>', summary: 'permission-change, config-edit, manual-intervention or approval' }, { flags: '--exact-change <text>', summary: 'what exactly is to be done' }, text] },
  { name: 'observation', summary: 'note something about the factory itself', arguments: [{ name: 'TEXT', summary: 'what was noticed (also @FILE or -)' }], options: [id, { flags: '--severity <level>', summary: 'how bad it is', choices: ['critical', 'high', 'low'] }, { flags: '--stops <items>', summary: 'what must not go on' }, text] },
  { name: 'change', summary: 'ask for a change of the configuration', options: [id, { flags: '--class <class>', summary: 'its change class', required: true }, { flags: '--target <target>', summary: 'what it concerns', required: true }, { flags: '--from <text>', summary: 'as it is' }, { flags: '--to <text>', summary: 'as it should be' }, { flags: '--value <text>', summary: 'the value' }, text] },
]

/** Reads that a view can answer: the command, and the folder or file that answers it. */
export const reads: readonly RequestSpec[] = [
  { name: 'status', summary: 'what this run is about, and the files of its view', options: [] },
  { name: 'decide', summary: 'the decisions in the view', arguments: [{ name: '[SPEC]', summary: 'of this spec' }], options: [] },
  { name: 'needs', summary: 'what this agent has asked for', options: [] },
]
