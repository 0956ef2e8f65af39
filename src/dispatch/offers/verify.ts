/** What is in review is verified. */
import { agentOf, appOf } from '../app-graph.ts'
import type { Dispatcher } from '../offer.ts'
import { specOffer, specsAt } from '../offer.ts'

export const verify: Dispatcher = {
  name: 'verify', agent: 'verifier', downstream: 100,
  offer: (state, config) => specsAt(state, 'review').map(spec => {
    const agent = agentOf(appOf(spec, config) ?? null, 'verify', 'verifier')
    return specOffer(verify, state, spec, { agent, command: `factory run ${agent} ${spec.name}` })
  }),
}
