/**
 * A file system for tests: records every change and makes the k-th one fail, or be cut short, or be the last one ever.
 * Used through `LogFs` by the fault tests. A change that fails has not happened; nothing after a crash happens.
 */
import { systemFs, withFaults, type Change, type LogFs } from './fault-seam.ts'

/** `fail`: the k-th change throws. `short`: a write reaches the file by half. `crash`: it and all later ones throw. */
export interface FaultPlan {
  readonly at: number
  readonly kind: 'fail' | 'short' | 'crash'
}

export interface TraceStep {
  readonly change: Change | 'acknowledge'
  /** The file's name as it was opened or named. */
  readonly path: string
}

export interface FaultyFs {
  readonly fs: LogFs
  readonly trace: TraceStep[]
  /** Called by a test when a result has been handed over: the trace then shows what came before it. */
  acknowledge(what: string): void
}

export class InjectedFault extends Error {
  readonly code = 'EIO'
}

export function faultyFs(plan?: FaultPlan): FaultyFs {
  const trace: TraceStep[] = []
  const paths = new Map<number, string>()
  const faulted = withFaults(systemFs, (change, args) => {
    const first = args[0]
    trace.push({ change, path: typeof first === 'number' ? (paths.get(first) ?? '?') : String(first) })
    const count = trace.filter(step => step.change !== 'acknowledge').length
    if (plan === undefined || count < plan.at || (count > plan.at && plan.kind !== 'crash')) return undefined
    if (change === 'writeSync' && plan.kind !== 'fail' && count === plan.at) return Number(args[3]) >> 1
    if (plan.kind === 'short') return undefined
    throw new InjectedFault(`injected fault at change ${count}, ${change}`)
  })
  const fs: LogFs = {
    ...faulted,
    openSync: (path, flags) => {
      const fd = faulted.openSync(path, flags)
      paths.set(fd, path)
      return fd
    },
  }
  return { fs, trace, acknowledge: what => void trace.push({ change: 'acknowledge', path: what }) }
}
