import { describe, expect, it } from 'vitest'
import { dispatches, dispatchRow, isShown, visiblePaths } from '../../src/agents/dispatch-table.ts'
import type { Subject } from '../../src/agents/dispatch-table.ts'

const subject: Subject = { agent: 'builder', spec: 'login', research: null, briefs: ['login-q'], project: 'shop', embedded: false }
const sees = (dispatch: string, path: string, more: Partial<Subject> = {}): boolean => { const about = { ...subject, ...more }; return isShown(path, visiblePaths(dispatchRow(dispatch), about)) }

describe('the table of dispatches', () => {
  it('has one row for each dispatch', () => {
    expect(dispatches.map(row => row.dispatch)).toEqual(['draft', 'advance', 'research', 'plan', 'validate', 'build', 'execute', 'verify', 'document', 'reflect', 'heartbeat'])
  })

  it.each(dispatches.filter(row => row.dispatch !== 'verify').map(row => row.dispatch))('keeps scenarios out of the view of %s', dispatch => {
    expect(sees(dispatch, 'scenarios/shop/checkout.md')).toBe(false)
  })

  it('shows a verifier the scenarios of its project alone, and no level of projects when embedded', () => {
    expect(sees('verify', 'scenarios/shop/checkout.md')).toBe(true)
    expect(sees('verify', 'scenarios/other/checkout.md')).toBe(false)
    expect(sees('verify', 'scenarios/checkout.md', { embedded: true })).toBe(true)
  })

  it.each(dispatches.map(row => row.dispatch))('never shows %s another spec, the log or another agent\'s memory', dispatch => {
    for (const path of ['specs/ready/other.md', 'specs/drafting/login-page.md', 'tasks/review/login-page.md', 'events.jsonl', 'blobs/aa/bb', 'memory/verifier/MEMORY.md', 'memory/builder-two/MEMORY.md', '.factory-local/writer']) expect(sees(dispatch, path), path).toBe(false)
  })

  it('shows a builder spec, brief, plan, decisions and the briefs of this spec only', () => {
    for (const path of ['specs/ready/login.md', 'specs/ready/login.rebuild.md', 'tasks/planning/login/PLAN.md', 'tasks/decisions/login.md', 'tasks/research-done/login-q.md']) expect(sees('build', path), path).toBe(true)
    expect(sees('build', 'tasks/research-done/other-q.md')).toBe(false)
    expect(sees('build', 'tasks/verified/login.md')).toBe(false)
  })

  it('lets a researcher see its question alone', () => {
    const about = { agent: 'researcher', spec: null, research: 'q', briefs: [] }
    expect(sees('research', 'tasks/research/q.md', about)).toBe(true)
    expect(sees('research', 'tasks/research/r.md', about)).toBe(false)
  })

  it('refuses a dispatch that it does not know', () => {
    expect(() => dispatchRow('deploy')).toThrow(expect.objectContaining({ code: 'dispatch-unknown' }))
  })
})
