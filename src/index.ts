/**
 * Factory in process: everything the command line does can be done from here, with an actor, an origin and an idempotency key. The command
 * line is one caller among several.
 */
export { FactoryError, Refusal, isFactoryError } from './error.ts'
export type { ExitCode } from './error.ts'
export type { DataOf, Draft, EventOf, EventType, FactoryEvent, ItemId } from './events/types.ts'
export { findWorkspace, lookForWorkspace } from './workspace/find.ts'
export type { FindOptions, FoundWorkspace } from './workspace/find.ts'
export { initProject, initWorkspace } from './workspace/init.ts'
export { openWorkspace } from './workspace/open-workspace.ts'
export type { OpenOptions } from './workspace/open-workspace.ts'
export type { Snapshot, TransactOptions, Transaction, Workspace } from './workspace/session.ts'
export { sync } from './workspace/sync.ts'
export { plan } from './dispatch/plan.ts'
export { start } from './dispatch/start.ts'
export { subscribe } from './log/subscribe.ts'
export { audit } from './inspect/audit.ts'
export { replay } from './inspect/replay.ts'
export { why } from './inspect/why.ts'
export { reduce, initialState } from '../reducers/state.ts'
export type { State } from '../reducers/state.ts'
