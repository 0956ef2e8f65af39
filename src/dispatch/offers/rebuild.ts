/** What failed is queued again, with a brief of what to mend: a step of the kernel. */
import type { Dispatcher } from '../offer.ts'
import { specOffer, specsAt } from '../offer.ts'

export const rebuild: Dispatcher = {
  name: 'rebuild', agent: null, downstream: 80,
  offer: state => specsAt(state, 'failed').map(spec => specOffer(rebuild, state, spec, { command: `factory rebuild ${spec.name}` })),
}
