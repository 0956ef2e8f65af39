import { createHash } from 'node:crypto'
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { audit } from '../../src/inspect/audit.ts'
import { doctor } from '../../src/inspect/doctor.ts'
import { ann, exists, git, inTemporaryHome, listing, newWorkspace, open, put, quarantined, settle, submit, types } from '../workspace/workspaces.ts'
import type { Shop } from '../workspace/workspaces.ts'

inTemporaryHome()

const logOf = (root: string): string => join(root, 'events.jsonl')
const lines = (root: string): string[] => readFileSync(logOf(root), 'utf8').split('\n').filter(Boolean)
const write = (root: string, all: readonly string[]): void => writeFileSync(logOf(root), all.map(line => `${line}\n`).join(''))

async function lived(): Promise<Shop> {
  const workspace = await newWorkspace()
  for (const name of ['one', 'two', 'three']) await submit(workspace, name)
  return workspace
}

/** The line with other data and valid hashes from there on, as somebody would forge it who knows how. */
function rehashed(all: readonly string[], from: number, change: (event: Record<string, unknown>) => void): string[] {
  let prev = ''
  return all.map((line, index) => {
    const event = JSON.parse(line) as Record<string, unknown>
    if (index === from) change(event)
    if (index >= from) event['prev'] = prev
    const { hash: _, ...rest } = event
    const text = JSON.stringify(rest).slice(0, -1)
    const hash = index < from ? String(event['hash']) : createHash('sha256').update(text).digest('hex')
    prev = hash
    return index < from ? line : `${text},"hash":"${hash}"}`
  })
}

const kinds = async (workspace: Shop): Promise<string[]> => [...new Set((await audit(open(workspace.root))).problems.map(({ kind }) => kind))].sort()

describe('audit', () => {
  it('finds a healthy workspace healthy, says what it cannot detect, and writes nothing', async () => {
    const workspace = await lived()
    const before = listing(workspace.root, { exact: true })
    const report = await audit(workspace)
    expect(listing(workspace.root, { exact: true })).toEqual(before)
    expect(report).toMatchObject({ ok: true, problems: [], conflicts: [], denied: [], overrides: [] })
    expect(report.events).toBe(lines(workspace.root).length)
    expect(report.writers).toEqual([{ id: workspace.writer(), events: report.events, head: expect.stringMatching(new RegExp(`^${report.events}:[0-9a-f]{64}$`)) as string }])
    expect(report.undetectable.length).toBeGreaterThan(2)
  })

  it('finds a cut tail by the heads in git, with the event that is missing', async () => {
    const workspace = await lived()
    const all = lines(workspace.root)
    write(workspace.root, all.slice(0, -2))
    const { ok, problems } = await audit(open(workspace.root))
    expect(ok).toBe(false)
    expect(problems).toContainEqual({ kind: 'cut', at: `${workspace.writer()}:${all.length}`, detail: expect.stringContaining(git(workspace.root, 'rev-parse', 'HEAD').slice(0, 12)) as string })
  })

  it('finds a log that was rewritten as a whole, although all its hashes are valid', async () => {
    const workspace = await lived()
    const forged = rehashed(lines(workspace.root), 0, event => { event['actor'] = 'human:mallory' })
    write(workspace.root, forged)
    const { problems } = await audit(open(workspace.root))
    expect(problems.map(({ kind }) => kind)).toContain('anchor-mismatch')
    expect(problems.every(({ kind }) => kind === 'anchor-mismatch')).toBe(true)
  })

  it('finds a forged event in the middle, although the chain behind it is made to fit', async () => {
    const workspace = await lived()
    write(workspace.root, rehashed(lines(workspace.root), lines(workspace.root).length - 2, event => { event['stream'] = 'spec/other' }))
    expect(await kinds(workspace)).toEqual(['anchor-mismatch'])
  })

  it('finds a log that was replaced by one of another writer', async () => {
    const workspace = await lived()
    const other = await newWorkspace()
    writeFileSync(logOf(workspace.root), readFileSync(logOf(other.root)))
    const { problems } = await audit(open(workspace.root))
    expect(problems.filter(({ kind }) => kind === 'cut').length).toBeGreaterThan(2)
  })

  it('finds an edited line, and the line it is', async () => {
    const workspace = await lived()
    const all = lines(workspace.root)
    const index = all.length - 2
    write(workspace.root, all.map((line, at) => (at === index ? line.replace('spec/two', 'spec/six') : line)))
    const { problems } = await audit(open(workspace.root))
    expect(problems).toContainEqual(expect.objectContaining({ kind: 'bad-hash', at: `events.jsonl:${index + 1}` }))
  })

  it('finds events that their schema does not allow', async () => {
    const workspace = await lived()
    const all = lines(workspace.root)
    write(workspace.root, rehashed(all, all.length - 1, event => { event['data'] = { name: 7 } }))
    expect(await kinds(workspace)).toEqual(['anchor-mismatch', 'schema'])
  })

  it('finds a missing and a damaged document, and accepts an erased one', async () => {
    const workspace = await lived()
    const docs = Object.values((await workspace.look()).state.specs.byId).map(spec => spec.doc.sha256)
    const path = (sha256: string): string => `blobs/${sha256.slice(0, 2)}/${sha256.slice(2)}`
    rmSync(join(workspace.root, path(docs[0]!)))
    put(workspace.root, path(docs[1]!), 'something else')
    const { problems } = await audit(open(workspace.root))
    expect(problems.map(({ kind, at }) => [kind, at])).toEqual(expect.arrayContaining([['blob-missing', path(docs[0]!)], ['blob-damaged', path(docs[1]!)]]))
    put(workspace.root, path(docs[1]!), '# two\n')
    await workspace.transact({ command: 'erase', actor: ann }, transaction => transaction.append([{ type: 'blob.erased', stream: 'blob/x', data: { sha256: docs[0]!, reason: 'a secret' } }]))
    const after = await audit(open(workspace.root))
    expect(after.problems).toEqual([])
    expect(after.overrides).toEqual([expect.objectContaining({ type: 'blob.erased', actor: ann })])
  })

  it('lists what was denied and what people overrode', async () => {
    const workspace = await lived()
    await workspace.transact({ command: 'x', actor: 'kernel' }, transaction => transaction.append([
      { type: 'access.denied', stream: 'run/x', run: 'run-x-1', data: { agent: 'builder', path: 'scenarios/shop/a.md', want: 'read', why: 'hidden', doc: null } },
    ]))
    const { denied, ok } = await audit(workspace)
    expect(ok).toBe(true)
    expect(denied).toEqual([expect.objectContaining({ agent: 'builder', path: 'scenarios/shop/a.md', run: 'run-x-1' })])
  })

  it('works without git, and then says that nothing anchors the log', async () => {
    const workspace = await lived()
    rmSync(join(workspace.root, '.git'), { recursive: true })
    const report = await audit(open(workspace.root))
    expect(report.ok).toBe(true)
    expect(report.undetectable.join()).toContain('no commit anchors this log')
  })
})

describe('doctor', () => {
  const options = { env: {}, actor: ann }

  it('finds nothing wrong with a fresh workspace but that no backend is chosen', async () => {
    const workspace = await newWorkspace()
    const { ok, findings, repaired } = await doctor(workspace.root, options)
    expect(ok).toBe(true)
    expect(repaired).toEqual([])
    expect(findings.filter(finding => finding.status !== 'OK').map(finding => finding.what).sort()).toEqual(expect.arrayContaining(['backend']))
    expect(findings.every(finding => finding.status === 'OK' || finding.mend !== null)).toBe(true)
  })

  it('--repair puts unreadable lines into quarantine, and writing goes on', async () => {
    const workspace = await lived()
    const all = lines(workspace.root)
    const bad = all[all.length - 2]!.replace('spec/two', 'spec/six')
    write(workspace.root, [...all.slice(0, -2), bad, 'what is this', all.at(-1)!])
    const damaged = open(workspace.root)
    await expect(submit(damaged, 'four')).rejects.toMatchObject({ code: 'log-damaged', exitCode: 1, mend: 'factory doctor --repair' })
    expect((await doctor(workspace.root, options)).findings).toContainEqual(expect.objectContaining({ status: 'XX', mend: expect.stringContaining('doctor --repair') as string }))
    const { repaired } = await doctor(workspace.root, { ...options, repair: true })
    expect(repaired.join()).toMatch(/events\.jsonl:\d+/)
    expect(quarantined(workspace.root).map(name => readFileSync(join(workspace.root, '.factory-local/quarantine', name), 'utf8')).join('')).toContain(bad)
    await submit(open(workspace.root), 'four')
    expect(types(workspace)).toContain('log.repaired')
    expect(exists(workspace.root, 'specs/inbox/four.md')).toBe(true)
  })

  it('--repair with nothing to repair still records what was healed, and changes nothing else', async () => {
    const workspace = await lived()
    const all = lines(workspace.root)
    write(workspace.root, [...all, all.at(-1)!])
    await doctor(workspace.root, { ...options, repair: true })
    expect(types(workspace).at(-1)).toBe('log.merged')
  })

  it('says what is wrong outside a workspace too, and where no log is left', async () => {
    const outside = await doctor(null, options)
    expect(outside.findings).toContainEqual(expect.objectContaining({ what: 'workspace', mend: 'factory init makes one' }))
    const workspace = await newWorkspace()
    rmSync(logOf(workspace.root))
    expect((await doctor(workspace.root, options)).ok).toBe(false)
  })

  it('finds a torn tail, drift, an interrupted merge and a missing git, each with its mend', async () => {
    const workspace = await lived()
    appendFileSync(logOf(workspace.root), '{"torn')
    rmSync(join(workspace.root, 'specs/inbox/one.md'))
    rmSync(join(workspace.root, 'agents.yaml'))
    writeFileSync(join(workspace.root, '.git/MERGE_HEAD'), `${git(workspace.root, 'rev-parse', 'HEAD')}\n`)
    process.env['PATH'] = '/nowhere'
    const { findings } = await doctor(workspace.root, options)
    const what = findings.filter(finding => finding.status !== 'OK').map(finding => finding.what)
    expect(what).toEqual(expect.arrayContaining(['git', 'log: torn-tail', 'repository', 'files']))
  })

  it('writes nothing without --repair', async () => {
    const workspace = await lived()
    appendFileSync(logOf(workspace.root), '{"torn')
    const before = listing(workspace.root, { exact: true })
    await doctor(workspace.root, options)
    expect(listing(workspace.root, { exact: true })).toEqual(before)
    await settle(workspace)
    expect(types(workspace).at(-1)).toBe('log.repaired')
  })
})
