/** A question that specs wait for goes to the researcher. */
import { isOver } from '../../../reducers/reducing.ts'
import type { Dispatcher } from '../offer.ts'
import { otherOffer } from '../offer.ts'

export const research: Dispatcher = {
  name: 'research', agent: 'researcher', downstream: 40,
  offer: state => Object.values(state.research.byId).filter(({ status }) => status === 'requested').map(({ id, name, blocks, createdAt, tries }) => {
    const waiting = blocks.flatMap(spec => state.specs.byId[spec] ?? []).filter(spec => !isOver(spec.stage))
    const priorities = waiting.flatMap(spec => spec.fields.priority ?? [])
    const [due] = waiting.flatMap(spec => spec.fields.due ?? []).sort()
    return otherOffer(research, { id, stream: `research/${name}`, name, since: createdAt }, {
      command: `factory run researcher ${name}`, tries, waits: waiting.length, priority: priorities.length === 0 ? null : Math.min(...priorities), due: due ?? null,
    })
  }),
}
