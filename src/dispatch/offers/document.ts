/** What is verified is documented. */
import type { Dispatcher } from '../offer.ts'
import { specOffer, specsAt } from '../offer.ts'

export const document: Dispatcher = {
  name: 'document', agent: 'librarian', downstream: 90,
  offer: state => specsAt(state, 'verified').map(spec => specOffer(document, state, spec, { command: `factory docs ${spec.name}` })),
}
