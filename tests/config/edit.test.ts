/** Editing agents.yaml without losing a comment. */
import { describe, expect, it } from 'vitest'
import { defaultAgentsYaml } from '../../src/config/defaults/index.ts'
import { expandAcl, placeSkill, setBackend, setModel } from '../../src/config/edit.ts'
import type { EditResult } from '../../src/config/edit.ts'
import { loadConfig } from '../../src/config/load.ts'

const textOf = (result: EditResult): string => {
  expect(result).toHaveProperty('text')
  return 'text' in result ? result.text : ''
}
const agentIn = (text: string, name: string) => {
  const { config, problems } = loadConfig({ agents: text, permissions: null, apps: [] }, { env: {} })
  expect(problems).toEqual([])
  return config!.agents.find(agent => agent.name === name)!
}
const comments = (text: string) => text.match(/#.*/g)

describe('an edit', () => {
  const mine = '# mine\nagents:\n  builder: # the builder\n    provider: old   # why\n    can_read: [a/]\n  spec: {}\n'

  it('puts one agent or all on a backend, in the spelling of the file', () => {
    expect(textOf(setBackend(mine, 'builder', 'new'))).toContain('provider: new # why')
    const all = textOf(setBackend(mine, 'all', 'new'))
    expect([agentIn(all, 'builder').backend, agentIn(all, 'reviewer').backend]).toEqual(['new', 'new'])
    expect(comments(all)).toEqual(comments(mine))
    expect(agentIn(textOf(setBackend('', 'all', 'new')), 'spec').backend).toBe('new')
  })

  it('moves a skill, keeping the defaults that the file does not repeat', () => {
    const before = agentIn(mine, 'spec').skills
    const after = agentIn(textOf(placeSkill(mine, 'spec', 'agent-reflection', 'always')), 'spec').skills
    expect(after).toEqual({ always: [...before.always, 'agent-reflection'], available: before.available.filter(skill => skill !== 'agent-reflection') })
    expect(agentIn(textOf(placeSkill(mine, 'spec', 'brand-new', 'available')), 'spec').skills.available).toContain('brand-new')
  })

  it('adds a path to the list the agent has, in either spelling', () => {
    expect(agentIn(textOf(expandAcl(mine, 'builder', 'can_read', 'b/')), 'builder').canRead).toEqual(['a/', 'b/'])
    const before = agentIn(mine, 'builder').canWrite
    expect(agentIn(textOf(expandAcl(mine, 'builder', 'can_write', 'b/')), 'builder').canWrite).toEqual([...before, 'b/'])
  })

  it('keeps every comment and every other value of the default file', () => {
    const edited = textOf(setModel(textOf(expandAcl(textOf(placeSkill(defaultAgentsYaml, 'builder', 'x', 'always')), 'spec', 'can_read', 'learnings/failures/')), 'verifier', 'opus'))
    expect(comments(edited)).toEqual(comments(defaultAgentsYaml))
    expect(agentIn(edited, 'operator')).toEqual(agentIn(defaultAgentsYaml, 'operator'))
    expect(agentIn(edited, 'verifier').model).toBe('opus')
    const changed = edited.split('\n').filter(line => !defaultAgentsYaml.split('\n').includes(line))
    expect(changed).toHaveLength(3)
  })

  it('leaves every line it does not touch as it was written, spaces and all', () => {
    const odd = 'agents:\n  builder: {  model:   x,  skills: {always: [a,b]} }   # mine\n\n\n  spec:\n    canRead:   [ a/,b/ ]   # two\n'
    const after = textOf(setModel(odd, 'spec', 'large')).split('\n')
    expect(odd.split('\n').filter(line => !after.includes(line))).toEqual([])
    expect(after.filter(line => !odd.split('\n').includes(line))).toEqual(['    model: large'])
  })

  it('returns the very text when nothing changes, and a problem when it cannot', () => {
    expect(setModel('agents: {builder:   {model: x}} # c', 'builder', 'x')).toEqual({ text: 'agents: {builder:   {model: x}} # c' })
    expect(setModel(mine, 'bulder', 'x')).toEqual({ problem: 'there is no agent "bulder" in agents.yaml' })
    expect(setModel('agents: [', 'builder', 'x')).toHaveProperty('problem')
    expect(setModel('agents: []', 'builder', 'x')).toHaveProperty('problem')
    expect(setModel('[]', 'builder', 'x')).toHaveProperty('problem')
    expect(setModel(': *a', 'builder', 'x')).toHaveProperty('problem')
    expect(expandAcl(mine, 'builder', 'can_read', '../x')).toHaveProperty('problem')
    expect(placeSkill('agents: { spec: { skills: [x] } }', 'spec', 'y', 'always')).toHaveProperty('problem')
  })
})
