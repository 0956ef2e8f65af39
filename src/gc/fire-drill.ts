/**
 * The fire drill: a spec fails, its lesson is kept, it is rebuilt with a brief, verified and documented, in a workspace and with agents made for it
 * and removed afterwards. The real machine does it all: `start`, real runs, real files. Nothing outside the temporary directory is touched.
 */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { messageOf } from '../error.ts'
import type { Spec } from '../../reducers/spec.ts'
import { findSpec } from '../../reducers/spec-names.ts'
import { initWorkspace } from '../workspace/init.ts'
import { openWorkspace } from '../workspace/open-workspace.ts'
import type { Snapshot, Workspace } from '../workspace/session.ts'
import { start } from '../dispatch/start.ts'

/** Skipped: not reached, for an earlier step failed. */
export interface DrillStep { readonly number: number; readonly what: string; readonly status: 'ok' | 'failed' | 'skipped'; readonly detail: string | null }
export interface Drill { readonly ok: boolean; readonly steps: readonly DrillStep[] }

export interface DrillOptions { readonly env: NodeJS.ProcessEnv; readonly signal?: AbortSignal; readonly onProgress?: (line: string) => void }

const canary = 'fire-drill-canary'
const actor = 'human:fire-drill'
const fix = 'Sing louder.'
const lesson = 'A canary is heard only if it sings.'

/** Does what each dispatch hands over; the first verification fails. */
const agent = `
const fs = require('node:fs')
const { FACTORY_DISPATCH: dispatch, FACTORY_SPEC: spec, FACTORY_ATTEMPT: attempt } = process.env
const prompt = fs.readFileSync(0, 'utf8')
const put = (path, text) => { fs.mkdirSync(path.slice(0, path.lastIndexOf('/')), { recursive: true }); fs.writeFileSync(path, text) }
if (dispatch === 'draft') put('specs/ready/' + spec + '.md', fs.readFileSync('specs/inbox/' + spec + '.md', 'utf8'))
if (dispatch === 'build') put('tasks/review/' + spec + '.md', '# Built\\n\\nThe brief was ' + (prompt.includes(${JSON.stringify(fix)}) ? 'given' : 'not given') + '.\\n')
if (dispatch === 'verify' && attempt === '1') put('tasks/failed/' + spec + '.md', ${JSON.stringify(`# Report\n\nverdict: NOT SATISFIED (3/10)\n\n## Path to Resolution\n\n${fix}\n\n## Generalizable Learning\n\n${lesson}\n`)})
if (dispatch === 'verify' && attempt !== '1') put('tasks/verified/' + spec + '.md', '# Report\\n\\nverdict: SATISFIED (9/10)\\n')
console.log('done')
`

interface Drilling { readonly workspace: Workspace; readonly go: (steps: number) => Promise<void> }
interface Seen extends Snapshot { readonly spec: Spec }
interface Step { readonly what: string; readonly steps: number; readonly check: (seen: Seen, workspace: Workspace) => string | null }

const wanted = (holds: boolean, otherwise: string): string | null => (holds ? null : otherwise)
const inStage = ({ spec }: Seen, stage: Spec['stage']): string | null => wanted(spec.stage === stage, `the spec is ${spec.stage}, not ${stage}`)

const steps: readonly Step[] = [
  { what: 'a failed verification is recorded', steps: 3, check: seen => inStage(seen, 'failed') },
  { what: 'its lesson is kept', steps: 0, check: (_, { root }) => wanted(lessons(root).some(text => text.includes(lesson)), 'learnings/failures/ has no such lesson') },
  {
    what: 'it is queued again with a brief, its report kept', steps: 1,
    check: (seen, { root }) => inStage(seen, 'ready') ?? wanted(seen.spec.attempts[0]?.verdict === 'failed' && readFileSync(join(root, 'specs/ready', `${canary}.rebuild.md`), 'utf8').includes(fix), 'the brief does not say what to fix'),
  },
  {
    what: 'the builder is given the brief', steps: 1,
    check: (seen, workspace) => inStage(seen, 'review') ?? wanted(seen.spec.report !== null && workspace.text(seen.spec.report).includes('was given'), 'the brief was not in its prompt'),
  },
  { what: 'a passed verification closes the failure', steps: 1, check: seen => inStage(seen, 'verified') ?? wanted(seen.spec.attempts[0]?.resolution?.by === 'rebuild', 'the failed report was not closed') },
  { what: 'documentation ends it', steps: 1, check: seen => inStage(seen, 'documented') },
]

const lessons = (root: string): readonly string[] => readdirSync(join(root, 'learnings/failures')).map(name => readFileSync(join(root, 'learnings/failures', name), 'utf8'))

/** Goes through all steps; what comes after a failed one is not reached. */
export async function fireDrill(options: DrillOptions): Promise<Drill> {
  const directory = mkdtempSync(join(tmpdir(), 'factory-fire-drill-'))
  try {
    const drilling = await prepare(directory, options)
    const done: DrillStep[] = []
    for (const [index, step] of steps.entries()) {
      const before = { number: index + 1, what: step.what }
      done.push(done.some(({ status }) => status !== 'ok') ? { ...before, status: 'skipped', detail: null } : { ...before, ...await take(drilling, step) })
      options.onProgress?.(step.what)
    }
    return { ok: done.every(({ status }) => status === 'ok'), steps: done }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

async function prepare(directory: string, { env, signal }: DrillOptions): Promise<Drilling> {
  const root = join(directory, 'workspace')
  await initWorkspace(root, { env, actor, person: actor })
  writeFileSync(join(root, 'agents.yaml'), JSON.stringify({
    version: 1, backends: { drill: { kind: 'command', command: [process.execPath, '-e', agent] } }, defaults: { backend: 'drill', timeout: '1m', silence: '1m' },
    policy: { git: 'off', wall: 'off' },
  }))
  writeFileSync(join(root, 'specs/inbox', `${canary}.md`), '# A canary\n\nIt sings.\n')
  const workspace = openWorkspace(root, { env, person: actor })
  return { workspace, go: async maxSteps => { await start(workspace, { actor, maxSteps, slots: 1, env, factoryHome: join(directory, 'home'), ...(signal === undefined ? {} : { signal }) }) } }
}

async function take({ workspace, go }: Drilling, { steps: count, check }: Step): Promise<Pick<DrillStep, 'status' | 'detail'>> {
  try {
    if (count > 0) await go(count)
    const seen = await workspace.look()
    const spec = findSpec(seen.state.specs, canary)
    const why = spec === undefined ? 'the intent was not taken in' : check({ ...seen, spec }, workspace)
    return { status: why === null ? 'ok' : 'failed', detail: why }
  } catch (error) {
    return { status: 'failed', detail: messageOf(error) }
  }
}
