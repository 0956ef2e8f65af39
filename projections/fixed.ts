/** Files that every workspace has: what git must know of it, and a marker in each folder so that empty ones exist in git too. */
import type { FolderProjection, ProjectedFile } from './projection.ts'

/** The agents that every workspace has; a further one gets its folders with its first memory. */
const agents = ['researcher', 'spec', 'builder', 'verifier', 'librarian', 'operator', 'reviewer'] as const

/** The folders of a workspace, whether anything lies in them or not. */
export const fixedFolders: readonly string[] = [
  ...['inbox', 'drafting', 'ready', 'archive', 'factory-internal'].map(name => `specs/${name}`),
  ...['research', 'research-done', 'planning', 'building', 'review', 'verified', 'failed', 'resolved', 'decisions', 'escalation', 'maintenance'].map(name => `tasks/${name}`),
  'apps', 'scenarios/meta', 'skills/shared', 'skills/proposed', 'memory/shared', ...agents.flatMap(agent => [`memory/${agent}`, `memory/daily/${agent}`]),
  ...['failures', 'corrections', 'discoveries'].map(name => `learnings/${name}`),
  'universe', 'projects', 'runs', 'notifications', 'experiments', 'strategy', 'reviews', 'archive', 'playbooks',
]

const ignored = ['.factory-local/', 'runs/*', '!runs/.gitkeep', 'projects/*', '!projects/.gitkeep']
const attributes = ['* -text', 'events.jsonl merge=union']

const files: readonly ProjectedFile[] = [
  { path: '.gitattributes', text: `${attributes.join('\n')}\n` },
  { path: '.gitignore', text: `${ignored.join('\n')}\n` },
  ...fixedFolders.map(folder => ({ path: `${folder}/.gitkeep`, text: '' })),
]

export const fixedFiles: FolderProjection = { kind: 'fixed', units: () => ['files'], files: () => files }
