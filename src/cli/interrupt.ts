/**
 * Interrupts. The first one asks a command that took the signal to stop (an agent run is cancelled and recorded); a command that did not take it,
 * or a second interrupt, ends the program at once. Either way the exit code is 130 and the log can be continued.
 */
import { FactoryError } from '../error.ts'

const exitCode = 130

export interface Interrupt { readonly signal: AbortSignal }

/** Reading `signal` promises to obey it. */
export function watchInterrupts(): Interrupt {
  const controller = new AbortController()
  let taken = false
  const interrupted = (): void => {
    if (!taken || controller.signal.aborted) process.exit(exitCode)
    controller.abort(new FactoryError('interrupted', 'Interrupted.', { exitCode, mend: 'factory start goes on where it stopped' }))
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupted)
  return {
    get signal() {
      taken = true
      return controller.signal
    },
  }
}
