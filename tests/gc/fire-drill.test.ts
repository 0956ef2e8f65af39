import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { fireDrill } from '../../src/gc/fire-drill.ts'
import { inTemporaryHome, listing, newWorkspace, temporaryFolder } from '../workspace/workspaces.ts'

inTemporaryHome()

const outer = process.env['TMPDIR']
beforeEach(() => { process.env['TMPDIR'] = temporaryFolder('factory-tmp-') })
afterEach(() => { if (outer === undefined) delete process.env['TMPDIR']; else process.env['TMPDIR'] = outer })

const drills = (): string[] => readdirSync(tmpdir()).filter(name => name.startsWith('factory-drill-')).sort()

it('a fire drill fails, learns, rebuilds, verifies and documents, leaves no canary, and touches no real workspace', async () => {
  const workspace = await newWorkspace()
  const [before, left] = [listing(workspace.root, { exact: true }), drills()]
  const seen: number[] = []
  const { ok, steps } = await fireDrill({ env: { ...process.env, FACTORY_WORKSPACE: workspace.root }, onProgress: step => seen.push(step.number) })
  expect(steps.map(({ status, detail }) => [status, detail])).toEqual(steps.map(({ detail }) => ['ok', detail]))
  expect(ok).toBe(true)
  expect(seen).toEqual([1, 2, 3, 4, 5, 6])
  expect(listing(workspace.root, { exact: true })).toEqual(before)
  expect(drills()).toEqual(left)
})

it('a fire drill that is interrupted says where it stopped and cleans up', async () => {
  const left = drills()
  const { ok, steps } = await fireDrill({ env: process.env, signal: AbortSignal.abort() })
  expect(ok).toBe(false)
  expect(steps.map(({ status }) => status)).toEqual(['failed', 'skipped', 'skipped', 'skipped', 'skipped', 'ok'])
  expect(steps[0]?.detail).toContain('interrupted')
  expect(drills()).toEqual(left)
})
