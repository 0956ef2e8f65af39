import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { replay } from '../../src/inspect/replay.ts'
import { git, inTemporaryHome, newWorkspace, open, put, settle, submit, temporaryFolder, types } from './workspaces.ts'

inTemporaryHome()

const named = (root: string): string[] => readFileSync(join(root, 'events.jsonl'), 'utf8').split('\n').filter(line => line.includes('"spec.submitted"'))

describe('acknowledged lines come back while git HEAD stays where it was', () => {
  it('from the last commit, when the log was emptied in place', async () => {
    const workspace = await newWorkspace()
    await submit(workspace, 'one')
    await submit(workspace, 'two')
    const before = readFileSync(join(workspace.root, 'events.jsonl'), 'utf8')
    truncateSync(join(workspace.root, 'events.jsonl'), 0)
    const again = open(workspace.root)
    await settle(again)
    expect(readFileSync(join(workspace.root, 'events.jsonl'), 'utf8').startsWith(before)).toBe(true)
    expect(types(again)).toContain('log.restored')
    expect(types(again)).not.toContain('log.rewound')
    expect((await replay(again, { verify: true })).drift).toEqual([])
  })

  it('from the last commit, when its tail was cut at a line end', async () => {
    const workspace = await newWorkspace()
    await submit(workspace, 'one')
    const lines = readFileSync(join(workspace.root, 'events.jsonl'), 'utf8')
    writeFileSync(join(workspace.root, 'events.jsonl'), lines.slice(0, lines.lastIndexOf('\n', lines.length - 2) + 1))
    const again = open(workspace.root)
    await settle(again)
    expect(named(workspace.root)).toHaveLength(1)
    expect(types(again)).not.toContain('log.rewound')
  })

  it('from the hard link, when git stash put the committed log in its place', async () => {
    const workspace = await newWorkspace()
    await submit(workspace, 'one')
    const path = process.env['PATH']
    process.env['PATH'] = temporaryFolder()
    try {
      await submit(open(workspace.root), 'uncommitted')
    } finally {
      process.env['PATH'] = path
    }
    git(workspace.root, 'stash', '--quiet')
    expect(named(workspace.root)).toHaveLength(1)
    const again = open(workspace.root)
    await settle(again)
    expect(named(workspace.root)).toHaveLength(2)
    expect(types(again)).not.toContain('log.rewound')
    expect((await replay(again, { verify: true })).drift).toEqual([])
  })

  it('but not what an older checkout took away on purpose', async () => {
    const workspace = await newWorkspace()
    await submit(workspace, 'one')
    await submit(workspace, 'two')
    git(workspace.root, 'checkout', '--quiet', '-f', 'HEAD~1')
    put(workspace.root, 'specs/inbox/three.md', '# Three\n')
    const again = open(workspace.root)
    await settle(again)
    expect(named(workspace.root).filter(line => line.includes('"name":"two"'))).toEqual([])
    expect(types(again)).toContain('log.rewound')
  })
})
