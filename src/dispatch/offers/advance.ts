/** A draft goes on once its research and its decisions are in; the filters say whether they are. */
import type { Dispatcher } from '../offer.ts'
import { specOffer, specsAt } from '../offer.ts'

export const advance: Dispatcher = {
  name: 'advance', agent: 'spec', downstream: 50,
  offer: state => specsAt(state, 'drafting').map(spec => specOffer(advance, state, spec, { command: `factory advance ${spec.name}` })),
}
