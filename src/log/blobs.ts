/**
 * Texts and files of a workspace, stored once by content at `blobs/ab/cdef…` and named by `{sha256, bytes}`.
 * Called by whoever makes events: a blob is written and synced before the event that names it. What is read back is
 * verified, so a damaged blob is never taken for the truth.
 */
import { lstatSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { FactoryError } from '../error.ts'
import { type FileFs, readRegularFile, sha256Hex, syncDirectory, writeDurably } from './durable-file.ts'

export interface BlobRef {
  readonly sha256: string
  readonly bytes: number
}

export interface Blobs {
  /** Store and sync; text after the redaction given to `openBlobs`. The same content twice is one blob. Heals a damaged one. */
  put(content: string | Uint8Array): BlobRef
  /** Many at once: each file is synced, each directory only once. */
  putAll(contents: readonly (string | Uint8Array)[]): readonly BlobRef[]
  /** Verified content. Throws `blob-missing` or `blob-damaged`. */
  get(ref: Pick<BlobRef, 'sha256'>): Buffer
  text(ref: Pick<BlobRef, 'sha256'>): string
  has(ref: Pick<BlobRef, 'sha256'>): boolean
  /** Where it lies, relative to the workspace, with forward slashes. */
  path(sha256: string): string
  /** Every blob that is there, in order of its hash. */
  list(): readonly BlobRef[]
}

export interface BlobOptions {
  readonly redact?: (text: string) => { readonly text: string }
  readonly fs?: FileFs
}

const hashPattern = /^[0-9a-f]{64}$/

/** The blobs of the workspace at `root`. Opening touches nothing. */
export function openBlobs(root: string, options: BlobOptions = {}): Blobs {
  const fsOption = options.fs === undefined ? {} : { fs: options.fs }
  // Names that this instance has made durable: a blob found on disk may stem from a process that died before its sync.
  const durable = new Set<string>()
  const absolute = (sha256: string): string => join(root, blobPath(sha256))

  const write = (content: string | Uint8Array): BlobRef => {
    const bytes = typeof content === 'string' ? Buffer.from(options.redact?.(content).text ?? content) : content
    const sha256 = sha256Hex(bytes)
    if (!durable.has(sha256) || !isThere(absolute(sha256))) writeDurably(absolute(sha256), bytes, { root, ...fsOption })
    return { sha256, bytes: bytes.length }
  }

  const putAll = (contents: readonly (string | Uint8Array)[]): readonly BlobRef[] => {
    const refs = contents.map(write)
    const fresh = refs.filter(ref => !durable.has(ref.sha256))
    for (const directory of directoriesOf(root, fresh.map(ref => absolute(ref.sha256)))) syncDirectory(directory, options.fs)
    for (const ref of fresh) durable.add(ref.sha256)
    return refs
  }

  const put = (content: string | Uint8Array): BlobRef => {
    const ref = write(content)
    if (!durable.has(ref.sha256)) {
      for (const directory of directoriesOf(root, [absolute(ref.sha256)])) syncDirectory(directory, options.fs)
      durable.add(ref.sha256)
    }
    return ref
  }

  const get = ({ sha256 }: Pick<BlobRef, 'sha256'>): Buffer => {
    const bytes = readBlob(absolute(sha256), fsOption)
    if (bytes === undefined) throw missing(sha256)
    if (bytes === 'unreadable' || sha256Hex(bytes) !== sha256) throw damaged(sha256)
    return bytes
  }

  return {
    put,
    putAll,
    get,
    text: ref => get(ref).toString('utf8'),
    has: ({ sha256 }) => isThere(absolute(sha256)),
    path: blobPath,
    list: () => listBlobs(root),
  }
}

const isThere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isFile() === true

function readBlob(path: string, options: { fs?: FileFs }): Buffer | undefined | 'unreadable' {
  try {
    return readRegularFile(path, options)?.bytes
  } catch (error) {
    if (error instanceof FactoryError) return 'unreadable'
    throw error
  }
}

/** `blobs/ab/cdef…` for a hash; refuses anything that is not one, so a reference never leads out of the folder. */
export function blobPath(sha256: string): string {
  if (!hashPattern.test(sha256)) throw new FactoryError('blob-invalid', `"${sha256.slice(0, 80)}" is not the hash of a blob`)
  return `blobs/${sha256.slice(0, 2)}/${sha256.slice(2)}`
}

/** The folders whose entries must be durable for these files to be found, innermost first. */
function directoriesOf(root: string, files: readonly string[]): ReadonlySet<string> {
  const directories = new Set(files.map(dirname))
  if (directories.size > 0) directories.add(join(root, 'blobs')).add(root)
  return directories
}

function listBlobs(root: string): readonly BlobRef[] {
  const top = join(root, 'blobs')
  return entriesOf(top).filter(name => /^[0-9a-f]{2}$/.test(name)).flatMap(prefix =>
    entriesOf(join(top, prefix)).filter(rest => hashPattern.test(prefix + rest)).flatMap(rest => {
      const stat = lstatSync(join(top, prefix, rest), { throwIfNoEntry: false })
      return stat?.isFile() === true ? [{ sha256: prefix + rest, bytes: stat.size }] : []
    }))
}

function entriesOf(directory: string): readonly string[] {
  try {
    return readdirSync(directory).sort()
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return []
    throw error
  }
}

const missing = (sha256: string): FactoryError =>
  new FactoryError('blob-missing', `${blobPath(sha256)} is missing: the log names it, but nobody has its content here`, { mend: 'factory sync, or restore the file from a clone or a backup, then factory audit' })

const damaged = (sha256: string): FactoryError =>
  new FactoryError('blob-damaged', `${blobPath(sha256)} is damaged: its content does not have the hash in its name`, { mend: 'restore the file from git, a clone or a backup, then factory audit' })
