/** Whatever the files hold, loading them answers with a configuration or with problems; never with an exception. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { expandAcl, placeSkill, setBackend } from '../../src/config/edit.ts'
import { loadConfig } from '../../src/config/load.ts'
import { configurationKeys } from '../../src/config/reference.ts'

const words = [...new Set(Object.values(configurationKeys()).flat().flatMap(({ key }) => key.replaceAll('[]', '').split('.')))]
const leaf = fc.oneof(fc.constantFrom('off', '30m', 'unlimited', '${HOME}', '${X:-y}', '../x', 'rw-r--r--', '*', ''), fc.integer({ min: -2, max: 90 }), fc.boolean(), fc.constant(null))
const { tree } = fc.letrec<{ tree: unknown }>(tie => ({
  tree: fc.oneof({ maxDepth: 4 }, leaf, fc.array(tie('tree'), { maxLength: 3 }), fc.dictionary(fc.oneof(fc.constantFrom(...words, 'spec', '__proto__', 'constructor', 'toString'), fc.string({ maxLength: 6 })), tie('tree'), { maxKeys: 5 })),
}))
const text = fc.oneof(tree.map(value => stringify(value)), fc.string({ unit: fc.constantFrom('a', ':', ' ', '\n', '-', '{', '[', '*', '&', '#', '"', '\t', '%', '!', '<', '|'), maxLength: 40 }))

describe('any text', () => {
  it('loads, or is explained with a line that exists', () => {
    fc.assert(fc.property(text, text, text, (agents, permissions, app) => {
      const { config, problems } = loadConfig({ agents, permissions, apps: [{ path: 'apps/a.yaml', text: app }] }, { env: { HOME: '/h' } })
      expect(config === null).toBe(problems.length > 0)
      const sources: Record<string, string> = { 'agents.yaml': agents, 'permissions.yaml': permissions, 'apps/a.yaml': app }
      for (const { file, line, message, mend } of problems) {
        expect(line >= 1 && line <= sources[file]!.split('\n').length + 1).toBe(true)
        expect(message !== '' && mend !== '').toBe(true)
      }
    }), { numRuns: 800 })
  })

  it('is edited, or the edit is refused', () => {
    fc.assert(fc.property(text, agents => {
      for (const result of [setBackend(agents, 'all', 'b'), placeSkill(agents, 'spec', 's', 'always'), expandAcl(agents, 'spec', 'can_read', 'x/')]) expect('text' in result || result.problem !== '').toBe(true)
    }), { numRuns: 500 })
  })
})
