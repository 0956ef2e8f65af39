// Writes the reference in docs/ from the program itself: commands, events, errors, GC, the directory protocol.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import esbuild from 'esbuild'
import { errorReference } from './error-codes.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

/** What a command loads when it runs is not needed to describe it. */
const declarationsOnly = {
  name: 'declarations-only',
  setup: build => build.onResolve({ filter: /.*/ }, ({ kind, path }) => (kind === 'dynamic-import' ? { path, external: true } : undefined)),
}

/** File of docs/ to its text. */
export async function references() {
  const directory = mkdtempSync(join(root, 'node_modules', '.reference-'))
  try {
    const outfile = join(directory, 'reference.mjs')
    await esbuild.build({ absWorkingDir: root, entryPoints: ['src/cli/reference.ts'], outfile, bundle: true, format: 'esm', platform: 'node', packages: 'external', logLevel: 'error', plugins: [declarationsOnly] })
    const { cliReference, eventReference, gcReference, protocolReference } = await import(pathToFileURL(outfile).href)
    return { 'cli.md': cliReference(), 'events.md': eventReference(), 'errors.md': errorReference(root), 'gc.md': gcReference(), 'directory-protocol.md': protocolReference() }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, text] of Object.entries(await references())) writeFileSync(join(root, 'docs', name), text)
}
