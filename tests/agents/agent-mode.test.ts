import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { agentMode, leaveRequest, listInView, readInView, refusedInRun } from '../../src/agents/agent-mode.ts'

describe('the command line inside a run', () => {
  let view: string
  beforeEach(() => {
    view = mkdtempSync(join(tmpdir(), 'factory-view-'))
    mkdirSync(join(view, 'specs/ready'), { recursive: true })
    writeFileSync(join(view, '.factory-view.json'), JSON.stringify({ format: 1, run: 'run-a-1', agent: 'builder', dispatch: 'build', spec: 'login' }))
    writeFileSync(join(view, 'specs/ready/login.md'), '# Login\n')
  })
  afterEach(() => rmSync(view, { recursive: true, force: true }))
  const mode = () => { const found = agentMode({ FACTORY_RUN: 'run-a-1', FACTORY_VIEW: view }); if (found === null) throw new Error('no mode'); return found }

  it('is nothing outside of a run, and refuses where the view is another run\'s', () => {
    expect(agentMode({})).toBeNull()
    expect(() => agentMode({ FACTORY_RUN: 'run-b-2', FACTORY_VIEW: view })).toThrow(expect.objectContaining({ code: 'agent-mode' }))
    expect(() => agentMode({ FACTORY_RUN: 'run-a-1' })).toThrow(expect.objectContaining({ code: 'agent-mode' }))
  })

  it('reads the view alone, and through no link', () => {
    expect(readInView(mode(), 'specs/ready/login.md')).toBe('# Login\n')
    expect(readInView(mode(), 'specs/ready/none.md')).toBeNull()
    expect(listInView(mode(), 'specs/ready')).toEqual(['login.md'])
    expect(listInView(mode(), '../..')).toEqual(listInView(mode(), ''))
    expect(() => readInView(mode(), '../../etc/passwd')).toThrow(expect.objectContaining({ code: 'agent-mode' }))
    symlinkSync('/etc', join(view, 'etc'))
    expect(readInView(mode(), 'etc/passwd')).toBeNull()
  })

  it('leaves requests for the import and refuses every other command', () => {
    leaveRequest(mode(), 'need', { id: 'x', blocked: 'y' })
    expect(JSON.parse(readFileSync(join(view, '.factory-outbox.jsonl'), 'utf8'))).toEqual({ command: 'need', args: { id: 'x', blocked: 'y' } })
    for (const command of ['decide', 'start', 'rebuild', 'trust']) expect(() => leaveRequest(mode(), command, {}), command).toThrow(expect.objectContaining({ code: 'agent-mode' }))
    expect(refusedInRun({ run: 'run-a-1' }, 'start').mend).toContain('submit')
  })
})
