/** A plan that was written is judged by somebody else, where its app wants that. */
import { appOf, nextStep } from '../app-graph.ts'
import type { Dispatcher } from '../offer.ts'
import { specOffer, specsAt } from '../offer.ts'

export const validate: Dispatcher = {
  name: 'validate', agent: 'verifier', downstream: 65,
  offer: (state, config) => specsAt(state, 'planning').flatMap(spec => {
    const next = nextStep(spec, appOf(spec, config) ?? null, config.limits)
    return next.kind === 'validate' ? [specOffer(validate, state, spec, { agent: next.agent, command: `factory run ${next.agent} ${spec.name}` })] : []
  }),
}
