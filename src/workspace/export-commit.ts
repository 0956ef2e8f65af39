/** The files of a commit (or those below some folders) in another folder, for reading the past without touching the working tree. Used by sync and replay. */
import { mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { git } from './git-command.ts'
import type { GitOptions } from './git-command.ts'
import { locateGit } from './git-dir.ts'

export type Exported = { readonly ok: true } | { readonly ok: false; readonly warning: string }

export async function exportCommit(dir: string, commit: string, target: string, within: readonly string[] = []): Promise<Exported> {
  const located = locateGit(dir)
  if (located === undefined) return { ok: false, warning: 'there is no git repository here' }
  const index = join(dirname(target), `.factory-index-${process.pid}`)
  mkdirSync(target, { recursive: true })
  const options: GitOptions = { gitDir: located.gitDir, workTree: target, env: { GIT_INDEX_FILE: index } }
  try {
    const read = await git(['read-tree', commit], options)
    const listed = read.ok ? await git(['ls-files', '-z', '--', ...within], options) : read
    const written = listed.ok ? await git(['checkout-index', '--force', '-z', '--stdin'], { ...options, input: listed.stdout }) : listed
    return written.ok ? { ok: true } : written
  } finally {
    rmSync(index, { force: true })
  }
}
