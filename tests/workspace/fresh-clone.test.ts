import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { withdrawSpec } from '../../src/deciders/specs.ts'
import { replay } from '../../src/inspect/replay.ts'
import { exists, inTemporaryHome, newWorkspace, open, settle, submit, temporaryFolder, types } from './workspaces.ts'

inTemporaryHome()

it('the first command in a fresh clone takes its own file out of view, and nobody drops it again', async () => {
  const workspace = await newWorkspace()
  await submit(workspace, 'login', '# Login\n')
  const clone = join(temporaryFolder(), 'clone')
  execFileSync('git', ['clone', '--quiet', workspace.root, clone])
  const other = open(clone)
  await other.transact({ command: 'withdraw', actor: 'human:bea' }, transaction => {
    const [spec] = Object.values(transaction.state.specs.byId)
    if (spec === undefined) throw new Error('the clone knows no spec')
    const context = { now: transaction.now, actor: transaction.actor, config: transaction.config, writer: transaction.writer, nextId: transaction.nextId }
    transaction.append(withdrawSpec(transaction.state, { spec: spec.id, reason: 'not now' }, context))
  })
  expect(exists(clone, 'specs/inbox/login.md')).toBe(false)
  await settle(other)
  expect(types(other).filter(type => type === 'spec.submitted')).toHaveLength(1)
  expect((await replay(other, { verify: true })).drift).toEqual([])
})
