import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { redactData } from '../../src/workspace/redact-data.ts'
import { ann, inTemporaryHome, newWorkspace } from './workspaces.ts'

inTemporaryHome()

it('what a person or an agent says in an event loses its secrets before it reaches the log', async () => {
  const secret = ['correct', 'horse', 'battery'].join('-')
  const workspace = await newWorkspace({ env: { ...process.env, SHOP_API_KEY: secret } })
  await workspace.transact({ command: 'test', actor: ann }, transaction => {
    transaction.append([{ type: 'need.opened', stream: 'need/spec/key', data: { id: 'key', agent: 'spec', category: 'approval', blocked: `use ${secret} here`, context: '', change: null, held: null } }])
  })
  const log = readFileSync(join(workspace.root, 'events.jsonl'), 'utf8')
  expect(log).not.toContain(secret)
  expect(log).toContain('[redacted:')
})

it('data without a secret is left as it is, the same object', () => {
  const data = { text: 'plain', list: ['a', { b: 1 }], none: null }
  expect(redactData(data, text => text)).toBe(data)
  expect(redactData(data, text => text.replace('plain', 'x'))).toEqual({ ...data, text: 'x' })
})
