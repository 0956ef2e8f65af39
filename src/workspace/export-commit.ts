/** The files of a commit in another folder, for reading the past without touching the working tree. Used by sync and replay. */
import { mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { git } from './git-command.ts'
import type { GitOptions } from './git-command.ts'
import { locateGit } from './git-dir.ts'

export type Exported = { readonly ok: true } | { readonly ok: false; readonly warning: string }

export async function exportCommit(dir: string, commit: string, target: string): Promise<Exported> {
  const located = locateGit(dir)
  if (located === undefined) return { ok: false, warning: 'there is no git repository here' }
  const index = join(dirname(target), `.factory-index-${process.pid}`)
  mkdirSync(target, { recursive: true })
  const options: GitOptions = { gitDir: located.gitDir, workTree: target, env: { GIT_INDEX_FILE: index } }
  try {
    const listed = await git(['read-tree', commit], options)
    const written = listed.ok ? await git(['checkout-index', '--all', '--force'], options) : listed
    return written.ok ? { ok: true } : written
  } finally {
    rmSync(index, { force: true })
  }
}
