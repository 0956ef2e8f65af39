/**
 * Collects the parts of a prompt from the view and the state: only what is in the view is shown. Called by `executeRun` once the view
 * is made.
 */
import type { Workspace } from '../workspace/session.ts'
import type { Spec } from '../../reducers/spec.ts'
import type { State } from '../../reducers/state.ts'
import { boardText } from './board.ts'
import { reportsForReview, researchFor, segmentOf } from './claim-facts.ts'
import type { Claim } from './claim.ts'
import { commonHandOvers } from './dispatch-table.ts'
import { defaultBudgetTokens } from './prompt.ts'
import type { PromptFile, PromptParts } from './prompt.ts'
import { givenText } from './views.ts'
import type { View } from './views.ts'
import type { Config } from '../config/model.ts'

interface Sources { readonly workspace: Pick<Workspace, 'bytes'>; readonly state: State; readonly config: Config; readonly now: string; readonly view: View }

export async function promptParts(sources: Sources, claim: Claim): Promise<PromptParts> {
  const { state, view, now, config } = sources
  const spec = claim.spec === null ? null : state.specs.byId[claim.spec.id] ?? null
  const file = (path: string): PromptFile | null => {
    const found = view.files.get(path)
    const text = found === undefined ? null : givenText(found, sources.workspace)
    return text === null ? null : { path, text }
  }
  const agent = claim.agent.name
  const heartbeat = claim.dispatch === 'heartbeat'
  return {
    agent, role: claim.agent.role, now, dispatch: claim.dispatch, task: view.row.task,
    item: claim.spec !== null && spec !== null ? `${claim.spec.name} (stage ${spec.stage})` : claim.research?.name ?? null,
    attempt: claim.attempt, segment: await segmentText(claim, state, file), answers: answersOf(spec), project: view.clone?.name ?? null, shell: claim.agent.shell,
    handsOver: [...view.row.handsOver(view.subject), ...commonHandOvers(agent)],
    skills: await skillsOf(claim, view, file),
    memory: file(`memory/${agent}/MEMORY.md`), today: file(dailyLog(agent, now, 0)), yesterday: file(dailyLog(agent, now, 1)),
    knowledge: file('memory/shared/KNOWLEDGE.md'), projects: file('memory/shared/PROJECTS.md'),
    record: [...recordPaths(claim, state), ...lessonsOf(claim, view)].flatMap(([path, title]) => { const found = file(path); return found === null ? [] : [{ ...found, title }] }),
    board: heartbeat || (claim.dispatch === 'reflect' && claim.spec === null) ? boardText(state, config, agent) : null,
    unparsed: unparsedFor(state, claim), taskFile: claim.taskFile, message: claim.message,
    heartbeat: heartbeat && claim.message === null && claim.taskFile === null, budgetTokens: defaultBudgetTokens,
  }
}

const dayMs = 24 * 60 * 60 * 1000
const dailyLog = (agent: string, now: string, daysAgo: number): string => `memory/daily/${agent}/${new Date(Date.parse(now) - daysAgo * dayMs).toISOString().slice(0, 10)}.md`

/** The item's own record in reading order; what the view does not hold is skipped. */
function recordPaths(claim: Claim, state: State): readonly (readonly [string, string])[] {
  const request = claim.research
  if (request !== null) return [[`tasks/research/${request.name}.md`, 'The question'], [`tasks/research-done/${request.name}.md`, 'The brief so far']]
  if (claim.spec === null) return []
  const { id, name } = claim.spec
  const stage = state.specs.byId[id]?.stage ?? 'unknown'
  return [
    ...['inbox', 'drafting', 'ready', 'archive'].map(folder => [`specs/${folder}/${name}.md`, `${folder === 'inbox' ? 'The intent' : folder === 'drafting' ? 'The draft' : 'The spec'} (stage ${stage})`] as const),
    [`specs/ready/${name}.rebuild.md`, 'The rebuild brief: what the last attempt lacked'],
    [`tasks/decisions/${name}.md`, 'Decisions and their answers'],
    ...researchFor(state, id).map(one => [`tasks/research-done/${one.name}.md`, `The brief ${one.name}`] as const),
    [`tasks/planning/${name}/PLAN.md`, 'The plan'], [`tasks/planning/${name}/FEEDBACK.md`, 'Why the last plan was sent back'],
    ...(state.specs.byId[id]?.plan?.done ?? []).map(result => [`tasks/planning/${name}/segment-${result.index + 1}.md`, `Result of segment ${result.index + 1}`] as const),
    [`tasks/review/${name}.md`, 'What the builder reports'], [`tasks/review/${name}.builder-notes.md`, "The builder's notes"],
    [`tasks/review/${name}.criteria.md`, 'Results of the criteria'],
    [`tasks/verified/${name}.md`, 'The report of the verifier'], [`tasks/verified/${name}.builder-notes.md`, "The builder's notes"], [`tasks/failed/${name}.md`, 'The report of the verifier'],
  ]
}

/** The lessons of this spec's own failures, for whoever documents it. */
function lessonsOf({ dispatch, spec }: Claim, view: View): readonly (readonly [string, string])[] {
  if (dispatch !== 'document' || spec === null) return []
  const file = /^learnings\/[a-z]+\/\d{4}-\d{2}-\d{2}-(.+)-attempt-\d+\.md$/
  return [...view.files.keys()].filter(path => file.exec(path)?.[1] === spec.name).sort()
    .map(path => [path, 'A lesson of an earlier attempt'] as const)
}

async function segmentText(claim: Claim, state: State, file: (path: string) => PromptFile | null): Promise<PromptParts['segment']> {
  const found = claim.spec === null ? null : segmentOf(state.specs.byId[claim.spec.id] ?? null, claim.segment)
  if (found === null || claim.spec === null) return null
  const plan = file(`tasks/planning/${claim.spec.name}/PLAN.md`)
  const { parsePlan } = await import('../formats/plan-document.ts')
  const spec = state.specs.byId[claim.spec.id] ?? null
  return { ...found, reports: reportsForReview(spec, claim.segment), text: plan === null ? '' : parsePlan(plan.text).segments[found.index]?.text ?? '' }
}

const answersOf = (spec: Spec | null): NonNullable<PromptParts['answers']> => (spec?.plan?.cleared ?? []).map(({ id, answer }) => ({
  id, answer, title: spec?.plan?.segments.find(({ checkpoint }) => checkpoint?.id === id)?.checkpoint?.title ?? id,
}))

/** Parse errors of what this agent wrote, or of this item. */
function unparsedFor(state: State, claim: Claim): PromptParts['unparsed'] {
  const own = [`memory/${claim.agent.name}/`, ...(claim.spec === null ? [] : [`spec/${claim.spec.name}`])]
  const about = claim.spec?.name
  return Object.entries(state.feedback.unparsed)
    .filter(([source]) => own.some(prefix => source.startsWith(prefix)) || (about !== undefined && /^(?:specs|tasks)\//.test(source) && source.split('/').some(part => part === about || part === `${about}.md`)))
    .flatMap(([, errors]) => errors)
}

/** Always-skills in full, the others by name, description and path. A name is looked up in the agent's own folder, then in the shared one. */
async function skillsOf(claim: Claim, view: View, file: (path: string) => PromptFile | null): Promise<PromptParts['skills']> {
  const { parseSkill } = await import('../formats/skill-document.ts')
  const places = (name: string): readonly string[] => [`skills/${claim.agent.name}/${name}/SKILL.md`, `skills/shared/${name}/SKILL.md`, `skills/${name}/SKILL.md`]
  const always = claim.agent.skills.always.flatMap(name => places(name).map(file).find(found => found !== null) ?? [])
  const others = [...view.files.keys()].filter(path => path.endsWith('/SKILL.md') && !always.some(skill => skill.path === path))
  const available = others.flatMap(path => {
    const found = file(path)
    if (found === null) return []
    const skill = parseSkill(found.text)
    return [{ name: skill.name ?? path.split('/').at(-2) ?? path, description: skill.description ?? 'no description', path }]
  })
  return { always, available }
}
