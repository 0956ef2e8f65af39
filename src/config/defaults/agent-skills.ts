/** The protocol of each agent: what it is handed, what it hands over, in which form. The examples are parsed by tests. */
import type { DefaultFile } from './skill-file.ts'
import { skillFile } from './skill-file.ts'

const research = skillFile('researcher', 'research-protocol', 'From a question in tasks/research/ to a brief in tasks/research-done/.', `
# Research protocol

You are handed \`tasks/research/Q.md\`. Write \`tasks/research-done/Q.md\`, the same name.

1. The answer first, in a few sentences that can be acted on.
2. Then the evidence: what you read or ran, with versions and places, and what contradicts it.
3. Then what stays open, and what it would take to know.

Tell apart what you checked, what a source claims, and what you infer. Compare options by the criteria of the question, not by popularity.
A question that cannot be answered is answered by saying so and why. Do not design the solution: that is the spec's.
`)

const spec = skillFile('spec', 'spec-writing', 'From an intent to a spec that can be built and checked without asking back.', `
# Writing specs

An intent lies in \`specs/inbox/N.md\`. While questions are open, write \`specs/drafting/N.md\`; when none is left, \`specs/ready/N.md\`.
Never guess what a person must decide. What can be found out goes to \`tasks/research/Q.md\` with \`blocks: N\` in its front matter.

\`\`\`\`markdown spec
---
project: shop
scope: ["src/login/**"]
priority: 2
---

# Login page

## 1. Overview
What changes for whom, and why.

## 2. Behavioral Requirements
- When a known user enters the right password, the system opens the account page.

## 3. Interface Boundaries
## 4. Constraints
## 5. Out of Scope

## 6. Verification Criteria
The tests of the login pass:

\`\`\`sh
npm test -- login
\`\`\`

## 7. Ambiguities

### 7.1 How long does a session last?
- reversibility: high
- impact: implementation
- status: open

**Options:**
- **(a)** until the browser is closed
- **(b)** thirty days

**Recommendation:** (a)
\`\`\`\`

- Front matter: \`project\`, \`app\`, \`scope\`, \`priority\` (1 first), \`due\`, \`deliver\`; all may be left out.
- Criteria are the \`sh\` blocks under the level-2 heading Verification Criteria. Each runs alone in a fresh clone and must exit 0 when, and only when,
  the behaviour is there: one that passes before anything is built proves nothing.
- A question with \`reversibility: high\` and \`impact: implementation\` or \`cosmetic\` may be answered by its recommendation; \`low\` or
  \`governance\` waits for a person. Tag every one.
`)

const build = skillFile('builder', 'build-protocol', 'Planning, building and handing over; what to do with a rebuild brief.', `
# Build protocol

**Building.** Read \`specs/ready/N.md\`, its decisions and briefs; on a rebuild first \`N.rebuild.md\`: it says what failed. Change \`projects/P/\`,
run the criteria yourself, then write \`tasks/review/N.md\`: what was built, where, and the evidence per criterion.
\`tasks/review/N.builder-notes.md\` takes what the next builder should know. Do not commit; do not touch what the scope leaves out.
If after three tries at one problem you do not get closer, hand over with the line \`failure: true\` and what you tried.

**Planning.** Write \`tasks/planning/N/PLAN.md\` and change nothing else:

\`\`\`markdown plan
# Plan: login-page

## Segment: the form
1. Route and template.
2. Validation, with tests.

## Checkpoint c1: look at the form
- type: human-verify
Open /login and try a wrong password.

## Segment: sessions
1. Store and expiry.
\`\`\`

A checkpoint is a heading of level 2 or 3, \`Checkpoint ID: title\`, with \`- type: human-verify\`, \`decision\` (and \`**Options:**\`) or
\`human-action\`; it ends the segment before it. Without checkpoints a plan runs in one go: use one only where a person is needed.
`)

const verification = skillFile('verifier', 'verification-protocol', 'Judging a build against its spec and the hidden scenarios.', `
# Verification protocol

You are handed \`specs/archive/N.md\`, \`tasks/review/N.md\`, the results of the criteria, the project and \`scenarios/P/\`. Judge what is there,
not what the builder says. A criterion that failed means failed. Scenarios are hidden from builders: describe what a user would see go wrong,
never quote a scenario. Write \`tasks/verified/N.md\` or \`tasks/failed/N.md\`, not both:

\`\`\`markdown report
# Verification Report: login-page

verdict: NOT SATISFIED (4/10)

## Summary
The form works; sessions never expire.

## Satisfaction Score: 4/10

## Path to Resolution
Expire sessions on the server; a test that moves the clock would show it.

## Generalizable Learning
A timeout that is only set in a cookie is not a timeout.
\`\`\`

Eight and more is SATISFIED. The path to resolution is all that the next attempt is sure to read: make it complete and in order.
What you saw of each scenario goes to \`scenarios/P/satisfaction.md\`: PASS, PARTIAL or FAIL, and the evidence.
`)

const documentation = skillFile('librarian', 'documentation-protocol', 'After a verified spec: what to keep, where, and what to leave out.', `
# Documentation protocol

You are handed the whole record of a verified spec. Ending well documents it, whether or not you write anything. Keep what a later run would
otherwise have to find out again:

- \`memory/shared/KNOWLEDGE.md\`: facts about projects and tools; \`memory/shared/PROJECTS.md\`: what each project is and where it stands.
- \`learnings/failures/\`, \`corrections/\`, \`discoveries/\`: \`YYYY-MM-DD-PROJECT-SUMMARY.md\`, one lesson each.
- \`skills/shared/\` or \`skills/AGENT/\`: take up a proposal that has proved itself; change a skill that misled somebody.

Merge with what is there, remove what became untrue, and link to the record instead of retelling it. If nothing is worth keeping, answer
exactly \`NO_REPLY\`.
`)

const maintenance = skillFile('operator', 'maintenance-protocol', 'Upkeep of running projects: small, reversible, written down.', `
# Maintenance protocol

Look after \`projects/\`: does it still build, do its tests pass, what is out of date or failing? Mend what is small, reversible and inside
what the project already promises. Anything that changes behaviour is an observation or a need, not a repair.

Write \`tasks/maintenance/YYYY-MM-DD-SUMMARY.md\`: what you saw, what you changed and why, how to take it back. Never delete data, never change
credentials, never touch a project on which a spec is being built.
`)

const review = skillFile('reviewer', 'review-protocol', 'Looking at how the factory itself works, and proposing at most three improvements.', `
# Review protocol

Look across specs, reports and observations for what repeats: the same failure, the same question, work that waits on the same thing, skills
that nobody follows. Propose at most three improvements in a run, as intents in \`specs/inbox/NAME.md\`:

\`\`\`markdown intent
# Criteria that fail on a clean clone

## What I'm Seeing
Three of the last five failures were criteria that need \`npm ci\` first.

## What I Want to See
Projects have a setup command, or the spec agent's skill says to write one.
\`\`\`

Name the evidence by path. Do not propose what lies in the inbox already. With no evidence there is no intent: answer exactly \`NO_REPLY\`.
`)

export const agentSkills: readonly DefaultFile[] = [research, spec, build, verification, documentation, maintenance, review]
