/** docs/configuration.md against the schemas, and the default files against the defaults. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseDocument } from 'yaml'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { defaultAgentsYaml, defaultGsdYaml, defaultPermissionsYaml } from '../../src/config/defaults/index.ts'
import { loadConfig } from '../../src/config/load.ts'
import { configurationKeys, keyTable } from '../../src/config/reference.ts'

const docs = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8')
const load = (agents: string | null, permissions: string | null) => loadConfig({ agents, permissions, apps: [{ path: 'apps/gsd.yaml', text: defaultGsdYaml }] }, { env: {} })

describe('the reference', () => {
  it('holds the table of every key of every file, as the schemas have it', () => {
    for (const keys of Object.values(configurationKeys())) expect(docs).toContain(keyTable(keys))
  })

  it('has a type and a meaning for every key', () => {
    for (const keys of Object.values(configurationKeys())) for (const { key, type, help } of keys) expect([key, type !== '', help !== '']).toEqual([key, true, true])
    expect(configurationKeys()['agents.yaml'].map(({ key }) => key)).toEqual(expect.arrayContaining(['limits.slots', 'limits.budgets[].scope', 'agents.NAME.skills.always', 'backends.NAME.command']))
  })

  it('has examples that load', () => {
    const examples = fromMarkdown(docs).children.flatMap(node => (node.type === 'code' && node.lang === 'yaml' ? [node] : []))
    expect(examples.map(({ meta }) => meta)).toEqual(['agents', 'permissions'])
    expect(load(examples[0]!.value, examples[1]!.value).problems).toEqual([])
  })
})

describe('the default files', () => {
  it('say what would hold without them', () => {
    const written = load(defaultAgentsYaml, defaultPermissionsYaml)
    expect(written.problems).toEqual([])
    expect(written.warnings).toEqual([])
    const { hash: _, ...silent } = load(null, null).config!
    expect(written.config).toMatchObject(silent)
  })

  it('spell out every limit and policy, and choose no backend', () => {
    const text = parseDocument(defaultAgentsYaml).toJS() as Record<string, Record<string, unknown>>
    for (const section of ['limits', 'policy']) {
      const keys = configurationKeys()['agents.yaml'].map(({ key }) => key).filter(key => key.startsWith(`${section}.`) && !key.includes('[')).map(key => key.split('.')[1])
      expect(Object.keys(text[section]!).sort()).toEqual(keys.sort())
    }
    expect(load(defaultAgentsYaml, null).config).toMatchObject({ backends: {}, defaultApp: null })
    expect(defaultAgentsYaml).toContain('kind: command')
  })

  it('give the app its dispatch table, strategies and options', () => {
    expect(load(null, null).config?.apps).toMatchObject([{
      name: 'gsd', path: 'apps/gsd.yaml', planValidation: true, profile: 'balanced', checkpointMode: 'interactive',
      steps: [{ dispatch: 'plan', agent: 'builder', validation: { agent: 'verifier', rounds: 3 } }, { dispatch: 'execute', strategy: 'auto' }, { dispatch: 'verify', agent: 'verifier' }],
      strategies: [{ name: 'autonomous', pauseAt: [] }, { name: 'segmented', pauseAt: ['human-verify'] }, { name: 'decision-dependent', pauseAt: ['decision', 'human-action'] }],
    }])
  })
})
