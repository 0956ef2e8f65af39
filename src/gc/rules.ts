/** The rules of GC in the order they run. A new rule is one file and one line here. */
import { leftoverRules } from './local-leftovers.ts'
import type { GcRule } from './rule.ts'
import { collectDecisions } from './rules/decisions.ts'
import { collectNotifications } from './rules/notifications.ts'
import { collectObservations } from './rules/observations.ts'
import { collectPlanning } from './rules/planning.ts'
import { collectBriefs, collectResearch } from './rules/research.ts'
import { collectSpecs } from './rules/specs.ts'
import { collectTasks } from './rules/tasks.ts'

export const gcRules: readonly GcRule[] = [collectSpecs, collectTasks, collectResearch, collectPlanning, collectDecisions, collectBriefs, collectObservations, collectNotifications]

export interface GcTableRow { readonly command: string; readonly stale: string; readonly age: string; readonly leaves: string }

/** Every row of docs/gc.md: the rules, and what only lies on this machine. */
export const gcTable = (): readonly GcTableRow[] => [...gcRules, ...leftoverRules].map(({ command, stale, age, leaves }) => ({ command, stale, age, leaves }))
