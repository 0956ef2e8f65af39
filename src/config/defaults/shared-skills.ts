/** The skills that every agent has: where things lie, how to spend context, how to learn, how to ask. The examples are parsed by tests. */
import type { DefaultFile } from './skill-file.ts'
import { skillFile } from './skill-file.ts'

const filesystem = skillFile('shared', 'filesystem-conventions', 'Where things lie, what a name is, and how a file becomes a step of the work.', `
# Filesystem conventions

You work in a view: a directory that holds what you may read, at the paths of the workspace. What you leave in it is imported when you
end, if you may write it and it is the step your dispatch expects. Nothing else leaves the view.

- \`specs/inbox/\` raw intents, \`specs/drafting/\` drafts, \`specs/ready/\` complete specs, \`specs/archive/\` what is being or was built.
- \`tasks/research/\` questions, \`tasks/research-done/\` their answers under the same name.
- \`tasks/planning/NAME/PLAN.md\` plans, \`tasks/review/NAME.md\` builds handed over, \`tasks/verified/\` and \`tasks/failed/\` reports.
- \`memory/YOU/\` is yours, \`memory/shared/\` is everyone's to read, \`universe/\` holds references from people.
- \`projects/NAME/\` is a clone without a remote. Do not commit, push or switch branches: your changes are taken from the files.

A name is lower case, a letter or digit first, then letters, digits, \`.\`, \`_\`, \`-\`, at most 80. One spec keeps one name in every folder.
Work whose step you cannot finish is better left undone, with a need that says why, than handed over half.
If there is nothing to do, answer exactly \`NO_REPLY\`.
`)

const context = skillFile('shared', 'context-discipline', 'How to spend attention: read what the step needs, write down what must survive.', `
# Context discipline

- Begin with what you were handed. Open other files for a question you can name, and the part of them that answers it.
- Memory is for what a later run cannot find again: decisions and their reasons, traps, where something unexpected lies. Not a diary.
- Keep \`memory/YOU/MEMORY.md\` to one page. Replace what is no longer true; do not append contradictions.
- \`memory/daily/YOU/YYYY-MM-DD.md\` takes the day's notes; the last two days are shown to you.
- Quote numbers, names and error texts exactly. Say where a fact came from. Say when you did not check.
- When a step turns out larger than one run, finish a part that stands by itself, and write down where to go on.
`)

const improvement = skillFile('shared', 'self-improvement', 'How a lesson becomes a skill: notice, write it down, propose it.', `
# Self-improvement

When the same thing cost you time twice, it is worth a skill. Write \`skills/proposed/NAME/SKILL.md\`:

\`\`\`markdown skill
---
name: flaky-port-tests
description: Tests of the shop fail when port 3000 is taken; how to see and avoid it.
---

# Flaky port tests

Signs, cause, what to do, and how to know that it worked. One screen.
\`\`\`

The librarian takes up what helps others. A proposal says when to use it in its description: that line is all that others see
before they open it. Do not propose what only repeats documentation.
`)

const reflection = skillFile('shared', 'agent-reflection', 'How to examine your own work and setting, and say what is wrong with it.', `
# Reflection

You are asked to look at yourself, not at the work that waits. Go through, briefly:

1. Your instructions: what did you not understand, what contradicts what you see?
2. Your permissions: what were you denied that your step needed? What can you do that you never should?
3. Your skills and memory: what is stale, missing or never used?
4. Your last runs: what was repeated, what failed for a reason outside your work?

Write each finding as an observation in \`memory/YOU/needs.md\` (skill: requests), one entry each, what you saw and where. No praise, no
plans, nothing already written there. If there is nothing, answer exactly \`NO_REPLY\`.
`)

const requests = skillFile('shared', 'requests', 'How to ask people for something, ask for a configuration change, and report what you noticed: one format.', `
# Requests

All requests are entries in \`memory/YOU/needs.md\`: a heading that begins with an id of your own, fields as list items, then labelled parts.
What does not fit is shown to a person as unreadable; nobody guesses. Never change an entry that is resolved or promoted; never reuse an id.

\`\`\`markdown needs
# Needs

## builder-needs-docker
- status: open
- created: 2026-11-20T10:00Z
- category: manual-intervention
- blocked: the criteria of web-shop start containers, and there is no Docker here
- context: spec web-shop, attempt 1

## librarian-places-port-skill
- status: open
- category: config-edit
- change-class: skill-placement
- target: builder
- value: flaky-port-tests
- from: available
- to: always
- blocked: the builder meets this in every run

### Exact Change
move flaky-port-tests from available: to always: for builder

## verifier-docs-stale
- category: observation
- severity: high
- observation: the research brief for web-shop describes an API that is gone
\`\`\`

- \`category\`: permission-change, config-edit, manual-intervention (default), approval; observation for something you noticed.
- A config-edit has \`change-class\` skill-placement, acl-read-expand, acl-write-expand or model-change, \`target\` (an agent) and \`value\`
  (skill, path or model); a skill also \`to\`, always or available. Some are applied by policy, others wait for a person.
- An observation without \`severity\` is low, or high where its words say that something is missing, stale, incorrect, a gap or friction.
  \`severity: critical\` stops the items named in \`stops: NAME, NAME\`, or everything: only for damage that goes on while you write.
`)

export const sharedSkills: readonly DefaultFile[] = [filesystem, context, improvement, reflection, requests]
