/** The registry of filters: each says why an offer may not run now, or nothing. Adding one is a function and a line here. */
import type { Block, GateKind } from './candidate.ts'
import { agentMissing, backendMissing, backendResting, backendUntrusted, criteriaUntrusted } from './blocks/backends.ts'
import { inWork, projectBusy } from './blocks/claims.ts'
import { conflict, decisions, observation, paused, research, waiting } from './blocks/holds.ts'
import { budget, noProgress, planning, promotionsToday, retryLimit } from './blocks/limits.ts'
import type { Look } from './look.ts'
import type { Offer } from './offer.ts'

type Filter = (offer: Offer, look: Look) => Block | null

const filters: readonly Filter[] = [
  paused, conflict, waiting, inWork, projectBusy, decisions, research, observation, planning, retryLimit, noProgress,
  agentMissing, backendMissing, backendUntrusted, criteriaUntrusted, backendResting, budget, promotionsToday,
]

export const blocksOf = (offer: Offer, look: Look): readonly Block[] => filters.flatMap(filter => filter(offer, look) ?? [])

const gates: ReadonlySet<string> = new Set<GateKind>(['decision', 'observation', 'retry-limit', 'no-progress', 'budget', 'plan-checkpoint', 'approval', 'conflict', 'paused'])

/** Whether only a person or a policy can lift it. */
export const isGate = (block: Block): block is Block & { readonly code: GateKind } => gates.has(block.code)

/** Whether it stays until a person acts: every gate, and programs that nobody has trusted here. */
export const needsPerson = (block: Block): boolean => isGate(block) || block.code === 'untrusted'
