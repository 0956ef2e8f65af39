/** A small remark about the factory becomes an intent, where policy allows it: a step of the kernel. */
import type { Dispatcher } from '../offer.ts'
import { otherOffer } from '../offer.ts'

export const promote: Dispatcher = {
  name: 'promote', agent: null, downstream: 30,
  offer: (state, config) => (config.policy.promoteLowObservations
    ? Object.values(state.feedback.observations).filter(({ status, severity }) => status === 'open' && severity === 'low').map(({ id, slug, file, createdAt }) =>
        otherOffer(promote, { id, stream: `observation/${slug}`, name: slug, since: createdAt }, { command: `factory triage ${file} --promote` }))
    : []),
}
