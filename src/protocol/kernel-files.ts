/** Files that Factory makes: they come back when changed. And what is not Factory's: it is left alone. */
import { comesBack, every, ignored, notAgents, refuse, unconfirmed } from './routing.ts'
import type { Cell, Row } from './routing.ts'

const made = (why: string, mend: string): { changed: Cell; removed: Cell } => ({ changed: refuse('kernel-file', why, mend), removed: comesBack(mend) })

function shown(pattern: string, match: RegExp, example: string, words: string, why: string, mend: string): Row {
  const { changed, removed } = made(why, mend)
  return { pattern, match, example, words, cells: { person: every(changed, { removed }), unknown: every(unconfirmed), agent: every(notAgents) } }
}

/** A builder may leave its own marks there, as it was used to; they say nothing. */
function marked(pattern: string, match: RegExp, example: string, words: string, why: string, mend: string): Row {
  const row = shown(pattern, match, example, words, why, mend)
  return { ...row, cells: { ...row.cells, agent: every(ignored, { removed: notAgents }) } }
}

const foreign = (pattern: string, match: RegExp, example: string, words: string): Row =>
  ({ pattern, match, example, words, cells: { person: every(ignored), unknown: every(ignored), agent: every(notAgents) } })

/** Before every other row. */
export const markerRows: readonly Row[] = [
  shown('**/.gitkeep', /(?:^|\/)\.gitkeep$/, 'specs/inbox/.gitkeep', 'Keeps an empty folder in git.', 'the folders of a workspace stay', 'leave it where it is'),
]

export const kernelRows: readonly Row[] = [
  shown('.gitignore, .gitattributes', /^\.git(?:ignore|attributes)$/, '.gitattributes', 'What git must know of a workspace.', 'git must not change or merge the log by itself', 'write what your own machine ignores into .git/info/exclude'),
  marked('specs/archive/**', /^specs\/archive\/(?<file>.+)$/s, 'specs/archive/login-page.md', 'The text a spec is or was built from; older revisions as N.r1.md, ….', 'an archived text does not change', 'drop a changed copy in specs/inbox/: it becomes the next revision'),
  marked('tasks/building/**', /^tasks\/building\/(?<file>.+)$/s, 'tasks/building/login-page.md', 'Who is building, since when, which attempt.', 'this file shows a run in progress', 'factory cancel RUN ends a run'),
  shown('tasks/resolved/**', /^tasks\/resolved\/(?<file>.+)$/s, 'tasks/resolved/login-page.md', 'Failures that were closed without rebuilding.', 'a closed failure stays as it was', 'factory why NAME tells its story'),
  shown('specs/factory-internal/**', /^specs\/factory-internal\/(?<file>.+)$/s, 'specs/factory-internal/2026-11-20T1012-high-docs-are-stale.md', 'Observations of the factory about itself.', 'observations are recorded, not written by hand', 'factory triage SLUG --promote, or: factory triage SLUG --dismiss --reason TEXT'),
  shown('notifications/**', /^notifications\/(?<file>.+)$/s, 'notifications/k3f9ab-12.json', 'Messages to people.', 'messages come from the outbox', 'read them, and leave them to GC'),
  foreign('events.jsonl, log/**, blobs/**', /^(?:events\.jsonl$|(?:log|blobs)\/)/, 'events.jsonl', 'The log. Only Factory writes it; what others do to it is healed or reported.'),
  foreign('projects/**', /^projects\//, 'projects/shop/index.ts', 'Linked projects, each a repository of its own. An agent\'s changes become a commit on factory/N.'),
  foreign('runs/**, .factory-local/**, .git/**', /^(?:runs|\.factory-local|\.git)\//, 'runs/run-k3f9ab-42/log.txt', 'Transcripts, local state and git\'s own folder.'),
  foreign('experiments/**, strategy/**, reviews/**, archive/**', /^(?:experiments|strategy|reviews|archive)\//, 'experiments/shop/001/notes.md', 'What improving a project leaves behind.'),
  foreign('anything else', /^/s, 'README.md', 'Not a place of the protocol: left alone.'),
]
