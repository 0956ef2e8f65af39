/** The registry of dispatchers. None knows another; adding one is a file in `offers/` and a line here. */
import type { Dispatcher } from './offer.ts'
import { advance } from './offers/advance.ts'
import { build } from './offers/build.ts'
import { document } from './offers/document.ts'
import { draft } from './offers/draft.ts'
import { execute } from './offers/execute.ts'
import { planAhead } from './offers/plan-ahead.ts'
import { promote } from './offers/promote.ts'
import { rebuild } from './offers/rebuild.ts'
import { research } from './offers/research.ts'
import { validate } from './offers/validate.ts'
import { verify } from './offers/verify.ts'

export const dispatchers: readonly Dispatcher[] = [verify, document, rebuild, execute, validate, planAhead, build, advance, research, promote, draft]
