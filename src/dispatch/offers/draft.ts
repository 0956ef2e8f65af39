/** An intent in the inbox is drafted. */
import type { Dispatcher } from '../offer.ts'
import { specOffer, specsAt } from '../offer.ts'

export const draft: Dispatcher = {
  name: 'draft', agent: 'spec', downstream: 20,
  offer: state => specsAt(state, 'inbox').map(spec => specOffer(draft, state, spec, { command: `factory run spec ${spec.name}` })),
}
