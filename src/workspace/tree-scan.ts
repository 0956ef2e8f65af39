/**
 * What lies in the folders that people and agents may change: one lstat a file, nothing is opened and no link is followed. Called
 * by intake. Left out: the log and its blobs, projects, transcripts, local state and git's own folder.
 */
import { lstatSync, readdirSync } from 'node:fs'
import { isDebris } from '../formats/names.ts'
import type { FileStamp } from '../log/durable-file.ts'

export interface SeenFile extends FileStamp {
  readonly regular: boolean
}

export const watchedFolders = ['apps', 'specs', 'tasks', 'scenarios', 'skills', 'memory', 'learnings', 'universe', 'notifications', 'experiments', 'strategy', 'reviews', 'archive', 'playbooks'] as const
export const watchedFiles = ['agents.yaml', 'permissions.yaml', '.gitignore', '.gitattributes', 'projects/.gitkeep', 'runs/.gitkeep'] as const

/** Path (forward slashes, relative to the root) to stamp. */
export function scanTree(root: string): Map<string, SeenFile> {
  const seen = new Map<string, SeenFile>()
  for (const file of watchedFiles) note(root, file, seen)
  for (const folder of watchedFolders) {
    // A folder that is a link leads elsewhere: it is noted itself, never walked.
    const stat = lstatSync(`${root}/${folder}`, { throwIfNoEntry: false })
    if (stat?.isDirectory() === true) walk(root, folder, seen)
    else if (stat !== undefined) note(root, folder, seen)
  }
  return seen
}

function walk(root: string, folder: string, seen: Map<string, SeenFile>): void {
  let entries
  try {
    entries = readdirSync(`${root}/${folder}`, { withFileTypes: true })
  } catch {
    return
  }
  for (const entry of entries) {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) walk(root, path, seen)
    else if (!isDebris(entry.name)) note(root, path, seen)
  }
}

function note(root: string, path: string, seen: Map<string, SeenFile>): void {
  const stat = lstatSync(`${root}/${path}`, { throwIfNoEntry: false })
  if (stat !== undefined && !stat.isDirectory()) seen.set(path, { size: stat.size, mtimeMs: stat.mtimeMs, ino: stat.ino, regular: stat.isFile() })
}
