/**
 * Puts back the documents that git took out of the working tree: a checkout of another branch removes the blobs of the events that the
 * hard link then puts back into the log. Factory's last commit still holds them. Called by transactions that find files and log apart.
 */
import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import type { Blobs } from '../log/blobs.ts'
import { sha256Hex } from '../log/durable-file.ts'
import { blobIdsAt, showFile } from './git.ts'

const blobFile = /^blobs\/([0-9a-f]{2})\/([0-9a-f]{62})$/

/** What `commit` holds and the working tree lacks; `isErased` says what must stay away. */
export async function restoreBlobs(root: string, commit: string, blobs: Blobs, isErased: (sha256: string) => boolean): Promise<void> {
  for (const path of blobIdsAt(root, commit).keys()) {
    const [, folder, rest] = blobFile.exec(path) ?? []
    if (folder === undefined || rest === undefined || isErased(folder + rest)) continue
    if (lstatSync(join(root, path), { throwIfNoEntry: false }) !== undefined) continue
    const bytes = await showFile(root, commit, path)
    if (bytes !== undefined && sha256Hex(bytes) === folder + rest) blobs.put(bytes)
  }
}
