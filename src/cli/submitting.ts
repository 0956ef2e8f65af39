/** An intent from the command line takes the way of a file dropped in specs/inbox/: the same row of the directory protocol decides. */
import { Refusal } from '../error.ts'
import { intentTitle } from '../formats/intent-document.ts'
import { slugName } from '../formats/names.ts'
import { loadReaders } from '../protocol/readers.ts'
import { routeChange } from '../protocol/route-change.ts'
import type { Transaction } from '../workspace/session.ts'
import type { Draft } from '../events/types.ts'
import { legalName } from './finding.ts'

export interface SubmittedText {
  readonly text: string
  /** A legal name, or null: from the file's name, else from the text's title. */
  readonly name: string | null
  readonly droppedAs: string | null
}

export async function submitText(on: Transaction, { text, name, droppedAs }: SubmittedText, env: NodeJS.ProcessEnv): Promise<readonly Draft[]> {
  const path = `specs/inbox/${name === null ? droppedAs ?? titleFile(text) : `${legalName(name)}.md`}`
  const routed = routeChange(
    { path, kind: 'added', doc: on.take(text), text, base: null },
    { kind: 'person', actor: on.actor },
    { state: on.state, context: on, parse: await loadReaders(env), store: on.store, text: on.text },
  )
  if (routed.kind === 'refused') throw new Refusal(routed.code, routed.why, routed.mend)
  return routed.kind === 'drafts' ? routed.drafts : []
}

/** What the text would be called as a file. */
function titleFile(text: string): string {
  const slug = slugName(intentTitle(text, ''))
  if (slug === null) throw new Refusal('bad-name', 'The text has no title that a name could be made of.', 'begin it with a heading, or give --name')
  return `${slug}.md`
}
