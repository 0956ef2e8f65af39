/** What is ready and needs no plan is built. */
import { appOf, nextStep } from '../app-graph.ts'
import type { Dispatcher } from '../offer.ts'
import { specOffer, specsAt } from '../offer.ts'

export const build: Dispatcher = {
  name: 'build', agent: 'builder', downstream: 60,
  offer: (state, config) => [...specsAt(state, 'ready'), ...specsAt(state, 'planning').filter(spec => spec.plan === null)].flatMap(spec => {
    const next = nextStep(spec, appOf(spec, config) ?? null, config.limits)
    if (next.kind !== 'build') return []
    return [specOffer(build, state, spec, { agent: next.agent, attempt: Math.max(1, spec.attempt), command: `factory run ${next.agent} ${spec.name}` })]
  }),
}
