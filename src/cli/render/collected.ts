/** What GC took, or would take, out of view. */
import type { Collected } from '../../gc/collect.ts'
import { say } from '../messages.ts'
import { dim } from '../paint.ts'

export function renderCollected(taken: readonly Collected[], dry: boolean): string {
  if (taken.length === 0) return say('gc.clean')
  return [say(dry ? 'gc.would' : 'gc.took'), ...taken.map(({ path, rule }) => `  ${path}${dim(`  ${rule}`)}`), ...(dry ? [] : [dim(say('gc.undo'))])].join('\n')
}
