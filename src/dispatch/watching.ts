/**
 * What wakes a waiting `start`: a change of files, once it is quiet; a second that has passed; an interrupt. A watcher's event is only a
 * hint to look again, for watchers lose the last change of a burst.
 */
import { sep } from 'node:path'
import type { Workspace } from '../workspace/session.ts'

export interface Waker {
  /** Resolves at the next hint, or after `ms`. */
  readonly next: (ms: number) => Promise<void>
  readonly close: () => Promise<void>
}

const quietMs = 100
const unseen = ['.factory-local', '.git', 'runs', 'projects', 'blobs']

export async function watchWorkspace(workspace: Pick<Workspace, 'root'>): Promise<Waker> {
  const { watch } = await import('chokidar')
  let wake = (): void => {}
  let quiet: NodeJS.Timeout | undefined
  const hidden = unseen.map(name => `${workspace.root}${sep}${name}`)
  const watcher = watch(workspace.root, { ignoreInitial: true, followSymlinks: false, ignored: path => hidden.some(root => path === root || path.startsWith(root + sep)) })
  watcher.on('all', () => {
    clearTimeout(quiet)
    quiet = setTimeout(() => wake(), quietMs)
  })
  // Watching is a hint: where it fails, the second that passes is enough.
  watcher.on('error', () => {})
  return {
    next: ms => new Promise(resolve => {
      const timer = setTimeout(done, ms)
      function done(): void { clearTimeout(timer); resolve() }
      wake = done
    }),
    close: async () => {
      clearTimeout(quiet)
      await watcher.close()
    },
  }
}

/** Resolves after `ms`, or at once when `signal` fires. */
export const sleep = (ms: number, signal: AbortSignal | undefined): Promise<void> => new Promise(resolve => {
  if (signal?.aborted === true) return resolve()
  const timer = setTimeout(done, ms)
  function done(): void { clearTimeout(timer); signal?.removeEventListener('abort', done); resolve() }
  signal?.addEventListener('abort', done, { once: true })
})
