/** `factory submit`: hands in an intent; the same as dropping the file in specs/inbox/. */
import { basename, resolve } from 'node:path'
import type { CommandSpec } from '../command.ts'
import type { Invocation } from '../invocation.ts'
import { say } from '../messages.ts'

export const submit: CommandSpec = {
  name: 'submit',
  group: 'operate',
  summary: 'hand in an intent, as dropping a file in specs/inbox/ does',
  details: ['The name is made from --name, else the file name, else the first heading. Under the name of a spec that is not over, the intent waits as its next revision.'],
  arguments: [{ name: 'FILE', summary: 'a Markdown or text file, or - for standard input' }],
  options: [{ flags: '--name <name>', summary: 'the name of the spec' }],
  examples: [
    { command: 'factory submit idea.md', does: 'hand in a file' },
    { command: 'echo "# Faster search" | factory submit -', does: 'hand in a text' },
  ],
  needs: 'workspace',
  run: async call => {
    const [{ submitText }, { change, changeJson }] = await Promise.all([import('../submitting.ts'), import('../changing.ts')])
    const { text, from } = await intent(call)
    const changed = await change(call, 'submit', on => submitText(on, { text, name: call.option('name') ?? null, droppedAs: from }, call.env))
    const submitted = changed.drafts.find(draft => draft.type === 'spec.submitted')
    const spec = submitted?.data.name ?? null
    const revision = submitted?.data.revision ?? null
    const again = revision !== null && revision > 1 ? say('submit.revision', { n: revision }) : ''
    return {
      json: changeJson(changed, call, { spec, revision, item: changed.events[0] ?? null }),
      text: spec === null ? say('already-so') : say('submit.done', { spec, revision: again }),
    }
  },
}

async function intent(call: Invocation): Promise<{ text: string; from: string | null }> {
  const { decodeText, fileBytes } = await import('../text-argument.ts')
  const given = call.required('FILE')
  if (given === '-') return { text: decodeText(await call.stdin(), 'standard input'), from: null }
  const path = given.startsWith('@') ? given.slice(1) : given
  return { text: decodeText(await fileBytes(resolve(call.cwd, path)), path), from: basename(path) }
}
