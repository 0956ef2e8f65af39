/** `factory replay`: the workspace as it was then, or how the present one differs from its log. */
import { resolve } from 'node:path'
import { dryRun } from '../command.ts'
import type { CommandSpec } from '../command.ts'

export const replay: CommandSpec = {
  name: 'replay',
  group: 'inspect',
  summary: 'rebuild the workspace as it was then; --verify compares the present one with its log',
  options: [
    { flags: '--to <point>', summary: 'an event id, a time, or a commit of the workspace; without it, now' },
    { flags: '--out <dir>', summary: 'write it there, ready to run commands on; the directory must be new or empty' },
    { flags: '--verify', summary: 'compare the files that lie here with what the log says' },
    dryRun,
  ],
  examples: [
    { command: 'factory replay --to 2026-11-20T10:00:00Z --out ../then', does: 'as it was then' },
    { command: 'factory replay --verify', does: 'does anything differ?' },
  ],
  exits: [{ code: 1, when: 'no such point, the directory is not empty, or --verify found a difference' }],
  needs: 'workspace',
  run: async call => {
    const [{ replay: rebuild }, { renderReplay }] = await Promise.all([import('../../inspect/replay.ts'), import('../render/replay.ts')])
    const out = call.option('out')
    const verify = call.flag('verify')
    const write = out !== undefined && !call.flag('dryRun')
    const replayed = await rebuild(await call.open(), { to: call.option('to'), ...(write ? { out: resolve(call.cwd, out) } : {}), verify })
    return { exit: verify && replayed.drift.length > 0 ? 1 : 0, json: replayed, text: () => renderReplay(replayed, { out: write ? out : null, verify }) }
  },
}
