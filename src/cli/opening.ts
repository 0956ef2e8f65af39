/** Finds and opens the workspace a call means. Everything the log, the lock and the blobs need is loaded here, not before. */
import { findWorkspace } from '../workspace/find.ts'
import type { FoundWorkspace } from '../workspace/find.ts'
import { openWorkspace } from '../workspace/open-workspace.ts'
import type { Workspace } from '../workspace/session.ts'
import type { Invocation } from './invocation.ts'

type Caller = Pick<Invocation, 'workspaceDir' | 'cwd' | 'env' | 'now' | 'actor' | 'warn'>

export const findFor = (call: Pick<Invocation, 'workspaceDir' | 'cwd' | 'env'>): FoundWorkspace =>
  findWorkspace({ explicit: call.workspaceDir, cwd: call.cwd, env: call.env })

export const openFor = (call: Caller): Promise<Workspace> => Promise.resolve(openAt(findFor(call).root, call))

export const openAt = (root: string, call: Pick<Caller, 'env' | 'now' | 'warn' | 'actor'>): Workspace =>
  openWorkspace(root, { env: call.env, clock: call.now, warn: call.warn, person: call.actor })
