/** Where the app says so, a ready spec is planned first, and a rejected plan is planned again. */
import { appOf, nextStep } from '../app-graph.ts'
import type { Dispatcher } from '../offer.ts'
import { specOffer, specsAt } from '../offer.ts'

/** A plan sent back is further downstream than a spec that was never planned. */
const again = 65

export const planAhead: Dispatcher = {
  name: 'plan', agent: 'builder', downstream: 60,
  offer: (state, config) => [...specsAt(state, 'planning'), ...specsAt(state, 'ready')].flatMap(spec => {
    const next = nextStep(spec, appOf(spec, config) ?? null, config.limits)
    if (next.kind !== 'plan' && next.kind !== 'rounds') return []
    const downstream = next.kind === 'plan' && !next.again ? planAhead.downstream : again
    return [specOffer(planAhead, state, spec, { agent: next.agent, downstream, command: `factory run ${next.agent} ${spec.name}` })]
  }),
}
