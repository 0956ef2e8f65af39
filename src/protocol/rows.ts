/** The rows of the directory protocol in the order they are tried; the first that matches a path decides. The last matches everything. */
import { configurationRows } from './configuration.ts'
import { decisionRows } from './decisions.ts'
import { draftRows } from './drafts.ts'
import { intentRows } from './intents.ts'
import { kernelRows, markerRows } from './kernel-files.ts'
import { libraryRows } from './library.ts'
import { needsRows } from './needs.ts'
import { planningRows } from './planning.ts'
import { readyRows } from './ready.ts'
import { researchRows } from './research.ts'
import { reviewRows } from './review.ts'
import type { Row } from './routing.ts'
import { verdictRows } from './verdicts.ts'

export const rows: readonly Row[] = [
  ...markerRows, ...configurationRows, ...intentRows, ...draftRows, ...readyRows, ...decisionRows, ...researchRows, ...planningRows, ...reviewRows, ...verdictRows,
  ...needsRows, ...libraryRows, ...kernelRows,
]
