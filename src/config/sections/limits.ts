/** `limits`: every loop and retry has a number. */
import * as z from 'zod'
import { amount, count, duration, size, text } from '../scalars.ts'
import { mapping } from './section.ts'

const budget = mapping({
  scope: text().describe('`workspace`, `agent:NAME`, `project:NAME`, or `spec` for each spec on its own'),
  window: duration(366).describe('the span of time it counts'),
  runs: count(1_000_000).optional().describe('runs in the window'),
  usd: amount(1_000_000).optional().describe('US dollars in the window'),
  tokens: count(1e12).optional().describe('tokens in the window'),
})

export const limits = mapping({
  slots: count(64).prefault(1).describe('runs at the same time'),
  rebuilds: count(20).prefault(3).describe('rebuilds of a failed spec before a person is asked'),
  noProgress: count(20).prefault(3).describe('runs of one dispatch without a transition before a person is asked'),
  planRounds: count(10).prefault(3).describe('rounds of planning and validation before a person is asked'),
  reserveUsd: amount(1_000).prefault(1).describe('US dollars reserved for a run until its cost is known'),
  reserveTokens: count(1e9).prefault(100_000).describe('tokens reserved for a run until its usage is known'),
  fileBytes: size(1_073_741_824).prefault('1MiB').describe('largest file that is imported'),
  viewFiles: count(1_000_000).prefault(20_000).describe('most files in a view'),
  promotePerDay: count(100).prefault(3).describe('low observations promoted in a day, where policy allows it'),
  lease: duration(1).prefault('2h').describe('how long a claim holds without renewal'),
  criterion: duration(1).prefault('5m').describe('the longest one verification criterion may take'),
  keepRuns: duration(3_650).prefault('30d').describe('how long the files of a run are kept in view'),
  keepRecords: duration(3_650).prefault('1d').describe('how long decisions and briefs of a complete spec stay in view'),
  keepResolved: duration(3_650).prefault('30d').describe('how long resolved and dismissed things and older revisions stay in view'),
  budgets: z.array(budget).prefault([{ scope: 'workspace', window: '1d', runs: 200, usd: 50 }]).describe('budgets; replaces the default'),
}).prefault({}).describe('numbers that bound every loop')
