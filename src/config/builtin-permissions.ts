/**
 * Groups, resources and escalation as they are when permissions.yaml says nothing. Plain data, shared by `load.ts` and the text
 * that `init` writes. Must hold: every agent can hand over what its dispatches expect, and only verifiers see scenarios.
 */
import type { PermissionsConfig } from './model.ts'

type Resource = PermissionsConfig['resources'][number]

const resource = (path: string, owner: string, group: string, mode: string): Resource => ({ path, owner, group, mode })

export const builtinPermissions: PermissionsConfig = {
  groups: {
    pipeline: ['spec', 'builder', 'verifier'],
    intake: ['spec', 'reviewer'],
    makers: ['builder', 'operator'],
    ops: ['librarian', 'reviewer', 'operator'],
    intel: ['researcher'],
    wheel: [],
  },
  resources: [
    resource('agents.yaml', 'root', 'wheel', 'r--r--r--'),
    resource('permissions.yaml', 'root', 'root', 'r--r--r--'),
    resource('apps/', 'root', 'root', 'r--r--r--'),
    resource('universe/', 'root', 'ops', 'r--r--r--'),
    resource('specs/inbox/', 'spec', 'intake', 'rw-rw-r--'),
    resource('specs/drafting/', 'spec', 'pipeline', 'rw-r--r--'),
    resource('specs/ready/', 'spec', 'pipeline', 'rw-r--r--'),
    resource('specs/archive/', 'root', 'pipeline', 'r--r--r--'),
    resource('specs/factory-internal/', 'root', 'ops', 'r--r--r--'),
    resource('tasks/research/', 'spec', 'pipeline', 'rw-r--r--'),
    resource('tasks/research-done/', 'researcher', 'pipeline', 'rw-r--r--'),
    resource('tasks/planning/', 'builder', 'pipeline', 'rw-r--r--'),
    resource('tasks/planning/*/VALIDATION.md', 'verifier', 'pipeline', 'rw-r--r--'),
    resource('tasks/building/', 'builder', 'builder', 'r--------'),
    resource('tasks/review/', 'builder', 'pipeline', 'rw-r--r--'),
    resource('tasks/verified/', 'verifier', 'pipeline', 'rw-r--r--'),
    resource('tasks/failed/', 'verifier', 'pipeline', 'rw-r--r--'),
    resource('tasks/resolved/', 'root', 'pipeline', 'r--r--r--'),
    resource('tasks/decisions/', 'spec', 'wheel', 'rw-r--r--'),
    resource('tasks/maintenance/', 'operator', 'ops', 'rw-r--r--'),
    resource('tasks/escalation/', 'root', 'root', 'rw-rw-rw-'),
    resource('scenarios/', 'root', 'verifier', 'rw-r-----'),
    resource('scenarios/*/satisfaction.md', 'verifier', 'verifier', 'rw-------'),
    resource('skills/shared/', 'librarian', 'ops', 'rw-r--r--'),
    resource('skills/proposed/', 'root', 'root', 'rw-rw-rw-'),
    resource('skills/{agent}/', 'librarian', '{agent}', 'rw-r--r--'),
    resource('memory/shared/', 'librarian', 'ops', 'rw-r--r--'),
    resource('memory/{agent}/', '{agent}', '{agent}', 'rw-------'),
    resource('memory/daily/{agent}/', '{agent}', '{agent}', 'rw-------'),
    resource('learnings/', 'librarian', 'ops', 'rw-r--r--'),
    resource('projects/', 'root', 'makers', 'rw-rw-r--'),
    resource('playbooks/', 'root', 'root', 'r--r--r--'),
  ],
  escalation: {
    ops: ['skill-placement', 'acl-read-expand'],
    wheel: ['skill-placement', 'acl-read-expand', 'acl-write-expand', 'model-change'],
  },
}
