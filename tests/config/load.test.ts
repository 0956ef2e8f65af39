/** Loading the configuration: defaults, problems with their lines, older keys, substitution. */
import { describe, expect, it } from 'vitest'
import { formatDuration, parseDuration } from '../../src/config/duration.ts'
import fc from 'fast-check'
import { loadConfig } from '../../src/config/load.ts'

const load = (agents: string | null, more: { env?: Record<string, string>, permissions?: string, apps?: { path: string, text: string }[] } = {}) =>
  loadConfig({ agents, permissions: more.permissions ?? null, apps: more.apps ?? [] }, { env: more.env ?? {} })
const good = (...args: Parameters<typeof load>) => {
  const loaded = load(...args)
  expect(loaded.problems).toEqual([])
  return loaded.config!
}
const builder = (config: ReturnType<typeof good>) => config.agents.find(({ name }) => name === 'builder')!

describe('a configuration', () => {
  it('has a default for everything', () => {
    const config = good(null)
    expect(config.agents.map(({ name }) => name)).toEqual(['researcher', 'spec', 'builder', 'verifier', 'librarian', 'operator', 'reviewer'])
    expect(builder(config)).toMatchObject({ backend: null, model: null, timeoutMs: 1_800_000, silenceMs: 600_000, shell: 'full', heartbeat: '*/30 * * * *', cannotAccess: ['scenarios/'] })
    expect(config.limits).toMatchObject({ slots: 1, rebuilds: 3, noProgress: 3, planRounds: 3, reserveUsd: 1, reserveTokens: 100_000, fileBytes: 1_048_576, viewFiles: 20_000, promotePerDay: 3, leaseMs: 7_200_000, criterionMs: 300_000, keepRunsMs: 2_592_000_000, budgets: [{ scope: 'workspace', windowMs: 86_400_000, runs: 200, usd: 50, tokens: null }] })
    expect(config.policy).toEqual({ promoteLowObservations: false, deliver: 'merge', wall: 'auto', git: 'commit' })
    expect(config).toMatchObject({ defaultApp: null, apps: [], backends: {}, projects: {}, notifications: { recipient: null } })
    expect(good('')).toMatchObject({ agents: config.agents, limits: config.limits })
  })

  it('loads from the least that works', () => {
    const config = good('version: 1\nbackends:\n  mine: { kind: command, command: ["node", "../agents/mine.mjs"] }\ndefaults: { backend: mine, timeout: 30m, silence: 10m }\nagents:\n  builder: { timeout: 2h }\nlimits: { slots: 1, rebuilds: 3, noProgress: 3, budgets: [{ scope: workspace, window: 1d, runs: 200, usd: 50 }] }\npolicy: { promoteLowObservations: off, deliver: merge, wall: auto, git: commit }\n')
    expect(config.backends).toEqual({ mine: { name: 'mine', kind: 'command', command: ['node', '../agents/mine.mjs'] } })
    expect(builder(config)).toMatchObject({ backend: 'mine', timeoutMs: 7_200_000, silenceMs: 600_000 })
  })

  it('keeps what an agent does not change, and takes further agents', () => {
    const config = good('agents:\n  builder:\n  translator: { role: Translates., canWrite: [projects/], heartbeat: off }\n')
    expect(builder(config)).toEqual(builder(good(null)))
    expect(config.agents.at(-1)).toMatchObject({ name: 'translator', role: 'Translates.', heartbeat: null, shell: 'none', canWrite: ['projects/'] })
  })

  it('understands older keys', () => {
    const { config, problems, warnings } = load('agents:\n  builder:\n    provider: anthropic\n    model: sonnet\n    can_read: [a/]\n    can_write: [b/]\n    cannot_access: [c/]\n    shell_access: read_only\n    heartbeat: "0 * * * *"\n    skills: { always: [x], available: [y] }\n    memory: { private: memory/builder/MEMORY.md, daily: memory/daily/builder/ }\n')
    expect(problems).toEqual([])
    expect(builder(config!)).toMatchObject({ backend: 'claude', model: 'sonnet', canRead: ['a/'], canWrite: ['b/'], cannotAccess: ['c/'], shell: 'read-only', heartbeat: '0 * * * *', skills: { always: ['x'], available: ['y'] } })
    expect(warnings).toMatchObject([{ line: 11, key: 'agents.builder.memory' }])
  })

  it('has one hash for the same texts, another for others, whatever the environment', () => {
    const apps = [{ path: 'apps/a.yaml', text: 'name: a' }, { path: 'apps/b.yaml', text: 'name: b' }]
    expect(good('limits: { slots: "${N:-2}" }', { apps, env: { N: '3' } }).hash).toBe(good('limits: { slots: "${N:-2}" }', { apps: apps.toReversed() }).hash)
    expect(good('limits: { slots: 2 }').hash).not.toBe(good('limits: { slots: 3 }').hash)
  })
})

describe('a problem', () => {
  it.each([
    ['an unknown key, with the nearest one', 'agents:\n  builder:\n    timout: 2h\n', { line: 3, key: 'agents.builder.timout', mend: 'did you mean timeout?' }],
    ['an unknown section', 'polcy: {}\n', { line: 1, mend: 'did you mean policy?' }],
    ['a key with nothing near', 'limits:\n  slots: 1\n  zzzzzzzz: 1\n', { line: 3, key: 'limits.zzzzzzzz' }],
    ['an older key misspelled', 'agents:\n  spec:\n    can_raed: []\n', { line: 3, mend: 'did you mean canRead?' }],
    ['one key in two spellings', 'agents:\n  spec:\n    can_read: []\n    canRead: []\n', { key: 'agents.spec.canRead' }],
    ['workspace:, which explains itself', 'version: 1\nworkspace: /x\n', { line: 2, message: 'the workspace is the directory this file lies in; it cannot be named here', mend: 'remove the line' }],
    ['unlimited', 'limits:\n  rebuilds: unlimited\n', { line: 2, mend: 'write a number from 1 to 20; there is no unlimited' }],
    ['zero', 'limits: { slots: 0 }\n', { line: 1, key: 'limits.slots' }],
    ['more than the maximum', 'limits:\n\n  slots: 65\n', { line: 3 }],
    ['an endless timeout', 'defaults: { timeout: 400d }\n', { key: 'defaults.timeout' }],
    ['a number for a duration', 'defaults: { timeout: 30 }\n', { key: 'defaults.timeout' }],
    ['a budget without a bound', 'limits:\n  budgets:\n    - { scope: workspace, window: 1d }\n', { line: 3, message: 'the budget bounds nothing' }],
    ['a budget of an unknown scope', 'limits:\n  budgets:\n    - window: 1d\n      scope: wrkspace\n      runs: 2\n', { line: 4 }],
    ['a command that is a text', 'backends:\n  mine: { kind: command, command: node x }\n', { line: 2, key: 'backends.mine.command', mend: 'write a list, such as [a, b]' }],
    ['a backend without its command', 'backends:\n  mine: { kind: command }\n', { line: 2, key: 'backends.mine' }],
    ['a heartbeat that is no schedule', 'agents:\n  spec:\n    heartbeat: hourly\n', { line: 3 }],
    ['a list where a mapping belongs', 'agents:\n  - spec\n', { line: 1, key: 'agents' }],
    ['an agent that cannot be called so', 'agents:\n  shared: {}\n', { line: 2, key: 'agents.shared' }],
    ['a path outside the workspace', 'agents:\n  spec:\n    canRead: [../x]\n', { line: 3, key: 'agents.spec.canRead' }],
    ['an app that is not there', 'apps:\n  default: gds\n', { line: 2, key: 'apps.default' }],
    ['an unknown version', 'version: 2\n', { line: 1, key: 'version' }],
  ])('is %s', (_, text, expected) => {
    const { config, problems } = load(text)
    expect(config).toBeNull()
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatchObject({ file: 'agents.yaml', ...expected })
    expect(problems[0]?.mend).not.toBe('')
  })

  it('in the YAML itself has a line, a column and a mend', () => {
    expect(load('agents:\n  spec: { role: a\nlimits: {}\n').problems[0]).toMatchObject({ file: 'agents.yaml', message: expect.stringMatching(/line \d+, column \d+/), mend: expect.stringContaining('last good configuration') })
    expect(load('agents: {}\nagents: {}\n').problems[0]).toMatchObject({ line: 2 })
    expect(load(`a: &a [x, x, x, x, x, x, x, x, x, x]\nb: &b [${'*a, '.repeat(10)}]\nc: [${'*b, '.repeat(30)}]\n`).config).toBeNull()
  })

  it('is found in every file at once', () => {
    const { problems } = load('limits: { slots: 0 }', { permissions: 'resources:\n  x/: { owner: a, group: b, mode: 644 }\n  ../y/: { owner: a, group: b, mode: rwx }\nescalation:\n  nobody: [everything]\n', apps: [{ path: 'apps/x.yaml', text: 'steps:\n  - { name: plan, agent: builder, rounds: 3 }\n' }] })
    expect(new Set(problems.map(({ file }) => file))).toEqual(new Set(['agents.yaml', 'permissions.yaml', 'apps/x.yaml']))
    const { problems: modes } = load(null, { permissions: 'resources:\n  x/: { owner: a, group: b, mode: "644" }\n  ../y/: { owner: a, group: b, mode: rw-r--r-- }\n  a*/: { owner: a, group: b, mode: rw-r--r-- }\nescalation:\n  nobody: [everything]\n' })
    expect(modes.map(({ line }) => line)).toEqual([2, 3, 4, 6, 6])
  })
})

describe('substitution', () => {
  it('happens inside texts, after parsing, with defaults and an escape', () => {
    const text = 'backends:\n  mine:\n    kind: command\n    command: [node, "${DIR:-here}/a.mjs", "$${LITERAL}", "${KEY}"]\n    env: { "${KEY}": x }\n'
    expect(good(text, { env: { KEY: 'a: {b}, "c" ${DIR}' } }).backends['mine']).toMatchObject({ command: ['node', 'here/a.mjs', '${LITERAL}', 'a: {b}, "c" ${DIR}'], env: { '${KEY}': 'x' } })
  })

  it('serves numbers too, and reports what is not set', () => {
    expect(good('limits: { slots: "${N}" }', { env: { N: '4' } }).limits.slots).toBe(4)
    const { config, warnings } = load('backends:\n  mine:\n    kind: http\n    options: { key: "x${NOT_SET}" }\n')
    expect(config?.backends['mine']?.options).toEqual({ key: 'x' })
    expect(warnings).toMatchObject([{ line: 4, key: 'backends.mine.options.key', mend: 'set NOT_SET, or write ${NOT_SET:-a default}' }])
  })
})

describe('an app', () => {
  const app = (text: string, agents: string | null = null) => load(agents, { apps: [{ path: 'apps/mine.yaml', text }] })

  it('is named after its file, and agents.yaml may replace its settings', () => {
    const text = 'steps:\n  - { step: plan, agent: builder, validation: { agent: verifier, max_rounds: 2 } }\nconfig:\n  plan_validation: { type: switch, default: true }\n'
    expect(app(text).config?.apps[0]).toMatchObject({ name: 'mine', path: 'apps/mine.yaml', planValidation: true, profile: 'balanced', checkpointMode: 'interactive', steps: [{ name: 'plan', dispatch: 'plan', validation: { agent: 'verifier', rounds: 2 } }] })
    expect(app(text, 'apps: { default: mine, settings: { mine: { planValidation: off, profile: quality } } }').config).toMatchObject({ defaultApp: 'mine', apps: [{ planValidation: false, profile: 'quality' }] })
  })

  it('says what is wrong with it, and where', () => {
    expect(app('steps:\n  - { name: dance, agent: builder }\n').problems).toMatchObject([{ file: 'apps/mine.yaml', line: 2 }])
    expect(app('options:\n  profile: { type: choice, default: best, values: [quality] }\n').problems).toMatchObject([{ line: 2 }])
    expect(app('{}', 'apps: { settings: { other: { profile: quality } } }').problems).toMatchObject([{ key: 'apps.settings.other' }])
  })
})

describe('durations', () => {
  it('come back as they went, in the shortest exact form', () => {
    expect(['500ms', '30s', '10m', '2h', '1d', '1.5h'].map(parseDuration)).toEqual([500, 30_000, 600_000, 7_200_000, 86_400_000, 5_400_000])
    expect(['', '5', 'm', '-1s', '1h30m', 'unlimited'].map(parseDuration)).toEqual([null, null, null, null, null, null])
    fc.assert(fc.property(fc.integer({ min: 0, max: 1e9 }), ms => { expect(parseDuration(formatDuration(ms))).toBe(ms) }))
  })
})
