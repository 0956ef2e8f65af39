/** A plan that stands is executed, by the strategy it was parsed to have: in one run, or segment by segment. */
import { appOf, nextStep } from '../app-graph.ts'
import type { Dispatcher } from '../offer.ts'
import { specOffer, specsAt } from '../offer.ts'

export const execute: Dispatcher = {
  name: 'execute', agent: 'builder', downstream: 70,
  offer: (state, config) => specsAt(state, 'planning').flatMap(spec => {
    const next = nextStep(spec, appOf(spec, config) ?? null, config.limits)
    if (next.kind !== 'execute' && next.kind !== 'checkpoint') return []
    return [specOffer(execute, state, spec, { agent: next.agent, segment: next.segment, attempt: Math.max(1, spec.attempt), command: `factory run ${next.agent} ${spec.name}` })]
  }),
}
