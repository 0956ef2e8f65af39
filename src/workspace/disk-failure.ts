/** What the system says when files cannot be written, as an error with its mend. Called where a transaction ends. */
import { FactoryError } from '../error.ts'

const mends: Readonly<Record<string, string>> = {
  ENOSPC: 'make room on the disk, then run the command again',
  EDQUOT: 'make room within your quota, then run the command again',
  EROFS: 'make the file system writable, then run the command again',
  EACCES: 'give yourself the right to write there, then run the command again',
  EPERM: 'give yourself the right to write there, then run the command again',
  EIO: 'look after the disk, then run factory audit',
  EMFILE: 'raise the limit of open files, then run the command again',
  ENFILE: 'raise the limit of open files, then run the command again',
}

/** An error of the file system, not of Factory. */
export const isDiskFailure = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && !(error instanceof FactoryError) && Object.hasOwn(mends, (error as NodeJS.ErrnoException).code ?? '')

/** What was acknowledged before is kept; nothing half written is. */
export function diskFailure(error: NodeJS.ErrnoException, root: string): FactoryError {
  const code = error.code ?? ''
  const where = error.path ?? root
  return new FactoryError(code === 'ENOSPC' || code === 'EDQUOT' ? 'disk-full' : 'write-failed', `${where} could not be written: ${error.message}`, { mend: mends[code] ?? 'factory doctor', cause: error })
}
