/** The app that `init` writes: plan first, execute by strategy, verify. */
export const defaultGsdYaml = `# Plan, execute, verify. A spec follows it with \`app: gsd\` in its front matter, or all do with apps.default in agents.yaml.
name: gsd
description: Every spec is planned before it is built, and stops where its plan says so.

stages:
  - { name: planning, directory: tasks/planning/, producer: builder, consumer: builder }
  - { name: building, directory: tasks/building/, producer: builder, consumer: builder }
  - { name: review, directory: tasks/review/, producer: builder, consumer: verifier }
  - { name: verified, directory: tasks/verified/, producer: verifier, consumer: librarian }

steps:
  - name: plan
    agent: builder
    input: specs/ready/NAME.md
    output: tasks/planning/NAME/PLAN.md
    validation: { agent: verifier, rounds: 3 }
  - name: execute
    agent: builder
    input: tasks/planning/NAME/PLAN.md
    output: tasks/review/NAME.md
    strategy: auto
  - name: verify
    agent: verifier
    input: tasks/review/NAME.md
    output: tasks/verified/NAME.md or tasks/failed/NAME.md

checkpoints:
  - { type: human-verify, mapsTo: tasks/review/, gate: soft, description: A person looks at what is there. }
  - { type: decision, mapsTo: tasks/decisions/, gate: hard, description: A person chooses one of the options. }
  - { type: human-action, mapsTo: notifications/, gate: hard, description: A person does what no agent can. }

strategies:
  - { name: autonomous, condition: no checkpoints in the plan, dispatch: single-run, pauseAt: [] }
  - { name: segmented, condition: only human-verify checkpoints, dispatch: run-per-segment, pauseAt: [human-verify] }
  - { name: decision-dependent, condition: decision or human-action checkpoints, dispatch: sequential, pauseAt: [decision, human-action] }

options:
  profile: { type: choice, default: balanced, values: [quality, balanced, budget] }
  planValidation: { type: switch, default: on }
  checkpointMode: { type: choice, default: interactive, values: [interactive, auto-approve] }

# Model of each agent, by profile; without an entry the agent's own.
profiles:
  quality: {}
  balanced: {}
  budget: {}
`
