/**
 * The skill that teaches agents and people's assistants this command line: an overview and the full reference, from the declarations.
 * Written into a workspace by `update-claude-skill`.
 */
import { groups, sharedExits } from './command.ts'
import { commandHelp, shown } from './help.ts'
import { commands } from './registry.ts'

const folder = 'skills/shared/factory-cli'

export interface SkillFile { readonly path: string; readonly text: string }

export const skillFiles = (): readonly SkillFile[] => [
  { path: `${folder}/SKILL.md`, text: overview() },
  { path: `${folder}/references/commands.md`, text: reference() },
]

const listed = (group: string): string[] => {
  const members = shown(commands).filter(spec => spec.group === group)
  return members.length === 0 ? [] : ['', `### ${group.charAt(0).toUpperCase()}${group.slice(1)}`, '', ...members.map(spec => `- \`factory ${spec.name}\`: ${spec.summary}`)]
}

const overview = (): string => `---
name: factory-cli
description: How to use the factory command line. Read it before typing a factory command.
---

# The factory command line

## Objective

Look at a Factory workspace and act on it: hand in intents, see what is done, answer what waits for an answer.

## Quick start

- \`factory status --json\` says where everything stands and what to type next (\`next\`, \`gates\`).
- \`factory submit FILE\` hands in an intent; \`factory start\` lets the agents work.
- \`factory decide --json\` lists questions; \`factory decide SPEC --entry ID --answer TEXT\` answers one.
- \`factory why ITEM\` tells how something came to be.

## Rules

- Every command has \`--json\`: one document on standard output, nothing else there. An error is \`{"error":{"code","message","mend"}}\`.
- A text may be given as \`@FILE\` or \`-\` (standard input). A path that could be a name is written \`./PATH\`.
- \`--dry-run\` shows what a command that removes or moves would do.
- Inside a run the command line reads from the view, and what it changes is a request that is decided when the run ends.

## Exit codes

${sharedExits.map(exit => `- ${exit.code}: ${exit.when}`).join('\n')}
- 2, 3, 4, 5: what the command says in \`references/commands.md\`

## Commands
${groups.flatMap(listed).join('\n')}

The full reference of every command, its options, examples and exit codes: \`references/commands.md\`.
`

const reference = (): string => [
  '# factory: every command', '',
  ...groups.flatMap(group => shown(commands).filter(spec => spec.group === group).flatMap(spec => [`## factory ${spec.name}`, '', '```text', commandHelp(spec).trimEnd(), '```', ''])),
].join('\n')
