/** The scenario about the factory itself, and the template of a project's scenarios. Written by `scenario init-meta` and `scenario new`. */
import type { DefaultFile } from './skill-file.ts'

export const metaScenario: DefaultFile = {
  path: 'scenarios/meta/factory-itself.md',
  text: `# Scenario: the factory itself

## User Story
A person drops a wish into the inbox, answers the questions that only a person can answer, and later finds it built, verified and explained.

## Expected Behavior
- Every step can be traced: who did it, on what grounds, at what cost.
- Questions come with options and a recommendation, once, and an answer is never asked for again.
- What failed is mended with knowledge of why it failed, or stops after a few tries and says what it needs.
- What was learned once is known afterwards.
- The person is interrupted for decisions, not for supervision.

## Why This Matters
A change to the factory is judged by whether it moves this closer. The verdict is a direction, not a gate.
`,
}

/** The template of a project's scenarios. */
export const scenarioTemplate = (project: string): DefaultFile => ({
  path: `scenarios/${project}/_template.md`,
  text: `# Scenario: what happens, in a few words

Copy this file to \`scenarios/${project}/NAME.md\`. Builders never see scenarios; verifiers judge by them.

## User Story
Who wants what, in which situation.

## Expected Behavior
What they do step by step, and what they see each time. Observable things only.

## Why This Matters
What it would cost them if it did not work.
`,
})
