// Records a golden history: node bin/record-history.mjs WORKSPACE NAME. Never overwrites one.
import { copyFileSync, existsSync, writeFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as esbuild from 'esbuild'

const [workspace, name] = process.argv.slice(2)
if (workspace === undefined || name === undefined) {
  console.error('usage: node bin/record-history.mjs WORKSPACE NAME')
  process.exit(64)
}
const root = fileURLToPath(new URL('..', import.meta.url))
const target = join(root, 'fixtures/histories', name)
if (existsSync(`${target}.jsonl`)) {
  console.error(`${name} is recorded already; a history is never changed`)
  process.exit(1)
}
const folding = join(mkdtempSync(join(tmpdir(), 'factory-history-')), 'folding.mjs')
await esbuild.build({
  stdin: { contents: "export { essenceOf, hashOfEssence } from './tests/reducers/essence.ts'\nexport { foldEvents, initialState } from './reducers/state.ts'\nexport { openFileLog } from './src/log/file-log.ts'", resolveDir: root, loader: 'ts' },
  bundle: true, format: 'esm', platform: 'node', outfile: folding,
})
const { essenceOf, hashOfEssence, foldEvents, initialState, openFileLog } = await import(pathToFileURL(folding).href)
const essence = essenceOf(foldEvents(initialState(), openFileLog({ dir: workspace }).scan().events))
copyFileSync(join(workspace, 'events.jsonl'), `${target}.jsonl`)
writeFileSync(`${target}.expected.json`, `${JSON.stringify({ hash: hashOfEssence(essence), essence }, null, 2)}\n`)
