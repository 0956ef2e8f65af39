// A scenario of several commands in a process of its own, which the crash tests kill at one of its writes. Every command that was
// acknowledged is printed with its last event, so that the test knows what must be there.
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CHANGES, systemFs } from '../../src/log/fault-seam.ts'
import { initWorkspace } from '../../src/workspace/init.ts'
import { openWorkspace } from '../../src/workspace/open-workspace.ts'

const [root] = process.argv.slice(2)
const actor = 'human:ann'
const options = { env: {}, person: actor, segmentBytes: 6000 }
const put = (path, text) => writeFileSync(join(root, path), text)
let workspace
let changes = 0
for (const name of CHANGES) {
  const real = systemFs[name]
  systemFs[name] = (...args) => { changes += 1; return real(...args) }
}

async function command(name, work = () => {}) {
  const last = await workspace.transact({ command: name, actor }, transaction => {
    work(transaction)
    return { ...transaction.state.heads }
  })
  process.stdout.write(`${JSON.stringify({ name, heads: last })}\n`)
}

await initWorkspace(root, { ...options, actor })
workspace = openWorkspace(root, options)
await command('init')
put('specs/inbox/One Idea.md', '# One idea\n')
await command('drop')
put('memory/shared/KNOWLEDGE.md', 'known\n')
put('specs/inbox/two.md', '# Two\n')
await command('two drops')
renameSync(join(root, 'specs/inbox/two.md'), join(root, 'specs/drafting/two.md'))
await command('move')
put('specs/archive/illegal.md', 'kept aside\n')
await command('refused')
await command('many', transaction => {
  const fields = { project: null, app: null, scope: [], priority: null, due: null, criteria: [] }
  transaction.append(Array.from({ length: 12 }, (_, index) => ({
    type: 'spec.submitted', stream: `spec/many-${index}`,
    data: { name: `many-${index}`, title: `Many ${index}`, revision: 1, doc: transaction.store(`# Many ${index}\n`), fields, source: null, droppedAs: null },
  })))
})
rmSync(join(root, 'specs/inbox/many-3.md'))
await command('withdraw')
mkdirSync(join(root, 'universe'), { recursive: true })
put('universe/book.md', 'read me\n')
await command('book')
process.stdout.write(`${JSON.stringify({ changes })}\n`)
